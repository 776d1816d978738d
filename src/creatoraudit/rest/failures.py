"""How endpoints fail, for the OpenAPI document: which errors each may answer with, and what these look like."""

from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request

from creatoraudit.domain.actor import KeyScope
from creatoraudit.errors import (
    BadRequest,
    Conflict,
    CreatorAuditError,
    Forbidden,
    InsufficientScope,
    InternalError,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    PayloadTooLarge,
    QuotaExceeded,
    RateLimited,
    ServiceUnavailable,
    Unauthorized,
    UnsupportedMediaType,
    ValidationFailed,
)
from creatoraudit.http.problems import MEDIA_TYPE, TITLES
from creatoraudit.http.problems import document as problem_document
from creatoraudit.http.state import REQUEST_ID
from creatoraudit.rest.endpoint import PREFIX, AnyEndpoint, HTMLPage

Kind = type[CreatorAuditError]


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = Field(description="A URN that names the kind of problem.")
    title: str = Field(description="The reason phrase of the status.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong this time, for people.")
    code: str = Field(description="The kind of problem, for programs.")
    instance: str = Field(description="The path that was asked for.")
    request_id: str = Field(description="The X-Request-ID of the answer; state it when you ask for help.")


class FieldProblem(BaseModel):
    """What is wrong with one field or parameter."""

    field: str = Field(description="Which one; items of arrays as `video_ids[3]`.")
    message: str = Field(description="What would be right.")


class ValidationProblem(Problem):
    """Which fields or parameters are wrong."""

    errors: list[FieldProblem] = Field(description="All that is wrong with this part of the request.")


_INSTANCES: dict[Kind, tuple[str, CreatorAuditError]] = {
    BadRequest: (
        "The body is not well-formed JSON.",
        BadRequest("The body is not valid JSON: Expecting value at line 1, column 14."),
    ),
    Unauthorized: (
        "No API key was sent, or one that does not exist.",
        Unauthorized("An API key is required: Authorization: Bearer <key>."),
    ),
    Forbidden: ("The key is disabled or expired, or its organization inactive.", Forbidden("The API key is disabled.")),
    InsufficientScope: ("The key lacks the scope that the operation needs.", InsufficientScope(KeyScope.WRITE)),
    QuotaExceeded: (
        "The organization tracks as many accounts as it may.",
        QuotaExceeded("The organization's quota of 500 accounts is used up."),
    ),
    NotFound: ("Your organization has nothing with this id, or no longer.", NotFound("Account")),
    MethodNotAllowed: (
        "The path does not have the method that was used; `Allow` names those it has.",
        MethodNotAllowed("This path allows GET, HEAD, POST."),
    ),
    NotAcceptable: (
        "The Accept header allows no JSON.",
        NotAcceptable("This endpoint answers with application/json or application/problem+json."),
    ),
    Conflict: (
        "What is stored contradicts the request, or a request with the same Idempotency-Key is still running.",
        Conflict("The account 'charlidamelio' on tiktok is already tracked."),
    ),
    PayloadTooLarge: ("The body is too large.", PayloadTooLarge("The body must be at most 1048576 bytes.")),
    UnsupportedMediaType: ("The body is not JSON.", UnsupportedMediaType("The body must be application/json.")),
    ValidationFailed: (
        "A field or parameter is wrong.",
        ValidationFailed.of("platform", "must be one of: instagram, tiktok"),
    ),
    RateLimited: (
        "The key has spent its requests for this minute, or a refresh was asked for a moment ago.",
        RateLimited(retry_after=17),
    ),
    InternalError: ("Something failed that should not.", InternalError()),
    ServiceUnavailable: ("The database is away for the moment.", ServiceUnavailable()),
}

_HEADERS: dict[int, list[str]] = {
    401: ["WWW-Authenticate"],
    405: ["Allow"],
    409: ["Retry-After"],
    429: ["Retry-After"],
    503: ["Retry-After"],
}
_UNCHARGED = frozenset({401, 405})


def failures_of(endpoint: AnyEndpoint) -> dict[int, tuple[Kind, ...]]:
    """The errors that an endpoint may answer with, by status."""
    kinds: set[Kind] = {*endpoint.errors, MethodNotAllowed, ValidationFailed, InternalError}
    if not endpoint.public:
        kinds |= {Unauthorized, Forbidden, RateLimited, ServiceUnavailable}
        kinds |= {InsufficientScope} if endpoint.scope is not KeyScope.READ else set()
    if HTMLPage not in endpoint.answers.values():
        kinds.add(NotAcceptable)
    if endpoint.method != "GET":
        kinds.add(PayloadTooLarge)
    if endpoint.body is not None:
        kinds |= {BadRequest, UnsupportedMediaType}
    found: dict[int, tuple[Kind, ...]] = {}
    for kind in _INSTANCES:
        if kind in kinds:
            found[kind.status] = (*found.get(kind.status, ()), kind)
    return found


def name_of(kinds: tuple[Kind, ...]) -> str:
    """What the document calls the answer that is one of these errors."""
    return "Or".join(kind.__name__ for kind in kinds)


def response_of(kinds: tuple[Kind, ...]) -> dict[str, Any]:
    """The answer that is one of these errors, all of one status, with an example of each."""
    status = kinds[0].status
    model = ValidationProblem if kinds[0] is ValidationFailed else Problem
    headers = ["X-Request-ID", *_HEADERS.get(status, [])]
    if status not in _UNCHARGED:
        headers += ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]
    return {
        "description": f"{TITLES[status]}. " + " ".join(_INSTANCES[kind][0] for kind in kinds),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": f"#/components/schemas/{model.__name__}"},
                "examples": {kind.code: {"$ref": f"#/components/examples/{kind.code}"} for kind in kinds},
            }
        },
    }


def examples() -> dict[str, Any]:
    """A problem document of each kind, written by what writes the real ones."""
    request = Request(
        {"type": "http", "path": f"{PREFIX}/accounts", REQUEST_ID: "01978a31-7f0b-7c55-9d3e-64f1b2a8c907"}
    )
    return {
        kind.code: {"summary": summary, "value": problem_document(error, request)}
        for kind, (summary, error) in _INSTANCES.items()
    }
