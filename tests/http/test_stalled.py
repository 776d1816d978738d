"""Clients that take nothing of what is sent to them: they are cut off, and those that are only slow are not."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs
from websockets.frames import Frame, Opcode

from creatoraudit import events as events_module
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.events import Events, Refreshed
from creatoraudit.http import patience
from creatoraudit.settings import Settings
from factories import an_account
from live import SECONDS, served, subscribed

LARGE = 3_000_000
"""More bytes than the system keeps for a connection."""

FAT = "subscription { accountRefreshed { " + " ".join(f"m{n}: metadata" for n in range(30)) + " } }"


async def large(_: Request) -> Response:
    return Response(b"x" * LARGE)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def url(app: Starlette, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    monkeypatch.setattr(patience, "STALLED_SECONDS", 0.5)
    app.router.routes.insert(0, Route("/large", large))
    async with served(app, settings) as url:
        yield url


@asynccontextmanager
async def reluctant(url: str, first: bytes, *rest: bytes) -> AsyncIterator[socket.socket]:
    """A connection on which something is asked for, and that keeps little of the answer."""
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        await loop.sock_connect(client, ("127.0.0.1", urlsplit(url).port))
        await loop.sock_sendall(client, first)
        if rest:
            await loop.sock_recv(client, 1000)  # the answer to a handshake
        for part in rest:
            await loop.sock_sendall(client, part)
        yield client


async def cut_off(logs: list[dict[str, object]]) -> None:
    """Returns when the log says that a client was cut off."""
    deadline = time.monotonic() + SECONDS
    while not any(line["event"] == "a client that took nothing was cut off" for line in logs):
        assert time.monotonic() < deadline, "nobody was cut off"
        await asyncio.sleep(0.02)


async def test_who_takes_nothing_of_an_answer_is_cut_off(url: str) -> None:
    with capture_logs() as logs:
        async with reluctant(url, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"):
            await cut_off(logs)
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{url}/healthz")).is_success


async def test_who_takes_it_slowly_gets_all_of_it(url: str) -> None:
    received, loop = 0, asyncio.get_running_loop()
    async with reluctant(url, b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as client:
        started = time.monotonic()
        while chunk := await loop.sock_recv(client, 1_000_000):
            received += len(chunk)
            if time.monotonic() - started < 3:  # several times as long as one may take nothing at all
                await asyncio.sleep(0.02)
    assert received > LARGE


@pytest.mark.parametrize("transport", ["websocket", "sse"])
async def test_events_for_who_takes_nothing_are_not_kept(
    transport: str,
    url: str,
    key: str,
    app: Starlette,
    db: Database,
    organization: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events_module, "CAPACITY", 50)
    events: Events = app.state.opened.events
    account = await an_account(db, organization, metadata={f"key{n}": "x" * 255 for n in range(20)})
    refreshed = Refreshed(str(organization.organization_id), "account", account.id)

    async def until_nobody_listens() -> None:
        deadline, waiting = time.monotonic() + 3 * SECONDS, 0
        while events._subscriptions:
            assert time.monotonic() < deadline, "it listens still"
            for _ in range(20):
                await events.publish(refreshed)
            (own,) = events._subscriptions.values()
            waiting = max(waiting, *(subscription._waiting.qsize() for subscription in own))
            await asyncio.sleep(0.005)
        assert 0 < waiting <= 50

    sent = {"sse": _over_http, "websocket": _over_websocket}[transport](key)
    with capture_logs() as logs:
        async with reluctant(url, *sent):
            await subscribed(events, 1)
            await until_nobody_listens()
            await cut_off(logs)


def _over_http(key: str) -> list[bytes]:
    body = json.dumps({"query": FAT}).encode()
    return [
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n"
        b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (key.encode(), len(body), body)
    ]


def _over_websocket(key: str) -> list[bytes]:
    """A handshake, and then the messages that subscribe."""
    handshake = (
        b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"Sec-WebSocket-Protocol: graphql-transport-ws\r\nAuthorization: Bearer %b\r\n\r\n" % key.encode()
    )
    messages = [{"type": "connection_init"}, {"type": "subscribe", "id": "1", "payload": {"query": FAT}}]
    frames = [Frame(Opcode.TEXT, json.dumps(message).encode()).serialize(mask=True) for message in messages]
    return [handshake, *frames]
