"""Asking the application itself, without a client between, so that tens of thousands of questions take seconds."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.types import Message, Scope

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GLOBAL_ID = re.compile(r"[A-Za-z0-9+/]{50,}=*")
_KEY = re.compile(r"ca_[A-Za-z0-9_-]{43}")
_HINT = re.compile(r'"hint":"[^"]{4}"')
_SHORTCODE = re.compile(r'"shortcode":"[^"]+"|/p/[^/"]+/')
_LEFT_OUT = {b"x-ratelimit-remaining", b"x-ratelimit-reset", b"content-length", b"etag"}  # a tag is made of the body


class Answer(NamedTuple):
    """What the application answered."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: bytes) -> str:
        """A header's value, empty if there is none."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name), "")

    def text(self) -> str:
        """Everything that may differ between two answers: status, headers, body."""
        lines = [f"{key.decode()}: {value.decode('latin-1')}" for key, value in self.headers if key not in _LEFT_OUT]
        return "\n".join([str(self.status), *lines, self.body.decode()])


async def ask(
    app: Starlette,
    method: str,
    path: str,
    key: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request, always with the same id, and its answer."""
    sent = dict(headers or {}) | ({} if body is None else {"content-type": "application/json"})
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body or b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(request_scope(method, path, key, sent), receive, send)
    start, *rest = messages
    return Answer(start["status"], start["headers"], b"".join(one.get("body", b"") for one in rest))


def request_scope(method: str, path: str, key: str, headers: Mapping[str, str]) -> Scope:
    """What a server says of a request before its body."""
    raw_path, _, query = path.partition("?")
    sent = {"host": "api.test", "authorization": f"Bearer {key}", "x-request-id": "probe", **headers}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": raw_path,
        "raw_path": raw_path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


def without(text: str, sent: Iterable[Any]) -> str:
    """A text with what was sent blotted out, in each form in which an answer may repeat it."""
    forms: set[str] = set()
    for one in map(str, sent):
        forms |= {one, one.lower(), quote(one, safe="")}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "<sent>")
    return text


def without_new(text: str) -> str:
    """A text without what is new each time: ids, and what is computed of them or of a name."""
    for pattern in (_KEY, _HINT, _SHORTCODE, _UUID, _GLOBAL_ID):
        text = pattern.sub("<new>", text)
    return text
