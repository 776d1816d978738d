"""GraphQL over server-sent events: graphql-sse's mode of distinct connections, where each operation has its own."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from creatoraudit.graphql.errors import refused
from creatoraudit.graphql.scalars import encoded
from creatoraudit.http.problems import known
from creatoraudit.http.state import request_id_of, state_of, stopping_of

EVENT_STREAM = "text/event-stream"
KEEP_ALIVE_SECONDS = 12

_HEADERS = {
    "Cache-Control": "no-cache",
    "Vary": "Accept",
    "X-Accel-Buffering": "no",  # proxies that know this header pass each event on at once
}
_COMPLETE = b"event: complete\ndata:\n\n"
_NOTHING = b":\n\n"

Answer = dict[str, Any]
Write = Callable[[bytes], Awaitable[None]]


class EventStream(Response):
    """An answer that goes on until its operation or its key ends, its client leaves or the server stops."""

    def __init__(self, answers: AsyncGenerator[Answer, None], key: str | None = None) -> None:
        super().__init__(headers=_HEADERS, media_type=EVENT_STREAM)
        del self.headers["content-length"]
        self._answers = answers
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def write(event: bytes) -> None:
            await send({"type": "http.response.body", "body": event, "more_body": True})

        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await write(_NOTHING)  # some browsers wait for a first byte
        endings = [self._answer(scope, write), _keep_alive(write), _left(receive), stopping_of(scope).wait()]
        if self._key is not None:
            endings.append(_refused(self._key, scope, write))
        await _first(endings)
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, scope: Scope, write: Write) -> None:
        try:
            async with aclosing(self._answers) as answers:
                async for answer in answers:
                    await write(_next(answer))
        except Exception as error:  # noqa: BLE001 - it is told, and logged where it was unforeseen
            await write(_next(refused(known(error, scope), request_id_of(scope))))
        await write(_COMPLETE)


async def once(answer: Answer) -> AsyncGenerator[Answer, None]:
    """A single answer, as a stream."""
    yield answer


async def _refused(key: str, scope: Scope, write: Write) -> None:
    """Ends when the key does, and says why."""
    error = await state_of(scope).keys.until_refused(key)
    await write(_next(refused(error, request_id_of(scope))) + _COMPLETE)


async def _keep_alive(write: Write) -> None:
    """Writes comments, without which proxies give up on an answer that is silent for long."""
    while True:
        await asyncio.sleep(KEEP_ALIVE_SECONDS)
        await write(_NOTHING)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first(coroutines: list[Coroutine[Any, Any, Any]]) -> None:
    """Runs all of them until one ends; the others have been cancelled, and have ended too, when this returns."""
    tasks = [asyncio.create_task(one) for one in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()


def _next(answer: Answer) -> bytes:
    return b"event: next\ndata: %b\n\n" % encoded(answer)
