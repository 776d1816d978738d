from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route, Router

from creatoraudit.http.paths import Paths


async def show(request: Request) -> JSONResponse:
    return JSONResponse({"route": request.scope["route"].path, **request.path_params})


PATHS = Paths([Route(path, show) for path in ("/", "/a", "/a/top", "/a/{id}", "/b/{id}", "/a/{id}/b", "/{x}/{y}/{z}")])


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/", {"route": "/"}),
        ("/a", {"route": "/a"}),
        ("/a/top", {"route": "/a/top"}),
        ("/a/7", {"route": "/a/{id}", "id": "7"}),
        ("/b/t%C3%B6p", {"route": "/b/{id}", "id": "töp"}),
        ("/a/7/b", {"route": "/a/{id}/b", "id": "7"}),
        ("/a/top/b", {"route": "/a/{id}/b", "id": "top"}),
        ("/b/7/c", {"route": "/{x}/{y}/{z}", "x": "b", "y": "7", "z": "c"}),
        *((path, None) for path in ("/c", "/a/", "/a//b", "/a/7/", "/a/7%2F8/9", "/a/7/b/c")),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/below"])
async def test_a_path_finds_the_route_that_it_is_written_for(
    path: str, found: dict[str, Any] | None, prefix: str
) -> None:
    app = Starlette(routes=[Mount(prefix, Router([PATHS]))] if prefix else [PATHS])
    app.router.redirect_slashes = False
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        answer = await client.get(f"{prefix}{path}")
    assert (answer.json() if answer.status_code == 200 else None) == found
