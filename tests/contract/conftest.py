import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from contract.worlds import World, a_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One application for all the tests of a file, which change nothing in it."""
    path = tmp_path_factory.mktemp("world") / "creatoraudit.db"
    shutil.copy(sqlite_template, path)
    async with a_world(f"sqlite+aiosqlite:///{path}") as made:
        yield made
