"""Parting with clients that take nothing of what is sent to them, which nothing in uvicorn does."""

import asyncio
import socket
from typing import Any

import structlog

STALLED_SECONDS = 10
"""How long a client may take nothing at all, while more waits for it than is kept."""

KEPT_BYTES = 65_536
"""How much of what a client has not been sent yet the system keeps; what it takes is seen in pieces of this size."""

log = structlog.get_logger(__name__)


class Impatient(asyncio.Protocol):
    """Cuts off clients that take nothing any more, so that nothing waits for them for ever."""

    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KEPT_BYTES)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look_again()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._look_away()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._look_away()

    def _look_again(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        self._look = self.loop.call_later(STALLED_SECONDS, self._judge, waiting)

    def _look_away(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _judge(self, waited: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting < waited:
            self._look_again()
        else:
            log.warning("a client that took nothing was cut off", waiting_bytes=waiting)
            self.transport.abort()
