"""Databases that a test makes for itself on the PostgreSQL server, or as files."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from conftest import left_out


async def administer(url: URL, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture
def server_url(postgres_url: str | None) -> URL:
    """A database of a PostgreSQL server, from which others are made."""
    if postgres_url is None:
        left_out("PostgreSQL")
    return make_url(postgres_url)


@pytest.fixture(params=["sqlite", "postgresql"])
def unmigrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table: the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'unmigrated.db'}"
        return
    server_url: URL = request.getfixturevalue("server_url")
    name = f"{server_url.database}_unmigrated"
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    asyncio.run(administer(server_url, drop, f"CREATE DATABASE {name}"))
    yield server_url.set(database=name).render_as_string(hide_password=False)
    asyncio.run(administer(server_url, drop))
