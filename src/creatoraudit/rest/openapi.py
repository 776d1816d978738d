"""The OpenAPI document, made of the table of routes and of the models that judge requests and describe answers."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field, RootModel

from creatoraudit import __version__
from creatoraudit.rest.endpoint import AnyEndpoint, HTMLPage, Tag
from creatoraudit.rest.failures import Problem, ValidationProblem, examples, failures_of, name_of, response_of
from creatoraudit.rest.operations import HEADERS, PARAMETERS, operation
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

**Numbers of a window** are sums over inclusive UTC dates of what each day brought; a day without an observation brings
nothing, and the next observation carries it. `meta.coverage` tells how many of the days were observed.

**Errors** are problem documents (RFC 9457) with a stable `code`. Unknown parameters and fields are refused with a hint.
An unknown path is a 404, a method that a path does not have is a 405.

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
    Tag.ANALYTICS: "What is computed from the history of all of them.",
    Tag.SEARCH: "Finding any of them by a part of its text.",
}


class OpenAPIDocument(RootModel[dict[str, Any]]):
    """An OpenAPI 3.1 document."""

    root: dict[str, Any] = Field(examples=[{"openapi": "3.1.0"}])


_NOT_ECHOED = frozenset({"limit", "cursor", "sort", "include_total"})


def document(endpoints: Endpoints) -> Document:
    """The document of some endpoints, whose server is still to be named."""
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
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation(endpoint, endpoints, schemas)
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
        "servers": [],
        "security": [{"key": []}],
        "tags": [{"name": tag, "description": description} for tag, description in _TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key of your organization."}
            },
            "schemas": schemas.components,
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "responses": {name_of(kinds): response_of(kinds) for kinds in sorted(failures, key=name_of)},
            "examples": examples(),
        },
    }
