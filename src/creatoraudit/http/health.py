"""For machines that watch the server: whether the process is alive, and whether it may be sent requests."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from creatoraudit.db import migrate
from creatoraudit.errors import ServiceUnavailable
from creatoraudit.http.state import state_of


async def healthz(_: Request) -> Response:
    """The process is alive."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """The database answers and has the schema that this version needs; else 503."""
    if not await migrate.is_served(state_of(request.scope).db):
        raise ServiceUnavailable("The database lacks migrations.")
    return JSONResponse({"status": "ready"})
