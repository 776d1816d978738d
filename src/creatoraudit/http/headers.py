"""The outermost layer: every answer carries the headers that any layer below asked for."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creatoraudit.http.state import HEADERS


class AnswerHeaders:
    """Adds what stands in `answer_headers(scope)` when the answer starts."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        collected = scope[HEADERS] = MutableHeaders(raw=[])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *collected.raw]
            await send(message)

        await self.app(scope, receive, send_with_headers)
