"""Servers in processes of their own: what one of them refreshes, or does to a key, is heard of at the others."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.events import Events, Refreshed
from factories import an_account, an_api_key, an_organization
from live import SECONDS, Socket, connected, streamed
from redis_servers import RedisServer, running_redis
from servers import Process, running

LISTEN = "subscription { accountRefreshed { databaseId username freshness { lastScrapedAt } } }"
DISABLE = "mutation ($id: ID!) { disableApiKey(input: {id: $id}) { userErrors { message } } }"
REFRESH = "mutation ($id: ID!) { refreshAccount(input: {id: $id}) { userErrors { message } } }"


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""


@pytest.fixture
def servers(database_url: str, redis: RedisServer, tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    """Two servers that share a database and a Redis; only the second one refreshes anything."""
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis.url, "SOURCE_TIKTOK": "simulated"}
    with (
        running(tmp_path / "first.log", settings, "--no-worker") as first,
        running(tmp_path / "second.log", settings) as second,
    ):
        yield first, second


async def ask(server: Process, key: str, query: str, **variables: str) -> None:
    """Sends an operation that must succeed."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=SECONDS) as client:
        answer = await client.post(f"{server.url}/graphql", json={"query": query, "variables": variables})
    (payload,) = answer.json()["data"].values()
    assert payload["userErrors"] == []


async def test_what_one_process_refreshes_is_heard_of_at_another(
    servers: tuple[Process, Process], db: Database, organization: Actor, key: str
) -> None:
    first, second = servers
    account = await an_account(db, organization)
    async with connected(first.url, key) as here, connected(second.url, key) as there:
        for client in (here, there):
            await client.subscribe(LISTEN)
            await client.subscribe("{ __typename }", "subscribed")  # answered only after
            assert [(await client.take())["id"] for _ in range(2)] == ["subscribed"] * 2
        await ask(first, key, REFRESH, id=account.id)
        for client in (here, there):
            heard = (await client.take())["payload"]["data"]["accountRefreshed"]
            assert heard["databaseId"] == account.id
            assert heard["freshness"]["lastScrapedAt"]


@ON_SQLITE
async def test_events_arrive_again_when_redis_is_back(
    servers: tuple[Process, Process], redis: RedisServer, db: Database, organization: Actor, key: str
) -> None:
    account = await an_account(db, organization, platform="instagram")
    refreshed = Refreshed(str(organization.organization_id), "account", account.id)
    events = Events(redis.url)

    async def until_heard(*clients: Socket) -> None:
        """Publishes, as a process that refreshes does, until every one of these has heard of it."""
        deadline = time.monotonic() + SECONDS
        taking = {asyncio.create_task(client.take()) for client in clients}
        while taking:
            assert time.monotonic() < deadline, "nothing is heard"
            await events.publish(refreshed)
            done, taking = await asyncio.wait(taking, timeout=0.1)
            for task in done:
                assert task.result()["payload"]["data"]["accountRefreshed"]["databaseId"] == account.id

    async with connected(servers[0].url, key) as here, connected(servers[1].url, key) as there:
        for client in (here, there):
            await client.subscribe(LISTEN)
        await until_heard(here, there)
        redis.stop()
        assert await here.connection.ping()
        redis.start()
        await until_heard(here, there)
    await events.close()


@ON_SQLITE
async def test_a_key_that_is_disabled_at_one_process_ends_what_listens_at_another(
    servers: tuple[Process, Process], db: Database, organization: Actor, key: str
) -> None:
    first, second = servers
    made = await an_api_key(db, organization)
    async with (
        connected(first.url, made.key) as here,
        connected(second.url, made.key) as there,
        streamed(second.url, made.key, LISTEN) as stream,
        connected(second.url, key) as other,
    ):
        await stream.opened()
        await ask(first, key, DISABLE, id=made.row.id)
        disabled = time.monotonic()
        for client in (here, there):
            assert await client.closed() == (4403, "The API key is disabled.")
        assert (await stream.take())[1]["errors"][0]["message"] == "The API key is disabled."
        assert time.monotonic() - disabled < 3
        await other.subscribe("{ __typename }")
        assert (await other.take())["type"] == "next"


async def test_a_server_that_stops_ends_what_listens(sqlite_url: str, tmp_path: Path) -> None:
    db = Database(sqlite_url)
    organization = await an_organization(db)
    key = (await an_api_key(db, organization)).key
    await db.close()
    with running(tmp_path / "server.log", {"DATABASE_URL": sqlite_url, "SHUTDOWN_TIMEOUT": "20"}) as server:
        async with connected(server.url, key) as client, streamed(server.url, key, LISTEN) as stream:
            await client.subscribe(LISTEN)
            await stream.opened()
            server.process.terminate()
            stopping = time.monotonic()
            assert (await client.closed())[0] == 1012
            with pytest.raises(EOFError):  # a whole answer, and not one that was torn off
                await stream.take()
            assert await asyncio.to_thread(server.process.wait, 15) in {-signal.SIGTERM, 128 + signal.SIGTERM}
            assert time.monotonic() - stopping < 10
