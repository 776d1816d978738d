"""The application as a whole: how it starts, whom browsers may let call it, and what it does without a database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from creatoraudit.app import EXPOSED_HEADERS, create_app
from creatoraudit.db import migrate
from creatoraudit.db.engine import Database
from creatoraudit.settings import Settings
from factories import an_account, an_api_key, an_organization
from servers import running

ORIGIN = {"Origin": "https://app.example.com"}


async def test_a_sqlite_file_is_made_at_the_start(tmp_path: Path) -> None:
    app = create_app(Settings(database_url=f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as client,
    ):
        assert (await client.get("/readyz")).status_code == 200


@pytest.fixture
async def outdated_postgres_url(empty_postgres_url: str) -> AsyncIterator[str]:
    """A PostgreSQL database at an earlier version's schema."""

    async def pretend(revision: str) -> None:
        engine = create_async_engine(empty_postgres_url)
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = :is"), {"is": revision})
        await engine.dispose()

    await pretend("0000")
    yield empty_postgres_url
    await pretend(migrate.latest())


async def test_an_outdated_postgresql_is_not_served(outdated_postgres_url: str) -> None:
    app = create_app(Settings(database_url=outdated_postgres_url))
    with pytest.raises(RuntimeError, match="creatoraudit db upgrade"):
        async with app.router.lifespan_context(app):
            pytest.fail("it started")


async def test_fifty_requests_at_once_right_after_the_start_all_succeed(database_url: str, tmp_path: Path) -> None:
    db = Database(database_url)
    organization = await an_organization(db)
    account = await an_account(db, organization)
    key = (await an_api_key(db, organization)).key
    await db.close()
    paths = [f"/v2/accounts/{account.id}", "/v2/accounts?include_total=true", "/v2/creators", "/v2/whoami"]

    with running(tmp_path / "server.log", {"DATABASE_URL": database_url}, ready="/healthz") as server:
        limits = httpx.Limits(max_connections=50)
        async with AsyncClient(
            base_url=server.url, headers={"Authorization": f"Bearer {key}"}, limits=limits, timeout=30
        ) as client:
            answers = await asyncio.gather(*(client.get(paths[n % len(paths)]) for n in range(50)))
    assert [answer.status_code for answer in answers] == [200] * 50
    assert answers[0].json()["data"]["id"] == account.id


class TestFromABrowser:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url, cors_origins=("https://app.example.com",))

    async def test_a_named_origin_may_ask_and_read_the_headers(self, client: AsyncClient) -> None:
        preflight = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}
        allowed = await client.options("/v2/accounts/1", headers=ORIGIN | preflight)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == ORIGIN["Origin"]
        assert "PATCH" in allowed.headers["access-control-allow-methods"]
        assert "x-request-id" in allowed.headers

        for path, status in (("/v2/whoami", 200), ("/v2/accounts/nothing", 422), ("/nowhere", 404)):
            answer = await client.get(path, headers=ORIGIN)
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]
            assert set(answer.headers["access-control-expose-headers"].split(", ")) == set(EXPOSED_HEADERS)

    async def test_another_origin_is_not_named(self, client: AsyncClient) -> None:
        answer = await client.get("/v2/whoami", headers={"Origin": "https://evil.example.com"})
        assert "access-control-allow-origin" not in answer.headers


async def test_without_origins_no_browser_may_ask(client: AsyncClient) -> None:
    answer = await client.get("/v2/whoami", headers=ORIGIN)
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_the_start_page_says_where_everything_is(anonymous: AsyncClient) -> None:
    page = await anonymous.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://api.test/graphql" in page.text
