"""HTTP/1.1 as uvicorn reads it with httptools, which takes headers without end, and here does not.

h11, uvicorn's other parser, has a bound of its own, but costs as much as all layers of this server together.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

UNFINISHED_BYTES = 65_536
"""How much a client may send before a head, a piece of a body or a message is complete."""


class BoundedProtocol(HttpToolsProtocol):
    """Cuts off who sends a URL, headers, trailers or chunk extensions without end."""

    unfinished = 0

    def data_received(self, data: bytes) -> None:
        self.unfinished += len(data)
        super().data_received(data)
        if self.unfinished > UNFINISHED_BYTES and not self.transport.is_closing():
            self.send_400_response("Request headers too large.")

    def on_headers_complete(self) -> None:
        self.unfinished = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.unfinished = 0
        super().on_message_complete()
