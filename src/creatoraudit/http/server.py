"""How the server is run."""

import sys

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from creatoraudit.settings import Settings

STARTUP_FAILURE = 3
"""The exit status where the application did not start; the log says why."""

_KEEP_ALIVE_SECONDS = 30
_HEADER_BYTES = 65_536


def serve(app: Starlette | str, settings: Settings, *, host: str, port: int, workers: int = 1) -> None:
    """Serves until a signal comes, then lets the requests in flight finish; several workers need an import path."""
    config = server_config(app, settings, host=host, port=port, workers=workers)
    if workers > 1:
        Multiprocess(config, sockets=[config.bind_socket()]).run()
        return
    server = uvicorn.Server(config)
    server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def server_config(
    app: Starlette | str, settings: Settings, *, host: str = "127.0.0.1", port: int = 8000, workers: int = 1
) -> uvicorn.Config:
    """The configuration for an application, or for the import path of a factory of it.

    Forwarded headers, access logs and the format of logs are this program's own business.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        workers=workers,
        factory=isinstance(app, str),
        http="h11",  # httptools takes headers without limit
        h11_max_incomplete_event_size=_HEADER_BYTES,
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.shutdown_timeout,
    )
