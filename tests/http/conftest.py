"""The real application with a few routes added, one for each way a route can be guarded."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from creatoraudit.app import create_app
from creatoraudit.domain.actor import KeyScope
from creatoraudit.errors import Conflict, ServiceUnavailable, ValidationFailed
from creatoraudit.http.body import body_of
from creatoraudit.http.guard import guarded, route
from creatoraudit.http.state import actor_of, base_url_of
from creatoraudit.settings import Settings

SECRET = "hunter2"


async def show(request: Request) -> Response:
    return JSONResponse({"organization": actor_of(request.scope).organization_id, "word": "façade"})


async def echo(request: Request) -> Response:
    return JSONResponse(body_of(request.scope), 201, headers={"Location": "/probe/1"})


async def nothing(_: Request) -> Response:
    return Response(status_code=204)


async def where(request: Request) -> Response:
    return JSONResponse({"base_url": base_url_of(request.scope)})


async def fail(request: Request) -> Response:
    match request.path_params["how"]:
        case "conflict":
            raise Conflict("Taken.")
        case "away":
            raise ServiceUnavailable(retry_after=3)
        case "invalid":
            raise ValidationFailed.of("video_ids[3]", "must be a UUID")
        case _:
            raise RuntimeError(SECRET)


ROUTES = [
    route(
        "/v2/probe",
        {
            "GET": guarded(show, etag=True),
            "POST": guarded(echo, scope=KeyScope.WRITE, body="object"),
            "PUT": guarded(nothing, scope=KeyScope.WRITE, body="none"),
            "DELETE": guarded(nothing, scope=KeyScope.WRITE, body="none"),
        },
    ),
    route("/v2/where", {"GET": guarded(where, public=True)}),
    route("/v2/fail/{how}", {"GET": guarded(fail, public=True)}),
]


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    app = create_app(settings, worker=None)
    app.router.routes[:0] = ROUTES
    async with app.router.lifespan_context(app):
        yield app
