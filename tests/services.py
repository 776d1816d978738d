"""A service on this machine that answers over real sockets as a test says, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit


class Asked(NamedTuple):
    """A request: its path, its parameters and its headers."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]


class Reply(NamedTuple):
    """An answer; a body that is not bytes is sent as JSON, and None is never sent: the service falls silent."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})
    promised: int | None = None
    """How many bytes it says that there are, if not as many as there are."""


class LocalService:
    """Where the service is, what it was asked, and how it answers, which may be changed at any time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.reply: Callable[[Asked], Reply] = lambda _: Reply(status=404)
        self.stopping = threading.Event()

    def answers(self, body: Any = b"", status: int = 200, **headers: str) -> None:
        """Everything is answered like this from now on; `retry_after` is the header Retry-After."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        self.reply = lambda _: Reply(body, status, named)


@contextmanager
def local_service() -> Iterator[LocalService]:
    """A service of this test's own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            asked = Asked(split.path, dict(parse_qsl(split.query)), {**self.headers})
            service.asked.append(asked)
            reply = service.reply(asked)
            if reply.body is None:
                service.stopping.wait(30)
                self.close_connection = True
                return
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            if reply.status != 304:
                self.send_header("Content-Length", str(reply.promised or len(body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # whoever asked may have read enough
                self.wfile.write(body)
            self.close_connection = reply.promised is not None

        def log_message(self, *_: object) -> None:
            """Tests read what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = LocalService(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
