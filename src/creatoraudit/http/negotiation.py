"""Which media types a client accepts, and which one it sends."""

import re
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from creatoraudit.errors import NotAcceptable, UnsupportedMediaType
from creatoraudit.http.headers import sent_header

JSON = "application/json"
JSON_ANSWERS = (JSON, "application/problem+json")

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - a token of RFC 9110
_RANGE = re.compile(rf"\s*(?P<type>{_TOKEN})/(?P<subtype>{_TOKEN})\s*(?P<parameters>(;.*)?)", re.DOTALL)
_WEIGHT = re.compile(r";\s*q=(?P<q>0(\.\d{0,3})?|1(\.0{0,3})?)\s*(;|$)", re.IGNORECASE)
_ANY_WEIGHT = re.compile(r";\s*q\s*=", re.IGNORECASE)


class Acceptable:
    """Refuses clients that accept none of the media types an endpoint answers with."""

    def __init__(self, app: ASGIApp, produces: Sequence[str] = JSON_ANSWERS) -> None:
        self.app = app
        self.produces = produces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if preferred(scope, self.produces) is None:
            raise NotAcceptable(f"This endpoint answers with {' or '.join(self.produces)}.")
        await self.app(scope, receive, send)


class ContentType:
    """Refuses bodies that are no JSON."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if media_type(scope) != JSON:
            raise UnsupportedMediaType(f"The body must be {JSON}.")
        await self.app(scope, receive, send)


def preferred(scope: Scope, offers: Sequence[str]) -> str | None:
    """The offer that the Accept header weighs most; None if it excludes them all.

    Of two that weigh the same, the one that the client named more precisely, then the earlier one.
    """
    accept = sent_header(scope, b"accept").strip()
    if accept in {"", "*/*"}:
        return offers[0]
    ranges = _ranges(accept)
    weighed = [(_weight(ranges, offer), offer) for offer in offers]
    (weight, _), offer = max(weighed, key=lambda pair: pair[0])
    return offer if weight > 0 else None


def media_type(scope: Scope) -> str:
    """The media type of the request's body, without parameters; empty if none is named."""
    return sent_header(scope, b"content-type").partition(";")[0].strip().lower()


def _ranges(accept: str) -> dict[tuple[str, str], float]:
    """Media ranges and their weights; what cannot be read as one is left out."""
    ranges: dict[tuple[str, str], float] = {}
    for item in accept.split(","):
        found = _RANGE.fullmatch(item)
        if found is None:
            continue
        parameters = found["parameters"]
        weight = _WEIGHT.search(parameters)
        if weight is None and _ANY_WEIGHT.search(parameters):
            continue
        key = (found["type"].lower(), found["subtype"].lower())
        ranges[key] = max(ranges.get(key, 0.0), float(weight["q"]) if weight else 1.0)
    return ranges


def _weight(ranges: dict[tuple[str, str], float], offer: str) -> tuple[float, int]:
    """The weight of the most precise range that covers the offer, and how precise that is."""
    kind, _, subtype = offer.partition("/")
    for precision, candidate in ((2, (kind, subtype)), (1, (kind, "*")), (0, ("*", "*"))):
        if candidate in ranges:
            return ranges[candidate], precision
    return 0.0, 0
