"""What a request's head may be: not too large, and such that no proxy can read it another way than this server does."""

from collections.abc import Sequence

from creatoraudit.errors import BadRequest, CreatorAuditError, HeadersTooLarge, URITooLong

MAX_HEAD_BYTES = 65_536
MAX_URL_BYTES = 16_384
MAX_HEADERS = 100

_HTTP_1 = {"1.0", "1.1"}
_COLON_SPACE_AND_LINE = 4

Headers = Sequence[tuple[bytes, bytes]]


def too_large(url: bytes) -> CreatorAuditError:
    """The error of a head that exceeds a bound, which one depends on the URL."""
    if len(url) > MAX_URL_BYTES:
        return URITooLong(f"The URL must have at most {MAX_URL_BYTES} bytes.")
    return HeadersTooLarge(f"There must be at most {MAX_HEADERS} headers, of {MAX_HEAD_BYTES} bytes together.")


def fault(url: bytes, headers: Headers, version: str, *, at_most: int, is_upgrade: bool) -> CreatorAuditError | None:
    """What is wrong with a head that the parser took, of which it is known that it has at most so many bytes."""
    if (
        len(url) > MAX_URL_BYTES
        or len(headers) > MAX_HEADERS
        or (at_most > MAX_HEAD_BYTES and _size(headers) > MAX_HEAD_BYTES)
    ):
        return too_large(url)
    if version not in _HTTP_1:
        return BadRequest("The request must be HTTP/1.1.")
    return _ambiguity(headers, version, is_upgrade=is_upgrade)


def _size(headers: Headers) -> int:
    return sum(len(name) + len(value) + _COLON_SPACE_AND_LINE for name, value in headers)


def _ambiguity(headers: Headers, version: str, *, is_upgrade: bool) -> CreatorAuditError | None:
    hosts, has_body = 0, False
    for name, value in headers:
        if name == b"host":
            hosts += 1
        elif name == b"content-length":
            has_body = value != b"0"
        elif name == b"transfer-encoding":
            has_body = True
            if value.lower() != b"chunked":
                return BadRequest("Transfer-Encoding must be chunked, or be left out.")
    if hosts > 1 or (hosts == 0 and version == "1.1"):
        return BadRequest("The request must have one Host header.")
    if is_upgrade and has_body:
        return BadRequest("A request with a body must not ask for an Upgrade.")
    return None
