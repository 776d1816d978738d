"""How bytes become WebSockets: as uvicorn reads and writes them, with bounds that it does not have."""

import logging
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from creatoraudit.http.patience import Impatient

MAX_FRAGMENTS = 1_000
"""Pieces that one message may come in; those without content would count for nothing otherwise."""

CLOSE_SECONDS = 3.0
"""How long a client may take to agree that a connection is over."""

_TOO_BIG = 1009

_handshakes = logging.getLogger("creatoraudit.handshakes")
_handshakes.setLevel(logging.WARNING)  # uvicorn tells of each one with its query string


class WebSocketProtocol(Impatient, WebSocketsSansIOProtocol):
    """WebSockets whose handshakes are not written to the log, nor, at any level, what is sent over them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = _handshakes
        self.conn.debug = False
        self.close_timeout = CLOSE_SECONDS
        self._pongs = b""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.transport.is_closing():
            self.transport.close()  # no handshake that could be answered

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < MAX_FRAGMENTS:
            super().handle_cont(event)
        elif not self.close_sent:
            self.conn.fail(_TOO_BIG, "A message came in too many pieces.")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.transport.close()

    def handle_ping(self) -> None:
        pongs = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(pongs)
        else:
            self._pongs = pongs  # the latest will do

    def resume_writing(self) -> None:
        super().resume_writing()
        self.transport.write(self._pongs)
        self._pongs = b""
