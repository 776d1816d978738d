"""A client that costs little: one connection that stays open, requests that are bytes already."""

import json
import socket
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode, urlsplit

GRAPHQL = "/graphql"


class Request(NamedTuple):
    """What is asked of the API, below /v2 or of GraphQL; with a body it is a POST unless another method is named."""

    path: str
    query: Mapping[str, Any] = MappingProxyType({})
    body: dict[str, Any] | None = None
    method: str | None = None
    headers: Mapping[str, str] = MappingProxyType({})


class Answer(NamedTuple):
    """What came back; the head's names are in lower case."""

    status: int
    body: bytes
    head: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of a header, named in lower case."""
        _, found, rest = self.head.partition(f"\r\n{name}:".encode())
        return rest.partition(b"\r\n")[0].strip().decode() if found else None


class Client:
    """A connection to a server, in the name of a key."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        place = urlsplit(url)
        self._host = f"{place.hostname}:{place.port}"
        self._key = key
        self._address = place.hostname, place.port
        self._socket = socket.socket()
        self.connect()

    def connect(self) -> None:
        """Connects anew: the server ends connections that idle."""
        self._socket.close()
        self._socket = socket.create_connection(self._address, timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def encoded(self, request: Request) -> bytes:
        """A request as it goes over the wire."""
        query = f"?{urlencode(request.query)}" if request.query else ""
        body = b"" if request.body is None else json.dumps(request.body).encode()
        path = request.path if request.path == GRAPHQL else f"/v2{request.path}"
        head = [
            f"{request.method or ('GET' if request.body is None else 'POST')} {path}{query} HTTP/1.1",
            f"Host: {self._host}",
            f"Authorization: Bearer {self._key}",
            *(f"{name}: {value}" for name, value in request.headers.items()),
            *([] if request.body is None else ["Content-Type: application/json", f"Content-Length: {len(body)}"]),
        ]
        return "\r\n".join([*head, "", ""]).encode() + body

    def send(self, encoded: bytes) -> Answer:
        """Asks, and waits for all of the answer."""
        self._socket.sendall(encoded)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        answer = Answer(int(received[9:12]), b"", received[: end + 2].lower())
        parts, missing = [received[end + 4 :]], int(answer.header("content-length") or 0) - (len(received) - end - 4)
        while missing > 0:
            parts.append(self._receive())
            missing -= len(parts[-1])
        return answer._replace(body=b"".join(parts))

    def ask(self, request: Request) -> Any:
        """The parsed body of a 200; RuntimeError for every other answer."""
        self.connect()
        answer = self.send(self.encoded(request))
        if answer.status != 200:  # noqa: PLR2004
            raise RuntimeError(f"{request.path} answered {answer.status}: {answer.body[:500].decode()}")
        return json.loads(answer.body)

    def _receive(self) -> bytes:
        received = self._socket.recv(262_144)
        if not received:
            raise ConnectionError("The server hung up.")
        return received
