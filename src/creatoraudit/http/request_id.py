"""Names every request: by the client's X-Request-ID where that is a plain name, else by a fresh UUID."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from creatoraudit.domain.ids import new_id
from creatoraudit.http.headers import answer_headers, sent_header
from creatoraudit.http.state import REQUEST_ID

_NAME = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestId:
    """Puts X-Request-ID on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            sent = sent_header(scope, b"x-request-id")
            scope[REQUEST_ID] = sent if _NAME.fullmatch(sent) else new_id()
            answer_headers(scope)["x-request-id"] = scope[REQUEST_ID]
        await self.app(scope, receive, send)
