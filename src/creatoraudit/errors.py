"""Every expected failure, raised once in the domain or at an edge; the edges only render it."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple


class FieldError(NamedTuple):
    """What is wrong with one field, and what would be right."""

    field: str
    message: str


class CreatorAuditError(Exception):
    """A failure that a client may read: a stable code, an HTTP status and a safe sentence."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers: Mapping[str, str] = headers or {}


class BadRequest(CreatorAuditError):
    """The body could not be read as JSON."""

    code, status = "BAD_REQUEST", 400


class Unauthorized(CreatorAuditError):
    """No key, or one that does not exist."""

    code, status = "UNAUTHORIZED", 401

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(CreatorAuditError):
    """The key exists but may not be used now."""

    code, status = "FORBIDDEN", 403


class InsufficientScope(CreatorAuditError):
    """The key lacks the scope that the operation needs."""

    code, status = "INSUFFICIENT_SCOPE", 403

    def __init__(self, scope: str) -> None:
        super().__init__(f"This operation requires the '{scope}' scope.")


class QuotaExceeded(CreatorAuditError):
    """The organization has as many of something as it may."""

    code, status = "QUOTA_EXCEEDED", 403


class NotFound(CreatorAuditError):
    """There is no such thing in the caller's organization."""

    code, status = "NOT_FOUND", 404

    def __init__(self, noun: str) -> None:
        super().__init__(f"{noun} not found.")


class MethodNotAllowed(CreatorAuditError):
    """The path exists, the method does not."""

    code, status = "METHOD_NOT_ALLOWED", 405


class NotAcceptable(CreatorAuditError):
    """Nothing the client accepts can be produced."""

    code, status = "NOT_ACCEPTABLE", 406


class RequestTimeout(CreatorAuditError):
    """The request did not arrive in time."""

    code, status = "REQUEST_TIMEOUT", 408

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Connection": "close"})


class Conflict(CreatorAuditError):
    """The write contradicts what is stored."""

    code, status = "CONFLICT", 409


class PayloadTooLarge(CreatorAuditError):
    """The body exceeds the limit."""

    code, status = "PAYLOAD_TOO_LARGE", 413


class URITooLong(CreatorAuditError):
    """The URL exceeds the limit."""

    code, status = "URI_TOO_LONG", 414


class UnsupportedMediaType(CreatorAuditError):
    """The body is of a type that is not read here."""

    code, status = "UNSUPPORTED_MEDIA_TYPE", 415


class ValidationFailed(CreatorAuditError):
    """Some fields are wrong; `errors` names each of them."""

    code, status = "VALIDATION_ERROR", 422

    def __init__(self, errors: Sequence[FieldError], detail: str = "Request failed validation.") -> None:
        super().__init__(detail)
        self.errors = tuple(errors)

    @classmethod
    def of(cls, field: str, message: str) -> "ValidationFailed":
        """The failure of a single field."""
        return cls([FieldError(field, message)])


class RateLimited(CreatorAuditError):
    """The key, or the address, has spent its window; or the same thing was asked for a moment ago."""

    code, status = "RATE_LIMITED", 429

    def __init__(self, retry_after: int, detail: str = "Rate limit exceeded.") -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class HeadersTooLarge(CreatorAuditError):
    """The headers are too many or too long."""

    code, status = "HEADERS_TOO_LARGE", 431


class InternalError(CreatorAuditError):
    """Something we did not foresee; the log has the rest under the request id."""

    code, status = "INTERNAL_ERROR", 500

    def __init__(self) -> None:
        super().__init__("An internal error occurred.")


class UpstreamError(CreatorAuditError):
    """A data source answered wrongly."""

    code, status = "UPSTREAM_ERROR", 502


class ServiceUnavailable(CreatorAuditError):
    """Something this server needs is away for the moment."""

    code, status = "SERVICE_UNAVAILABLE", 503

    def __init__(self, detail: str = "The service is temporarily unavailable.", *, retry_after: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})
