"""How the server is run."""

import sys
from socket import socket
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from creatoraudit.http.protocol import BoundedProtocol
from creatoraudit.http.websockets import WebSocketProtocol
from creatoraudit.settings import Settings

STARTUP_FAILURE = 3
"""The exit status where the application did not start; the log says why."""

SIGNALLED = 128
"""Added to a signal's number this is the exit status of what it stopped, as shells have it."""

_KEEP_ALIVE_SECONDS = 30
_SILENT_SECONDS = 30
"""How long a process may not answer before another takes its place: on a busy machine it is long in starting."""


def serve(app: Starlette | str, settings: Settings, listener: socket, *, workers: int = 1) -> None:
    """Serves on a bound socket until a signal comes, then lets the requests in flight finish.

    Several workers need the import path of a factory for the application.
    """
    config = _config(app, settings, workers)
    if workers > 1:
        Multiprocess(config, sockets=[listener]).run()
        return
    server = _Server(config)
    server.run(sockets=[listener])
    if not server.started:
        sys.exit(STARTUP_FAILURE)
    if server.told is not None:
        sys.exit(SIGNALLED + server.told)


class _Server(uvicorn.Server):
    """Remembers what it was told to stop by.

    uvicorn raises the signal again once it has stopped, which usually ends the process. But whoever started it may have
    had it ignored: shells do so with SIGINT where they start something in the background.
    """

    told: int | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.told = sig
        super().handle_exit(sig, frame)


def _config(app: Starlette | str, settings: Settings, workers: int) -> uvicorn.Config:
    # forwarded headers, access logs and the format of logs are this program's own business
    return uvicorn.Config(
        app,
        workers=workers,
        factory=isinstance(app, str),
        http=BoundedProtocol,
        ws=WebSocketProtocol,
        ws_max_size=settings.max_body_bytes,
        ws_per_message_deflate=False,
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_worker_healthcheck=_SILENT_SECONDS,
        timeout_graceful_shutdown=settings.shutdown_timeout,
    )
