"""How bytes become requests: as uvicorn reads and writes them, with bounds that it does not have.

httptools takes headers without end and waits for unfinished ones for ever. h11, uvicorn's other parser, bounds their
size, but not the wait, and costs as much as all layers of this server together.
"""

import asyncio
from enum import Enum
from http import HTTPStatus
from typing import Any

import structlog
from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from creatoraudit.domain.ids import new_id
from creatoraudit.errors import BadRequest, CreatorAuditError, RequestTimeout
from creatoraudit.http import framing
from creatoraudit.http.patience import Impatient
from creatoraudit.http.problems import problem
from creatoraudit.http.state import BROKEN_OFF, REQUEST_ID, STOPPING

MAX_PIPELINED = 64
"""Requests that may wait on a connection for the answers to those before them."""

HEAD_SECONDS = 10
"""How long the head of a request may take to arrive."""

BODY_SECONDS = 60
"""How long a body may take to arrive: 17 kB/s for the largest one."""

LINGER_SECONDS = 2
"""How long what still arrives is read and forgotten after an answer, so that the client gets to read that."""

_TOO_MUCH = f"Chunk extensions and trailers must have at most {framing.MAX_HEAD_BYTES} bytes."

log = structlog.get_logger(__name__)


class _Part(Enum):
    """What of a request has not arrived yet."""

    NOTHING = "nothing"
    HEAD = "head"
    BODY = "body"


class BoundedProtocol(Impatient, HttpToolsProtocol):
    """HTTP/1.1 that answers who sends too much, too slowly or what is no request, and then hangs up."""

    unfinished = 0
    """Bytes that came since a head or a piece of a body was complete."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stopping = asyncio.Event()
        self._missing = _Part.NOTHING
        self._late: asyncio.TimerHandle | None = None
        self._refusal: CreatorAuditError | None = None
        self._is_deaf = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_deaf:
            return
        self.unfinished += len(data)
        super().data_received(data)
        if self._is_deaf or self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        if self.unfinished > framing.MAX_HEAD_BYTES:
            self._break_off(BadRequest(_TOO_MUCH) if self._missing is _Part.BODY else framing.too_large(self.url))
        elif self._late is None and (self._missing is not _Part.NOTHING or self._is_idle()):
            self._wait(BODY_SECONDS if self._missing is _Part.BODY else HEAD_SECONDS)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._missing = _Part.HEAD
        self.scope[STOPPING] = self._stopping  # type: ignore[literal-required]

    def on_headers_complete(self) -> None:
        self._refusal = self._fault_of_head()
        if self._refusal is not None:
            raise self._refusal  # ends the parsing, which comes back as send_400_response
        super().on_headers_complete()
        self.unfinished = 0
        self._in_time()
        self._missing = _Part.BODY
        if not self.parser.should_upgrade():
            self.headers = []  # for trailers, which are no headers of the request
        elif not self._should_upgrade():
            self.cycle.keep_alive = False
            self._is_deaf = True  # httptools reads nothing behind such a head as it was meant
        if b"%2f" in self.scope.get("raw_path", b"").lower():
            self.scope["path"] = self.scope["raw_path"].decode()  # what an encoded slash stands in is one segment

    def on_body(self, body: bytes) -> None:
        self.unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.unfinished = 0
        self._missing = _Part.NOTHING
        self._in_time()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._missing is _Part.BODY and not self.transport.is_closing():
            self._in_time()
            self._wait(LINGER_SECONDS)
        if self._refusal is not None and self._is_idle():
            self._refuse(self._refusal)

    def send_400_response(self, msg: str) -> None:
        """Called where the parser gives up."""
        self._break_off(self._refusal or BadRequest(f"{msg} It must be HTTP/1.1 to the letter."))

    def shutdown(self) -> None:
        super().shutdown()
        self._stopping.set()

    def _fault_of_head(self) -> CreatorAuditError | None:
        is_upgrade = self.parser.should_upgrade()
        if len(self.pipeline) >= MAX_PIPELINED:
            return BadRequest(f"At most {MAX_PIPELINED} requests may wait for the answers to those before them.")
        if is_upgrade and not self._is_idle():
            return BadRequest("An Upgrade must wait for the answers to the requests before it.")
        version = self.parser.get_http_version()
        return framing.fault(self.url, self.headers, version, at_most=self.unfinished, is_upgrade=is_upgrade)

    def _wait(self, seconds: float) -> None:
        self._late = self.loop.call_later(seconds, self._time_is_up)

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _time_is_up(self) -> None:
        self._late = None
        if self._missing is _Part.BODY and self.cycle.response_complete:
            self.transport.abort()
        elif self._missing is _Part.BODY and not self.pipeline:
            self._break_off(RequestTimeout(f"The body must arrive within {BODY_SECONDS} seconds."))
        elif self._is_idle():
            self._break_off(RequestTimeout(f"The head of a request must arrive within {HEAD_SECONDS} seconds."))
        else:  # the client waits for an answer as well
            self._wait(HEAD_SECONDS)

    def _is_idle(self) -> bool:
        """Whether no request has still to be answered."""
        return self.cycle is None or (self.cycle.response_complete and not self.pipeline)

    def _break_off(self, error: CreatorAuditError) -> None:
        """Reads no more of the connection. Who waits for the rest of a body answers with the error."""
        self._in_time()
        self._is_deaf = True
        if self._missing is not _Part.BODY:
            self._refusal = error
            if self._is_idle():
                self._refuse(error)
        elif self.cycle.response_started:
            self.transport.close()
        else:
            self.scope[BROKEN_OFF] = error  # type: ignore[literal-required]
            self.cycle.keep_alive = self.cycle.more_body = False
            self.cycle.message_event.set()

    def _refuse(self, error: CreatorAuditError) -> None:
        """Answers a request that no layer has seen, and hangs up once the client has had time to read that."""
        path = self.url.partition(b"?")[0] if self._missing is _Part.HEAD else b""
        scope: dict[str, Any] = {"type": "http", "path": "/", "headers": [], REQUEST_ID: new_id()}
        scope["raw_path"] = path if path.startswith(b"/") and len(path) <= framing.MAX_URL_BYTES else b"/"
        answer = problem(error, Request(scope))
        log.info("refused unread", status=error.status, request_id=scope[REQUEST_ID], reason=error.detail)
        headers = [
            *self.server_state.default_headers,
            *((name, value) for name, value in answer.raw_headers if name != b"connection"),
            (b"x-request-id", scope[REQUEST_ID].encode()),
            (b"connection", b"close"),
        ]
        lines = [f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}".encode()]
        lines += [b"%b: %b" % header for header in headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._late = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
