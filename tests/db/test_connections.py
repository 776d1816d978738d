"""What counts as a database that is away, and what is a mistake of ours."""

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Select, column, make_url, select, table

from creatoraudit.db.connections import sqlite_path
from creatoraudit.db.engine import Database
from creatoraudit.db.statements import statement
from creatoraudit.errors import ServiceUnavailable


@statement
def _nonsense() -> Select[Any]:
    return select(column("nothing")).select_from(table("nowhere"))


def _itself(values: Sequence[Any]) -> Sequence[Any]:
    return values


async def test_a_wrong_statement_is_no_outage(db: Database) -> None:
    with pytest.raises((sqlite3.OperationalError, asyncpg.UndefinedTableError)):
        await db.fetch(_nonsense(), _itself, {})


async def test_a_missing_file_is_an_outage(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'missing.db'}")

    with pytest.raises(ServiceUnavailable):
        await database.ping()
    await database.close()
    for thread in threading.enumerate():  # of the connection that was not made: it still has to say that it stopped
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join)


async def test_nobody_at_the_address_is_an_outage() -> None:
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:9/none")

    with pytest.raises(ServiceUnavailable):
        await database.ping()
    await database.close()


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="must name a file"):
        sqlite_path(make_url("sqlite+aiosqlite://"))


async def test_a_reader_that_is_opened_for_someone_who_left_is_kept_and_closed(sqlite_url: str) -> None:
    before = set(threading.enumerate())
    for moment in range(40):
        database = Database(sqlite_url)
        leaving = asyncio.create_task(database.ping())
        await asyncio.wait({leaving}, timeout=moment / 20_000)
        leaving.cancel()
        await asyncio.wait({leaving})
        await database.close()

    for thread in set(threading.enumerate()) - before:
        await asyncio.wait_for(asyncio.to_thread(thread.join), 5)
