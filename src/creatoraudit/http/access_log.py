"""One line per answer or WebSocket: what was asked, by whom, and how it went. Never a key, never a query string."""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creatoraudit.http.clients import path_of
from creatoraudit.http.state import ACTOR, request_id_of, state_of

CLIENT_CLOSED_REQUEST = 499
"""Logged where the client left before its answer began."""

SWITCHING_PROTOCOLS = 101

log = structlog.get_logger(__name__)


class AccessLog:
    """Writes the line when the answer is complete, or the WebSocket closed, with the code and the reason of that."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), CLIENT_CLOSED_REQUEST
        closed: dict[str, object] = {}

        async def receive_noting() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                closed.setdefault("code", message["code"])
            return message

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                status = message["status"]
            elif message["type"] == "websocket.accept":
                status = SWITCHING_PROTOCOLS
            elif message["type"] == "websocket.close":
                closed.update(code=message["code"], reason=message.get("reason") or "")
            await send(message)

        try:
            await self.app(scope, receive if scope["type"] == "http" else receive_noting, send_noting)
        finally:
            actor = scope.get(ACTOR)
            log.info(
                "request",
                method=scope.get("method", "GET"),
                path=path_of(scope),
                status=status,
                duration_ms=round((time.perf_counter() - started) * 1000, 2),
                request_id=request_id_of(scope),
                organization_id=actor and actor.organization_id,
                key_id=actor and actor.api_key_id,
                client=state_of(scope).proxies.client_of(scope),
                **closed,
            )
