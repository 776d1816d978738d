"""Strong entity tags: a client that has the current answer already gets a 304 instead of it."""

import hashlib
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creatoraudit.http.headers import sent_header

_OF_THE_BODY = {b"content-length", b"content-type"}
_DIGITS = 32
_TAG = re.compile(r'(?:W/)?("[^"]*")')


class ETag:
    """Tags JSON answers to GET and HEAD with a hash of their body, and answers If-None-Match."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] == 200:  # noqa: PLR2004
                start = message
            elif start is None:
                await send(message)
            elif message.get("more_body", False):  # a stream: nobody knows its hash yet
                held, start = start, None
                await send(held)
                await send(message)
            else:
                held, start = start, None
                await _send_tagged(scope, send, held, message)

        await self.app(scope, receive, send_tagged)


async def _send_tagged(scope: Scope, send: Send, start: Message, body: Message) -> None:
    tag = f'"{hashlib.sha256(body["body"]).hexdigest()[:_DIGITS]}"'
    headers = [*start["headers"], (b"etag", tag.encode())]
    if not any(name == b"cache-control" for name, _ in headers):
        headers.append((b"cache-control", b"private, no-cache"))
    if matches(sent_header(scope, b"if-none-match"), tag):
        start["status"], body["body"] = 304, b""
        headers = [(name, value) for name, value in headers if name not in _OF_THE_BODY]
    start["headers"] = headers
    await send(start)
    await send(body)


def matches(if_none_match: str, tag: str) -> bool:
    """Whether one of the client's tags, weak or strong, or its `*`, stands for this one."""
    return if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match)
