"""Real databases for every test: a SQLite file always, PostgreSQL where one answers."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
import redis
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from creatoraudit.db import migrate
from creatoraudit.db.engine import Database

pytest_plugins = ["databases", "http_fixtures"]

IN_CI = os.environ.get("CI") == "true"
POSTGRES_URL = os.environ.get("CREATORAUDIT_TEST_POSTGRES_URL", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("CREATORAUDIT_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
SHARED_DATA = Path(
    os.environ.get(
        "CREATORAUDIT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data" / "tiktok-trending-2020-12.json"
    )
)


def left_out(what: str) -> NoReturn:
    """Skips a test whose real part is not on this machine, and says so at the end; in CI that is a failure."""
    if IN_CI:
        pytest.fail(f"{what} is needed in CI and is not here")
    pytest.skip(f"{what} is not on this machine")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = {
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    }
    for reason in sorted(reasons):
        terminalreporter.write_line(f"Left out: {reason}", yellow=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    asyncio.run(migrate.upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str | None]:
    """A migrated PostgreSQL database of this test process's own; None where no server answers."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(migrated_database(f"creatoraudit_test_{os.getpid()}"))
        except OSError:
            url = None
        yield url


@contextmanager
def migrated_database(name: str) -> Iterator[str]:
    """A PostgreSQL database of this name with our tables; OSError where no server answers."""
    with new_database(name) as url:
        asyncio.run(migrate.upgrade(url))
        yield url


@contextmanager
def new_database(name: str) -> Iterator[str]:
    """A PostgreSQL database of this name, made anew and dropped afterwards; OSError where no server answers."""

    async def administer(*statements: str) -> None:
        admin = create_async_engine(make_url(POSTGRES_URL), isolation_level="AUTOCOMMIT")
        try:
            async with admin.connect() as connection:
                for statement in statements:
                    await connection.execute(text(statement))
        finally:
            await admin.dispose()

    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    asyncio.run(administer(drop, f"CREATE DATABASE {name}"))
    yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    asyncio.run(administer(drop))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database of this test's own."""
    shutil.copy(sqlite_template, tmp_path / "creatoraudit.db")
    return f"sqlite+aiosqlite:///{tmp_path / 'creatoraudit.db'}"


@pytest.fixture
def empty_postgres_url(postgres_url: str | None) -> str:
    """The PostgreSQL database of this process, emptied."""
    if postgres_url is None:
        left_out("PostgreSQL")
    empty_postgres(postgres_url)
    return postgres_url


def empty_postgres(url: str) -> None:
    """Removes everything from a PostgreSQL database but its tables."""

    async def empty() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text("TRUNCATE organizations, chores RESTART IDENTITY CASCADE"))
        await engine.dispose()

    asyncio.run(empty())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database: the test runs once on each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "empty_postgres_url")
    return url


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_database_url(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """One migrated database of each kind for all the tests of a file."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "creatoraudit.db"
        shutil.copy(sqlite_template, path)
        return f"sqlite+aiosqlite:///{path}"
    url: str = request.getfixturevalue("postgres_url") or left_out("PostgreSQL")
    return url


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis that answers."""
    with redis.Redis.from_url(REDIS_URL) as client:
        try:
            client.ping()
        except redis.ConnectionError:
            left_out("Redis")
    return REDIS_URL


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A database to ask; closed after the test."""
    database = Database(database_url)
    yield database
    await database.close()
