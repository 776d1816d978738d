"""Listening to the application over real sockets: WebSockets as their protocol has them, and streams of events."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from creatoraudit.events import Events
from creatoraudit.http import server
from creatoraudit.settings import Settings

SECONDS = 10
"""How long anything may take that is waited for."""

SUBPROTOCOL = "graphql-transport-ws"


class _Server(uvicorn.Server):
    """A server that leaves the test's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(app: Starlette, settings: Settings) -> AsyncIterator[str]:
    """The started application on a socket of its own, in this event loop: its URL."""
    config = server._config(app, settings, 1)
    config.lifespan = "off"
    serving = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(serving.serve([listener]))
        deadline = time.monotonic() + SECONDS
        while not serving.started:
            assert time.monotonic() < deadline, "the server did not start"
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        serving.should_exit = True
        await task


class Socket:
    """A client that speaks graphql-transport-ws by hand."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: Any) -> None:
        await self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def take(self) -> Any:
        """The next message."""
        async with asyncio.timeout(SECONDS):
            return json.loads(await self.connection.recv())

    async def subscribe(self, query: str, id: str = "1", **variables: Any) -> None:  # noqa: A002
        await self.send({"type": "subscribe", "id": id, "payload": {"query": query, "variables": variables}})

    async def closed(self) -> tuple[int, str]:
        """The code and the reason that the server ends the connection with; what comes before is passed over."""
        async with asyncio.timeout(SECONDS):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""


@asynccontextmanager
async def opened(url: str, *, path: str = "/graphql", **options: Any) -> AsyncIterator[Socket]:
    """A connection before its connection_init."""
    options = {"subprotocols": [SUBPROTOCOL], "compression": None, **options}
    async with connect(f"ws{url.removeprefix('http')}{path}", **options) as connection:
        yield Socket(connection)


@asynccontextmanager
async def connected(url: str, key: str, **options: Any) -> AsyncIterator[Socket]:
    """A connection that was acknowledged."""
    async with opened(url, **options) as client:
        await client.send({"type": "connection_init", "payload": {"Authorization": f"Bearer {key}"}})
        assert await client.take() == {"type": "connection_ack"}
        yield client


class Stream:
    """An answer of server-sent events, as they come."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def take(self) -> tuple[str, Any]:
        """The next event and its data; comments are passed over."""
        event, data = "", ""
        async with asyncio.timeout(SECONDS):
            async for line in self._lines:
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data:"):
                    data = line.removeprefix("data:").strip()
                elif not line and event:
                    return event, json.loads(data) if data else None
        raise EOFError

    async def opened(self) -> None:
        """Returns when the server has begun to answer."""
        async with asyncio.timeout(SECONDS):
            assert [await anext(self._lines), await anext(self._lines)] == [":", ""]


@asynccontextmanager
async def streamed(url: str, key: str, query: str, **variables: Any) -> AsyncIterator[Stream]:
    """The stream that answers an operation."""
    headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
    body = {"query": query, "variables": variables}
    async with (
        httpx.AsyncClient(timeout=SECONDS) as client,
        client.stream("POST", f"{url}/graphql", json=body, headers=headers) as response,
    ):
        yield Stream(response)


class Listener:
    """One subscription, over either transport."""

    def __init__(self, source: Socket | Stream) -> None:
        self._source = source

    async def heard(self) -> Any:
        """The next answer."""
        if isinstance(self._source, Stream):
            event, answer = await self._source.take()
            assert event == "next", event
            return answer
        message = await self._source.take()
        assert message["type"] == "next", message
        return message["payload"]

    async def next(self) -> Any:
        """The next answer, or the errors that end it."""
        if isinstance(self._source, Stream):
            return (await self._source.take())[1]
        message = await self._source.take()
        return message["payload"] if message["type"] == "next" else {"errors": message["payload"]}

    async def failed(self) -> Any:
        """The errors that end it."""
        if isinstance(self._source, Socket):
            message = await self._source.take()
            assert message["type"] == "error", message
            return message["payload"]
        event, answer = await self._source.take()
        assert (event, list(answer)) == ("next", ["errors"])
        assert await self._source.take() == ("complete", None)
        return answer["errors"]

    async def ended(self, reason: str) -> None:
        """Returns when the server has ended it for a reason that has to do with the key."""
        if isinstance(self._source, Socket):
            assert await self._source.closed() == (4403, reason)
            return
        event, answer = await self._source.take()
        assert (event, answer["errors"][0]["message"]) == ("next", reason)
        assert await self._source.take() == ("complete", None)
        with pytest.raises(EOFError):
            await self._source.take()


@asynccontextmanager
async def listening(transport: str, url: str, key: str, query: str, **variables: Any) -> AsyncIterator[Listener]:
    """A subscription over `websocket` or `sse`."""
    if transport == "sse":
        async with streamed(url, key, query, **variables) as stream:
            await stream.opened()
            yield Listener(stream)
    else:
        async with connected(url, key) as client:
            await client.subscribe(query, **variables)
            yield Listener(client)


async def subscribed(events: Events, count: int) -> None:
    """Returns when the process has so many subscriptions."""
    deadline = time.monotonic() + SECONDS
    while (found := sum(len(own) for own in events._subscriptions.values())) != count:
        assert time.monotonic() < deadline, f"{found} subscriptions instead of {count}"
        await asyncio.sleep(0.01)
