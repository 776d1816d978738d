"""WebSockets that say too much, too little or nothing: each takes so much of the server and no more."""

import asyncio
import json
import time

import pytest
from starlette.applications import Starlette
from websockets.frames import Frame, Opcode

from creatoraudit.graphql import sockets
from creatoraudit.http import websockets
from live import SECONDS, Socket, connected, opened, subscribed
from security.wire import connection, until_closed

LISTEN = "subscription { accountRefreshed { databaseId } }"
HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def frame(opcode: Opcode, data: bytes = b"", *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


async def closed_with(url: str, *frames: bytes) -> int:
    """The code with which the server ends a connection on which these were sent, over and over until it does."""
    async with connection(url) as (reader, writer):
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        told, deadline = asyncio.create_task(until_closed(reader)), time.monotonic() + SECONDS
        try:
            while not told.done():
                assert time.monotonic() < deadline, "it is not ended"
                writer.write(b"".join(frames))
                await writer.drain()
                await asyncio.sleep(0)
        except ConnectionError:
            pass
        found = await told
    close = found.rindex(b"\x88")
    return int.from_bytes(found[close + 2 : close + 4], "big")


async def test_a_message_in_pieces_without_end_is_too_big(url: str) -> None:
    piece = frame(Opcode.CONT, b"x" * 10_000, fin=False) * 20
    assert await closed_with(url, frame(Opcode.TEXT, b"{", fin=False), piece) in {1002, 1009}


async def test_a_message_in_pieces_that_are_empty_is_too_many(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websockets, "MAX_FRAGMENTS", 100)
    async with connection(url) as (reader, writer):
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(frame(Opcode.TEXT, b"{", fin=False) + frame(Opcode.CONT, fin=False) * 200)
        assert b"\x03\xf1A message came in too many pieces." in await until_closed(reader)


async def test_a_frame_that_announces_all_the_world_is_too_big(url: str) -> None:
    announced = b"\x81\xff" + (2**40).to_bytes(8, "big") + b"\0" * 4
    assert await closed_with(url, announced) == 1009


async def test_frames_without_a_mask_end_it(url: str) -> None:
    assert await closed_with(url, Frame(Opcode.TEXT, b"{}").serialize(mask=False)) == 1002


async def test_pings_without_end_are_nothing_to_wait_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads no pong gets the last one only; who has not said who it is has but so much time to ping."""
    monkeypatch.setattr(sockets, "INIT_SECONDS", 0.5)
    assert await closed_with(url, frame(Opcode.PING, b"x" * 125) * 100) == 4408


async def test_messages_before_the_first_are_no_way_to_stay(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "INIT_SECONDS", 0.5)
    ping = frame(Opcode.TEXT, json.dumps({"type": "ping"}).encode()) * 10
    assert await closed_with(url, ping) == 4408


async def test_pongs_that_nobody_reads_do_not_pile_up(url: str, key: str) -> None:
    async with connected(url, key) as client, connection(url) as (reader, writer):
        writer.transport.get_extra_info("socket").setsockopt(1, 8, 4096)  # SOL_SOCKET, SO_RCVBUF
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        for _ in range(200):
            writer.write(frame(Opcode.PING, b"x" * 125) * 200)
            await writer.drain()
        await client.send({"type": "ping"})
        assert await client.take() == {"type": "pong"}  # the server has time for others


async def test_a_connection_has_so_many_subscriptions_and_each_once(url: str, key: str, app: Starlette) -> None:
    async with connected(url, key) as client:
        for number in range(sockets.MAX_OPERATIONS + 20):
            await client.subscribe(LISTEN, str(number))
        refused = [await client.take() for _ in range(20)]
        assert {message["type"] for message in refused} == {"error"}
        await subscribed(app.state.opened.events, sockets.MAX_OPERATIONS)
        await client.subscribe(LISTEN, "7")
        assert (await client.closed())[0] == 4409
    await subscribed(app.state.opened.events, 0)


@pytest.mark.parametrize(
    "id_", ["x" * 1_000_000, "\r\nX: y", "é", "\u2028"], ids=["long", "lines", "letters", "separators"]
)
async def test_ids_come_back_as_they_were(url: str, key: str, id_: str) -> None:
    async with connected(url, key, max_size=None) as client:
        await client.subscribe("{ __typename }", id_)
        assert (await client.take())["id"] == id_


async def test_deep_messages_end_it(url: str) -> None:
    async with opened(url) as client:
        await client.send("[" * 500_000)
        assert (await client.closed())[0] == 4400


async def test_bombs_are_refused_there_too(url: str, key: str) -> None:
    async with connected(url, key) as client:
        await _refused(client, "{ " + "accounts { totalCount } " * 500 + "}", "root fields")
        await _refused(client, "{ accounts { nodes { " + "id " * 300_000 + "} } }", "tokens")


async def _refused(client: Socket, query: str, words: str) -> None:
    await client.subscribe(query)
    message = await client.take()
    assert message["type"] == "error"
    assert words in message["payload"][0]["message"]
