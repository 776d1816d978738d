"""How bytes become requests and WebSockets: as uvicorn reads and writes them, with bounds that it does not have.

httptools takes headers without end. h11, uvicorn's other parser, has a bound of its own, but costs as much as all
layers of this server together. And nothing in uvicorn parts with a client that takes nothing of what is sent to it.
"""

import asyncio
import logging
import socket
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from creatoraudit.http.state import STOPPING

UNFINISHED_BYTES = 65_536
"""How much a client may send before a head, a piece of a body or a message is complete."""

STALLED_SECONDS = 10
"""How long a client may take nothing at all, while more waits for it than is kept."""

KEPT_BYTES = 65_536
"""How much of what a client has not been sent yet the system keeps; what it takes is seen in pieces of this size."""

log = structlog.get_logger(__name__)

_handshakes = logging.getLogger("creatoraudit.handshakes")
_handshakes.setLevel(logging.WARNING)  # uvicorn tells of each one with its query string


class _Impatient(asyncio.Protocol):
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


class BoundedProtocol(_Impatient, HttpToolsProtocol):
    """HTTP/1.1 that cuts off who sends a URL, headers, trailers or chunk extensions without end."""

    unfinished = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stopping = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.unfinished += len(data)
        super().data_received(data)
        if self.unfinished > UNFINISHED_BYTES and not self.transport.is_closing():
            self.send_400_response("Request headers too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[STOPPING] = self._stopping  # type: ignore[literal-required]

    def on_headers_complete(self) -> None:
        self.unfinished = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.unfinished = 0
        super().on_message_complete()

    def shutdown(self) -> None:
        super().shutdown()
        self._stopping.set()


class WebSocketProtocol(_Impatient, WebSocketsSansIOProtocol):
    """WebSockets whose handshakes are not written to the log, nor, at any level, what is sent over them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = _handshakes
        self.conn.debug = False

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.transport.is_closing():
            self.transport.close()  # no handshake that could be answered
