"""The OpenAPI document, made of the table of routes and of the models that judge requests and describe answers."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field, RootModel

from creatoraudit import __version__
from creatoraudit.rest.endpoint import AnyEndpoint, HTMLPage, Tag
from creatoraudit.rest.failures import Problem, ValidationProblem, examples, failures_of, name_of, response_of
from creatoraudit.rest.params import ListQuery
from creatoraudit.rest.schemas import Schemas

Document = dict[str, Any]
Endpoints = Sequence[AnyEndpoint]

_TITLE = "CreatorAudit API v2"
_DESCRIPTION = """\
Tracks Instagram and TikTok creators: their accounts, videos and numbers.

**Keys.** Send `Authorization: Bearer <key>`. A key belongs to one organization and sees nothing of any other. Reading
needs no particular scope, writing needs `write`.

**Answers** are JSON: `{"data": …}`, and for lists `pagination` and `filters` beside it. Times are ISO 8601 in UTC,
`2026-06-14T09:30:00Z`. Every answer carries `X-Request-ID`: your own, if you sent one, else a fresh UUID.

**Lists** are paged by cursor. `pagination.next_cursor` and the `Link` header lead to the next page; rows that are added
or removed meanwhile make no other row appear twice or go missing.

**Errors** are problem documents (RFC 9457) with a stable `code`. Unknown parameters and fields are refused with a hint.
An unknown path is a 404, a method that a path does not have a 405 `METHOD_NOT_ALLOWED` with `Allow`.

**Limits.** Each key has a number of requests a minute; `X-RateLimit-Limit`, `X-RateLimit-Remaining` and
`X-RateLimit-Reset` tell how it stands. Beyond it, the answer is a 429 with `Retry-After`.

**Repeating.** Send `Idempotency-Key` with a create, and it can be repeated safely for 24 hours: the answer is the
resource that the first request made, with `Idempotency-Replayed: true`.

**Caching.** Send the `ETag` of an earlier answer as `If-None-Match`, and if that still stands the answer is a 304,
which costs nothing.
"""
_TAGS = {
    Tag.SYSTEM: "The service itself, and who is asking.",
    Tag.ACCOUNTS: "Tracked profiles.",
    Tag.VIDEOS: "Posts that are tracked one by one.",
    Tag.ACCOUNT_VIDEOS: "Posts that were discovered in the feeds of tracked accounts.",
    Tag.CREATORS: "The people and brands behind accounts.",
}

_RATE_LIMIT = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_HEADERS: dict[str, tuple[str, Any, bool]] = {
    "X-Request-ID": ("The request's id: the client's own, else a fresh UUID.", "req-42", True),
    "X-RateLimit-Limit": ("Requests a minute that the key may make.", 600, False),
    "X-RateLimit-Remaining": ("Requests left in this minute.", 599, False),
    "X-RateLimit-Reset": ("When the next minute begins: Unix seconds.", 1_781_429_460, False),
    "ETag": ("Names this very answer; send it back as If-None-Match.", '"33a64df551425fcc55e4d42a148795d9"', True),
    "Cache-Control": ("Answers are private, and asked for anew each time.", "private, no-cache", True),
    "Link": (
        "The first page and, if there is one, the next (RFC 8288).",
        '<https://api.example.com/v2/accounts?platform=tiktok>; rel="first"',
        True,
    ),
    "Location": (
        "The URL of what was made.",
        "https://api.example.com/v2/accounts/01977f0e-5c1b-7d3a-9a52-3f1e6c0b8d21",
        True,
    ),
    "Idempotency-Replayed": ("`true` where an earlier request with the key made the resource.", "true", False),
    "Retry-After": ("Seconds after which to try again.", 17, False),
    "WWW-Authenticate": ("How to authenticate.", "Bearer", True),
}

_PARAMETERS: dict[str, Document] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Makes it safe to repeat the request: any printable text, new for each resource to be made.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "example": "3f1c0f6e-signup-42",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "Entity tags of answers that the client has; if one still stands, the answer is a 304.",
        "schema": {"type": "string"},
    },
    "RequestId": {
        "name": "X-Request-ID",
        "in": "header",
        "description": "A name for the request, repeated in the answer if it consists of at most 128 letters, digits, "
        "dots, underscores and hyphens.",
        "schema": {"type": "string"},
        "example": "req-42",
    },
}


class OpenAPIDocument(RootModel[dict[str, Any]]):
    """An OpenAPI 3.1 document."""

    root: dict[str, Any] = Field(examples=[{"openapi": "3.1.0"}])


_NOT_ECHOED = frozenset({"limit", "cursor", "sort", "include_total"})


def document(endpoints: Endpoints, url: str) -> Document:
    """The document of some endpoints, which are served under a URL."""
    queries = {endpoint.query.model for endpoint in endpoints if endpoint.query is not None}
    bodies = {endpoint.body for endpoint in endpoints if endpoint.body is not None}
    answers = {model for endpoint in endpoints for model in endpoint.answers.values() if model not in {None, HTMLPage}}
    schemas = Schemas(judging=[*queries, *bodies], describing=[*answers, Problem, ValidationProblem])
    for endpoint in endpoints:
        if isinstance(endpoint.query, ListQuery):
            (answer,) = filter(None, endpoint.answers.values())
            schemas.echo(answer, endpoint.query.model, but=_NOT_ECHOED)
    paths: dict[str, Document] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, endpoints, schemas)
    failures = {kinds for endpoint in endpoints for kinds in failures_of(endpoint).values()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": _TITLE,
            "version": __version__,
            "description": _DESCRIPTION,
            "contact": {"name": "CreatorAudit"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": url, "description": "This server."}],
        "security": [{"key": []}],
        "tags": [{"name": tag, "description": description} for tag, description in _TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key of your organization."}
            },
            "schemas": schemas.components,
            "parameters": _PARAMETERS,
            "headers": {name: _header(*declared) for name, declared in _HEADERS.items()},
            "responses": {name_of(kinds): response_of(kinds) for kinds in sorted(failures, key=name_of)},
            "examples": examples(),
        },
    }


def _operation(endpoint: AnyEndpoint, endpoints: Endpoints, schemas: Schemas) -> Document:
    operation: Document = {
        "operationId": endpoint.operation_id,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "description": endpoint.description,
        "parameters": _parameters(endpoint, schemas),
    }
    if endpoint.public:
        operation["security"] = []
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": schemas.content(endpoint.body)}
    responses = {str(status): _success(endpoint, status, model, schemas) for status, model in endpoint.answers.items()}
    if endpoint.method == "GET":
        responses["304"] = {
            "description": "What the client has still stands.",
            "headers": _header_refs("X-Request-ID", "ETag", "Cache-Control", *_RATE_LIMIT),
        }
    for status, kinds in failures_of(endpoint).items():
        responses[str(status)] = {"$ref": f"#/components/responses/{name_of(kinds)}"}
    if links := _links(endpoint, endpoints):
        responses["201"]["links"] = links
    return operation | {"responses": responses}


def _success(endpoint: AnyEndpoint, status: int, model: type[BaseModel] | None, schemas: Schemas) -> Document:
    names = ["X-Request-ID", *(() if endpoint.public else _RATE_LIMIT)]
    if endpoint.method == "GET":
        names += ["ETag", "Cache-Control"]
    if isinstance(endpoint.query, ListQuery):
        names.append("Link")
    if status == 201:  # noqa: PLR2004
        names.append("Location")
    if endpoint.idempotent:
        names.append("Idempotency-Replayed")
    success: Document = {"description": _SUCCESSES[status], "headers": _header_refs(*names)}
    if model is HTMLPage:
        success["content"] = {"text/html": {"schema": {"type": "string"}}}
    elif model is not None:
        success["content"] = schemas.content(model)
    return success


_SUCCESSES = {200: "Done.", 201: "Made.", 204: "Gone."}


def _parameters(endpoint: AnyEndpoint, schemas: Schemas) -> list[Document]:
    in_path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"The id of the {name.removesuffix('_id').replace('_', ' ')}.",
            "schema": {"type": "string", "format": "uuid"},
        }
        for name in endpoint.path_ids
    ]
    in_query = schemas.parameters(endpoint.query.model) if endpoint.query is not None else []
    shared = ["RequestId"]
    if endpoint.method == "GET":
        shared.append("IfNoneMatch")
    if endpoint.idempotent:
        shared.append("IdempotencyKey")
    return [*in_path, *in_query, *({"$ref": f"#/components/parameters/{name}"} for name in shared)]


def _links(endpoint: AnyEndpoint, endpoints: Endpoints) -> Document:
    """What can be done with what a create has made."""
    if endpoint.method != "POST" or 201 not in endpoint.answers:  # noqa: PLR2004
        return {}
    return {
        other.operation_id: {
            "operationId": other.operation_id,
            "description": other.summary,
            "parameters": {other.path_ids[0]: "$response.body#/data/id"},
        }
        for other in endpoints
        if len(other.path_ids) == 1 and other.path == f"{endpoint.path}/{{{other.path_ids[0]}}}"
    }


def _header(description: str, example: Any, required: bool) -> Document:
    kind = "integer" if isinstance(example, int) else "string"
    return {"description": description, "required": required, "schema": {"type": kind}, "example": example}


def _header_refs(*names: str) -> Document:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
