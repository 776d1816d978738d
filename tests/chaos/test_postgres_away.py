"""PostgreSQL stops, crashes, cuts connections and has none left, while clients write to one server that stays up."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import httpx
import pytest

from chaos.writers import Crowd, writing
from creatoraudit.db import migrate
from creatoraudit.db.engine import Database
from factories import an_api_key, an_organization
from postgres_servers import PostgresServer, own_postgres
from servers import Process, running

POOL_SIZE = 5
CUTS = 20


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with own_postgres() as server:
        asyncio.run(migrate.upgrade(server.url))
        yield server


@pytest.fixture(scope="module")
def server(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    settings = {"DATABASE_URL": postgres.url, "DATABASE_POOL_SIZE": str(POOL_SIZE), "RATE_LIMIT": "1000000"}
    with running(tmp_path_factory.mktemp("server") / "log", settings) as server:
        yield server


@pytest.fixture
async def key(postgres: PostgresServer) -> AsyncIterator[str]:
    db = Database(postgres.url)
    yield (await an_api_key(db, await an_organization(db))).key
    await db.close()


@pytest.fixture
async def crowd(server: Process, key: str) -> AsyncIterator[Crowd]:
    async with writing(server.url, key) as crowd:
        yield crowd
        await crowd.check()


async def status(server: Process, path: str) -> int:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{server.url}{path}")).status_code


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_it_stops_and_starts_again(crowd: Crowd, postgres: PostgresServer, server: Process, mode: str) -> None:
    await asyncio.to_thread(postgres.stop, mode)
    await crowd.until_refused()
    assert await status(server, "/readyz") == 503
    assert await status(server, "/healthz") == 200

    await asyncio.to_thread(postgres.start)
    await crowd.progress()
    assert await status(server, "/readyz") == 200


async def test_connections_are_cut_in_the_middle_of_statements(crowd: Crowd, postgres: PostgresServer) -> None:
    admin = await asyncpg.connect(postgres.url.replace("+asyncpg", ""))
    for _ in range(CUTS):
        cut = await admin.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        await asyncio.sleep(0.01 if cut else 0)
    await crowd.progress()
    await admin.close()


async def test_all_connections_are_in_use(crowd: Crowd, postgres: PostgresServer, server: Process, key: str) -> None:
    admin = await asyncpg.connect(postgres.url.replace("+asyncpg", ""))
    async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        async with admin.transaction():
            await admin.execute("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
            held = [asyncio.create_task(client.get("/v2/accounts")) for _ in range(4 * POOL_SIZE)]
            await crowd.until_refused()
            assert await status(server, "/healthz") == 200
        await crowd.progress()
        assert {answer.status_code for answer in await asyncio.gather(*held)} <= {200, 503}
    await admin.close()
