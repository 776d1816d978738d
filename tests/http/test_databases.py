"""Servers with a replica that lags for ever: a second database, whose rows say who answered."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from httpx import AsyncClient
from sqlalchemy import make_url

from conftest import left_out, migrated_database
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.writes import RECENT_SECONDS
from factories import an_account, an_api_key, an_organization
from live import connected
from servers import Process, running

QUERY = "{ accounts { nodes { username } } }"
LISTEN = "subscription { accountRefreshed { username freshness { lastScrapedAt } } }"
REFRESH = "mutation ($id: ID!) { refreshAccount(input: {id: $id}) { userErrors { message } } }"
CREATE = 'mutation { createCreator(input: {name: "Jo"}) { userErrors { message } } }'
ON_PRIMARY, ON_REPLICA = "acme", "as.it.was"


class Scene(NamedTuple):
    """A database and its copy, an organization in both, and its one account, which each knows by another name."""

    url: str
    replica_url: str
    organization: Actor
    account_id: str
    keys: tuple[str, str]


@pytest.fixture(scope="module")
def copy_url(postgres_url: str | None) -> Iterator[str]:
    """A second PostgreSQL database, which follows nobody."""
    if postgres_url is None:
        left_out("PostgreSQL")
    with migrated_database(f"{make_url(postgres_url).database}_copy") as url:
        yield url


@pytest.fixture
async def scene(empty_postgres_url: str, copy_url: str) -> Scene:
    primary, copy = Database(empty_postgres_url), Database(copy_url)
    organization = await an_organization(primary)
    account = await an_account(primary, organization, ON_PRIMARY)
    keys = [(await an_api_key(primary, organization)).key for _ in range(2)]
    await an_organization(copy, id=str(organization.organization_id))
    await an_account(copy, organization, ON_REPLICA)
    for db in (primary, copy):
        await db.close()
    return Scene(empty_postgres_url, copy_url, organization, account.id, (keys[0], keys[1]))


@contextmanager
def serving(scene: Scene, log: Path, *arguments: str, **settings: str) -> Iterator[Process]:
    known = {"DATABASE_URL": scene.url, "DATABASE_REPLICA_URL": scene.replica_url, **settings}
    with running(log, known, *arguments) as server:
        yield server


class Client:
    """A key at one of the servers."""

    def __init__(self, http: AsyncClient) -> None:
        self._http = http

    async def seen(self) -> set[str]:
        """What both APIs say that the account is called, and so who answers."""
        listed = (await self._http.get("/v2/accounts")).json()["data"]
        asked = (await self._http.post("/graphql", json={"query": QUERY})).json()["data"]["accounts"]["nodes"]
        return {account["username"] for account in (*listed, *asked)}

    async def write(self, over: str) -> None:
        if over == "rest":
            assert (await self._http.post("/v2/creators", json={"name": "Jo"})).status_code == 201
        else:
            answer = (await self._http.post("/graphql", json={"query": CREATE})).json()
            assert answer["data"]["createCreator"]["userErrors"] == []


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def seen_after_writing(writer: Client, over: str, readers: Sequence[Client]) -> tuple[float, list[set[str]]]:
    """When the write was begun, and what all see while it is recent; again where a busy machine took longer."""
    while True:
        started = time.monotonic()
        await writer.write(over)
        seen = [await one.seen() for one in readers]
        if time.monotonic() - started < RECENT_SECONDS:
            return started, seen


async def client(stack: AsyncExitStack, server: Process, key: str) -> Client:
    headers = {"Authorization": f"Bearer {key}"}
    return Client(await stack.enter_async_context(AsyncClient(base_url=server.url, headers=headers)))


async def test_whoever_has_written_reads_its_writes_at_every_process_for_five_seconds(
    scene: Scene, stack: AsyncExitStack, redis_url: str, tmp_path: Path
) -> None:
    with (
        serving(scene, tmp_path / "first.log", REDIS_URL=redis_url) as first,
        serving(scene, tmp_path / "second.log", REDIS_URL=redis_url) as second,
    ):
        writers = [await client(stack, server, scene.keys[0]) for server in (first, second)]
        others = [await client(stack, server, scene.keys[1]) for server in (first, second)]
        everyone = (*writers, *others)
        apart = [{ON_PRIMARY}] * 2 + [{ON_REPLICA}] * 2
        assert [await one.seen() for one in everyone] == [{ON_REPLICA}] * 4

        started, seen = await seen_after_writing(writers[0], "rest", everyone)
        assert seen == apart

        for one in (writers[1], writers[0]):
            while ON_PRIMARY in await one.seen():
                assert time.monotonic() - started < RECENT_SECONDS + 10
                await asyncio.sleep(0.1)
            assert time.monotonic() - started >= RECENT_SECONDS

        _, seen = await seen_after_writing(writers[1], "graphql", everyone)
        assert seen == apart


async def test_without_redis_a_process_remembers_it_by_itself(
    scene: Scene, stack: AsyncExitStack, tmp_path: Path
) -> None:
    with serving(scene, tmp_path / "server.log") as server:
        writer, other = [await client(stack, server, key) for key in scene.keys]
        _, seen = await seen_after_writing(writer, "graphql", [writer, other])
        assert seen == [{ON_PRIMARY}, {ON_REPLICA}]


async def test_what_is_heard_of_is_told_as_the_primary_has_it(scene: Scene, redis_url: str, tmp_path: Path) -> None:
    """The replica does not know the account by that id at all."""
    settings = {"REDIS_URL": redis_url, "SOURCE_TIKTOK": "simulated"}
    with serving(scene, tmp_path / "server.log", **settings) as server:
        async with connected(server.url, scene.keys[1]) as listener:
            await listener.subscribe(LISTEN)
            await listener.subscribe("{ __typename }", "subscribed")
            assert [(await listener.take())["id"] for _ in range(2)] == ["subscribed"] * 2
            headers = {"Authorization": f"Bearer {scene.keys[0]}"}
            async with AsyncClient(base_url=server.url, headers=headers) as http:
                body = {"query": REFRESH, "variables": {"id": scene.account_id}}
                asked = (await http.post("/graphql", json=body)).json()
            assert asked["data"]["refreshAccount"]["userErrors"] == []
            heard = (await listener.take())["payload"]["data"]["accountRefreshed"]
    assert heard["username"] == ON_PRIMARY
    assert heard["freshness"]["lastScrapedAt"]


async def test_a_replica_that_is_not_there_keeps_nobody_waiting(
    scene: Scene, stack: AsyncExitStack, tmp_path: Path
) -> None:
    nowhere = scene._replace(replica_url=f"postgresql+asyncpg://nobody@127.0.0.1:9/{uuid.uuid4().hex}")
    with serving(nowhere, tmp_path / "server.log") as server:
        reader = await client(stack, server, scene.keys[1])
        assert await reader.seen() == {ON_PRIMARY}
    log = (tmp_path / "server.log").read_text()
    assert log.count("the primary answers all reads") == 1
    assert "Traceback" not in log
