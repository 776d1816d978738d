"""Where Prometheus asks: a port of the figures' own, which no client of the API reaches."""

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread
from wsgiref.simple_server import WSGIServer

import structlog
from prometheus_client import start_http_server

from creatoraudit.settings import Settings
from creatoraudit.telemetry import TelemetryUnavailable
from creatoraudit.telemetry.prometheus import Figures

PROCESSES = 64
"""How many processes of one machine find a port each, from the one that is set upwards."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def served(figures: Figures, settings: Settings) -> AsyncIterator[str]:
    """The figures at the first port that is free, in a thread of their own: the URL of the page."""
    server, thread = await asyncio.to_thread(_started, figures, settings)
    host = settings.metrics_host
    url = f"http://{f'[{host}]' if ':' in host else host}:{server.server_port}/metrics"
    log.info("metrics are served", url=url)
    try:
        yield url
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        thread.join()


def _started(figures: Figures, settings: Settings) -> tuple[WSGIServer, Thread]:
    first = settings.metrics_port or 0
    for port in range(first, first + PROCESSES):
        try:
            return start_http_server(port, settings.metrics_host, figures.registry)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                reason = error.strerror or str(error)
                raise TelemetryUnavailable(
                    f"Metrics cannot be served on {settings.metrics_host} port {port}: {reason}."
                ) from error
    raise TelemetryUnavailable(f"Metrics cannot be served: the ports {first} to {port} are all taken.")
