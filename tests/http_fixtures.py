"""The application in this process, asked through its ASGI interface, and a server in a process of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import structlog
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from creatoraudit.app import create_app
from creatoraudit.db.engine import Database
from creatoraudit.demo import DemoOptions, build_demo
from creatoraudit.domain.actor import Actor, acting_for
from creatoraudit.settings import Settings
from factories import an_api_key, an_organization
from servers import running

# Tracebacks with every local variable, the default where rich is installed, take longer than most tests.
structlog.configure([structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)])

BASE_URL = "http://api.test"


@pytest.fixture
def settings(database_url: str) -> Settings:
    """The application's settings; tests that need others override this fixture."""
    return Settings(database_url=database_url, source_instagram="simulated", source_tiktok="simulated")


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    """The started application, which refreshes nothing by itself; each test that takes it runs on both databases."""
    app = create_app(settings, worker=None)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def organization(db: Database) -> Actor:
    """The organization whose key `key` is, in the application's database."""
    return await an_organization(db)


@pytest.fixture
async def key(db: Database, organization: Actor) -> str:
    """A key of the organization that may do everything."""
    return (await an_api_key(db, organization)).key


@pytest.fixture
async def client(app: Starlette, key: str) -> AsyncIterator[AsyncClient]:
    """A client of the application that sends the key."""
    async with AsyncClient(
        transport=ASGITransport(app), base_url=BASE_URL, headers={"Authorization": f"Bearer {key}"}
    ) as client:
        yield client


@pytest.fixture
async def anonymous(app: Starlette) -> AsyncIterator[AsyncClient]:
    """A client of the application that sends no key."""
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE_URL) as client:
        yield client


class LiveServer(NamedTuple):
    """A server in a process of its own, with a key to a small demo that tests only read."""

    url: str
    key: str
    database_url: str
    log: Path


@pytest.fixture(scope="session")
def live_server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all tests that only read, on SQLite."""
    home = tmp_path_factory.mktemp("live")
    shutil.copy(sqlite_template, home / "creatoraudit.db")
    url = f"sqlite+aiosqlite:///{home / 'creatoraudit.db'}"
    key = asyncio.run(fill(url))
    with running(home / "server.log", {"DATABASE_URL": url, "RATE_LIMIT": "100000"}) as server:
        yield LiveServer(server.url, key, url, server.log)


async def fill(url: str) -> str:
    """Puts a small demo into a migrated database: a key to it."""
    db = Database(url)
    try:
        options = DemoOptions(accounts=12, videos_per_account=6, days=14)
        organization = await build_demo(db, options, lambda *_: None)
        return (await an_api_key(db, acting_for(organization.id))).key
    finally:
        await db.close()
