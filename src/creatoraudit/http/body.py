"""Request bodies: read up to a limit, parsed as strict JSON."""

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from creatoraudit.errors import BadRequest, FieldError, PayloadTooLarge, UnsupportedMediaType, ValidationFailed
from creatoraudit.http.headers import sent_header
from creatoraudit.http.state import BROKEN_OFF, state_of

BODY = "creatoraudit.body"

_INT64 = range(-(2**63), 2**63)
_INT64_DIGITS = 20
_ERRORS_NAMED = 20
_DIGITS_SHOWN = 40

# Looking through every value costs more than parsing, so only bodies are looked through that hold one of these.
_SUSPECT_ESCAPE = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 19

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class JSONObject:
    """Reads and parses the body, which must be a JSON object, for `body_of`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parsed = parse(await read(scope, receive))
        if not isinstance(parsed, dict):
            raise ValidationFailed.of("body", "must be an object")
        scope[BODY] = parsed
        await self.app(scope, receive, send)


class NoBody:
    """Refuses a body where none is expected."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if await read(scope, receive):
            raise ValidationFailed.of("body", "must be empty")
        await self.app(scope, receive, send)


def body_of(scope: Scope) -> dict[str, Any]:
    """The JSON object that the client sent; only where the route takes one."""
    body: dict[str, Any] = scope[BODY]
    return body


async def read(scope: Scope, receive: Receive) -> bytes:
    """The whole body; PayloadTooLarge as soon as it is known to exceed the limit.

    UnsupportedMediaType if it is compressed, and whatever error the server says that it broke off with.
    """
    if sent_header(scope, b"content-encoding").lower() not in {"", "identity"}:
        raise UnsupportedMediaType("The body must not be compressed.")
    limit = state_of(scope).settings.max_body_bytes
    announced = sent_header(scope, b"content-length")
    if announced.isdecimal() and int(announced) > limit:
        _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        if BROKEN_OFF in scope:
            raise scope[BROKEN_OFF]
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            _too_large(limit)
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def parse(body: bytes) -> Any:
    """The JSON value; BadRequest for anything else, for NaN, 1e999 and a key that stands twice.

    ValidationFailed names the fields with integers beyond 64 bits, U+0000 or half a surrogate pair, which the
    databases cannot store.
    """
    suspect = _SUSPECT_ESCAPE.search(body) is not None or _LONG_NUMBER in body.translate(_ZEROS)
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_float=_float,
            parse_int=_integer if suspect else None,
        )
    except UnicodeDecodeError:
        raise BadRequest("The body is not valid UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadRequest(f"The body is not valid JSON: {error.msg} at {where}.") from None
    except RecursionError:
        raise BadRequest("The body is nested too deeply.") from None
    if suspect and (errors := _unstorable(value)):
        raise ValidationFailed(errors)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise BadRequest(f"The body is not valid JSON: the key {json.dumps(twice)} stands twice in one object.")
    return members


def _no_number(text: str) -> NoReturn:
    raise BadRequest(f"The body is not valid JSON: {text[:_DIGITS_SHOWN]} is no number that it can hold.")


def _float(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)


def _integer(digits: str) -> int:
    """An integer; of absurdly many digits just one that is too large, because reading them all takes long."""
    return int(digits) if len(digits) <= _INT64_DIGITS else 2**64


def _unstorable(value: Any) -> list[FieldError]:
    """What is wrong in a value, by path; walked without recursion, for it may be nested deeply."""
    errors: list[FieldError] = []
    left: list[tuple[str, Any]] = [("", value)]
    while left and len(errors) < _ERRORS_NAMED:
        path, item = left.pop()
        field = path or "body"
        if isinstance(item, dict):
            for name, member in reversed(item.items()):
                left.append((f"{path}.{name}" if path else name, member))
                errors.extend(FieldError(field, f"{message} in its keys") for message in _in_text(name))
        elif isinstance(item, list):
            left.extend((f"{path}[{index}]", member) for index, member in reversed(list(enumerate(item))))
        elif isinstance(item, str):
            errors.extend(FieldError(field, message) for message in _in_text(item))
        elif isinstance(item, int) and item not in _INT64:
            errors.append(FieldError(field, "must be an integer of at most 64 bits"))
    return errors


def _in_text(text: str) -> list[str]:
    found = _UNSTORABLE.search(text)
    if found is None:
        return []
    return ["must not contain the character U+0000" if found[0] == "\0" else "must be valid Unicode"]


def _too_large(limit: int) -> NoReturn:
    raise PayloadTooLarge(f"The body must be at most {limit} bytes.")
