"""GraphQL over a WebSocket: the protocol graphql-transport-ws, with any number of operations side by side."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from creatoraudit.errors import BadRequest, CreatorAuditError, Forbidden, InternalError, Unauthorized
from creatoraudit.graphql.errors import refused
from creatoraudit.graphql.execution import Run, answers
from creatoraudit.graphql.requests import Operations, Words, admit, words_of
from creatoraudit.graphql.scalars import encoded
from creatoraudit.http.auth import authenticate, bearer_key, key_in
from creatoraudit.http.body import parse
from creatoraudit.http.origins import is_foreign
from creatoraudit.http.problems import known
from creatoraudit.http.rate_limit import charge
from creatoraudit.http.state import request_id_of, state_of

SUBPROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 3
MAX_OPERATIONS = 100

_LONGEST_REASON = 123
"""Bytes that a closing frame has room for."""


class Closed(Exception):
    """Ends a connection: with this code, and this reason for people."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")


class Sockets:
    """Accepts connections, from pages of other origins only where the settings name them."""

    def __init__(self, operations: Operations, run: Run) -> None:
        self._operations = operations
        self._run = run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if is_foreign(scope):
            error = Forbidden("Pages of this origin may not connect.")
            await websocket.send_denial_response(JSONResponse(refused(error, request_id_of(scope)), error.status))
        elif SUBPROTOCOL not in scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(4406, "Subprotocol not acceptable")
        else:
            await websocket.accept(SUBPROTOCOL)
            await Connection(websocket, self._operations, self._run).serve()


class Connection:
    """One client, from its connection_init on. Whatever ends the connection ends all of its operations."""

    def __init__(self, websocket: WebSocket, operations: Operations, run: Run) -> None:
        self._websocket = websocket
        self._scope: Scope = websocket.scope
        self._operations = operations
        self._run = run
        self._running: dict[str, asyncio.Task[None]] = {}
        self._initialized = self._acknowledged = False

    async def serve(self) -> None:
        """Talks with the client until one of the two hangs up."""
        why: Closed | None = None
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._tasks.create_task(self._expect_init())
                while True:
                    await self._take(await self._receive())
        except* WebSocketDisconnect:
            pass
        except* Closed as closed:
            why = next(one for one in closed.exceptions if isinstance(one, Closed))
        except* Exception as failed:  # noqa: BLE001 - the client is told, the log has the rest
            why = _closed(known(failed.exceptions[0], self._scope))
        if why is not None:
            with suppress(WebSocketDisconnect):
                await self._websocket.close(why.code, why.reason)

    async def _take(self, message: object) -> None:
        match message:
            case {"type": "connection_init"}:
                await self._initialize(_payload(message))
            case {"type": "ping"}:
                payload = _payload(message)
                await self._send({"type": "pong", "payload": payload} if payload else {"type": "pong"})
            case {"type": "pong"}:
                _payload(message)
            case {"type": "subscribe", "id": str(id), "payload": dict(payload)} if id:
                await self._subscribe(id, payload)
            case {"type": "complete", "id": str(id)} if id:
                if (task := self._running.pop(id, None)) is not None:
                    task.cancel()
            case _:
                raise Closed(4400, "Invalid message received")

    async def _expect_init(self) -> None:
        await asyncio.sleep(INIT_SECONDS)
        if not self._initialized:
            raise Closed(4408, "Connection initialisation timeout")

    async def _initialize(self, payload: dict[str, Any]) -> None:
        """Takes the key of the payload, or else that of the header, and ends the connection when the key ends."""
        if self._initialized:
            raise Closed(4429, "Too many initialisation requests")
        self._initialized = True
        sent = next((str(value) for name, value in payload.items() if name.lower() == "authorization"), "")
        key = key_in(sent) or bearer_key(self._scope)
        try:
            await authenticate(self._scope, key)
            await charge(self._scope)
        except CreatorAuditError as error:
            raise _closed(error) from None
        if key is not None:
            self._tasks.create_task(self._end_with(key))
        self._acknowledged = True
        await self._send({"type": "connection_ack"})

    async def _end_with(self, key: str) -> None:
        raise _closed(await state_of(self._scope).keys.until_refused(key))

    async def _subscribe(self, id: str, payload: dict[str, Any]) -> None:  # noqa: A002 - as the protocol calls it
        if not self._acknowledged:
            raise Closed(4401, "Unauthorized")
        if id in self._running:
            raise Closed(4409, f"Subscriber for {id} already exists")
        try:
            words = words_of(payload)
        except BadRequest as error:
            raise Closed(4400, error.detail) from None
        if words.query is None and words.document_id is None:
            raise Closed(4400, "query is required")
        if len(self._running) >= MAX_OPERATIONS:
            await self._fail(id, BadRequest(f"A connection has at most {MAX_OPERATIONS} operations at a time."))
            return
        self._running[id] = self._tasks.create_task(self._operate(id, words))

    async def _operate(self, id: str, words: Words) -> None:  # noqa: A002
        try:
            async with aclosing(self._answers(words)) as found:
                async for answer in found:
                    await self._send({"id": id, "type": "next", "payload": answer})
        except (Closed, WebSocketDisconnect):
            raise
        except Exception as error:  # noqa: BLE001 - it is told, and logged where it was unforeseen
            self._running.pop(id, None)  # from here on the client may use the id again
            await self._fail(id, error)
        else:
            self._running.pop(id, None)
            await self._send({"id": id, "type": "complete"})

    async def _answers(self, words: Words) -> AsyncGenerator[dict[str, Any], None]:
        window = await charge(self._scope)
        admitted = await admit(self._scope, self._operations.find(words), window)
        seconds = state_of(self._scope).settings.graphql_timeout
        async with aclosing(answers(admitted, request_id_of(self._scope), seconds, self._run)) as found:
            async for answer in found:
                yield answer

    async def _fail(self, id: str, error: Exception) -> None:  # noqa: A002
        told = refused(known(error, self._scope), request_id_of(self._scope))
        await self._send({"id": id, "type": "error", "payload": told["errors"]})

    async def _receive(self) -> Any:
        try:
            return parse((await self._websocket.receive_text()).encode())
        except (CreatorAuditError, KeyError):  # no JSON that this server takes, or bytes
            raise Closed(4400, "Invalid message received") from None

    async def _send(self, message: dict[str, Any]) -> None:
        await self._websocket.send_text(encoded(message).decode())


def _payload(message: Any) -> dict[str, Any]:
    payload = message.get("payload")
    if not isinstance(payload, dict | None):
        raise Closed(4400, "payload must be an object")
    return payload or {}


def _closed(error: CreatorAuditError) -> Closed:
    """How an error ends a whole connection: those of the key for good, others until the client tries again."""
    if isinstance(error, Unauthorized | Forbidden):
        return Closed(4403, error.detail)
    return Closed(1011 if isinstance(error, InternalError) else 1013, error.detail)
