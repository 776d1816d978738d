"""The one table of the API's routes. Starlette's routes, the OpenAPI document and the contract tests come from it."""

from functools import cache
from typing import Any

from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from creatoraudit.http.guard import guarded, route
from creatoraudit.http.negotiation import JSON_ANSWERS
from creatoraudit.rest import (
    account_videos,
    accounts,
    batches,
    creators,
    overview,
    rankings,
    search,
    series,
    system,
    videos,
)
from creatoraudit.rest.endpoint import PREFIX, AnyEndpoint, Call, Endpoint, HTMLPage, Tag, answering
from creatoraudit.rest.envelopes import answer
from creatoraudit.rest.openapi import OpenAPIDocument, document


async def get_openapi(call: Call[None, None]) -> Response:
    return answer(openapi_document(call.base_url))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    *system.ENDPOINTS,
    Endpoint(
        method="GET",
        path="/openapi.json",
        handler=get_openapi,
        tag=Tag.SYSTEM,
        summary="Get this document",
        description="The OpenAPI document of the API, with this server's own URL. Needs no key and is not limited.",
        answers={200: OpenAPIDocument},
        public=True,
    ),
    *accounts.ENDPOINTS,
    *videos.ENDPOINTS,
    *account_videos.ENDPOINTS,
    *creators.ENDPOINTS,
    *overview.ENDPOINTS,
    *series.ENDPOINTS,
    *batches.ENDPOINTS,
    *rankings.ENDPOINTS,
    *search.ENDPOINTS,
)


def routes() -> list[Route]:
    """A route for each path; those with an id in a place come after those that have a word there."""
    methods: dict[str, dict[str, ASGIApp]] = {}
    for endpoint in sorted(ENDPOINTS, key=lambda one: len(one.path_ids)):
        methods.setdefault(PREFIX + endpoint.path, {})[endpoint.method] = _guarded(endpoint)
    return [route(path, of_path) for path, of_path in methods.items()]


def openapi_document(base_url: str = PREFIX) -> dict[str, Any]:
    """The OpenAPI document of the API at a URL."""
    return _document() | {"servers": [{"url": base_url, "description": "This server."}]}


@cache
def _document() -> dict[str, Any]:
    return document(ENDPOINTS)


def _guarded(endpoint: AnyEndpoint) -> ASGIApp:
    reads = endpoint.method == "GET"
    return guarded(
        answering(endpoint),
        public=endpoint.public,
        scope=None if endpoint.public else endpoint.scope,
        produces=None if HTMLPage in endpoint.answers.values() else JSON_ANSWERS,
        body="object" if endpoint.body else "unread" if reads else "none",
        etag=reads,
    )
