"""What the tests of a file share: a database of each kind, and an application over it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from conftest import left_out
from contract.worlds import World, a_world


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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(shared_database_url: str) -> AsyncIterator[World]:
    """One application for all the tests of a file, which change nothing in it."""
    async with a_world(shared_database_url) as made:
        yield made
