"""One line per answer: what was asked, by whom, and how it went. Never a key, never a query string."""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creatoraudit.http.clients import path_of
from creatoraudit.http.state import ACTOR, request_id_of, state_of

CLIENT_CLOSED_REQUEST = 499
"""Logged where the client left before its answer began."""

log = structlog.get_logger(__name__)


class AccessLog:
    """Writes the line when the answer is complete."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), CLIENT_CLOSED_REQUEST

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        finally:
            actor = scope.get(ACTOR)
            log.info(
                "request",
                method=scope["method"],
                path=path_of(scope),
                status=status,
                duration_ms=round((time.perf_counter() - started) * 1000, 2),
                request_id=request_id_of(scope),
                organization_id=actor and actor.organization_id,
                key_id=actor and actor.api_key_id,
                client=state_of(scope).proxies.client_of(scope),
            )
