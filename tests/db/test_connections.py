"""What counts as a database that is away, and what is a mistake of ours."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Select, column, make_url, select, table

from creatoraudit.db import connections
from creatoraudit.db.connections import PostgresReaders, sqlite_path
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


class TestPostgresReaders:
    @pytest.fixture
    async def readers(self, empty_postgres_url: str) -> AsyncIterator[PostgresReaders]:
        readers = PostgresReaders(make_url(empty_postgres_url), 2)
        yield readers
        await readers.close()

    async def test_no_more_connections_are_opened_than_there_may_be_and_they_are_kept(
        self, readers: PostgresReaders
    ) -> None:
        found = await asyncio.gather(*(readers.fetch("SELECT pg_backend_pid()", ()) for _ in range(20)))
        (alone,) = await readers.fetch("SELECT pg_backend_pid()", ())

        backends = {pid for ((pid,),) in found}
        assert 1 <= len(backends) <= 2
        assert alone[0] in backends

    async def test_a_read_that_nobody_waits_for_any_more_is_ended_and_keeps_nobody_from_reading(
        self, readers: PostgresReaders
    ) -> None:
        await readers.fetch("SELECT 1", ())
        for _ in range(4):
            leaving = asyncio.create_task(readers.fetch("SELECT pg_sleep(600)", ()))
            await asyncio.sleep(0.02)
            leaving.cancel()
            await asyncio.wait({leaving})

        assert leaving.cancelled()
        async with asyncio.timeout(30):
            found = await asyncio.gather(*(readers.fetch("SELECT $1::int", (number,)) for number in range(6)))
        assert [number for ((number,),) in found] == list(range(6))

    async def test_a_connection_that_was_cut_is_replaced(self, readers: PostgresReaders) -> None:
        ((before,),) = await readers.fetch("SELECT pg_backend_pid()", ())
        with pytest.raises((asyncpg.AdminShutdownError, asyncpg.ConnectionDoesNotExistError)):
            await readers.fetch("SELECT pg_terminate_backend(pg_backend_pid())", ())
        ((after,),) = await readers.fetch("SELECT pg_backend_pid()", ())

        assert before != after

    async def test_a_connection_is_replaced_after_a_while(
        self, readers: PostgresReaders, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connections, "_LIFETIME_SECONDS", 0)
        ((before,),) = await readers.fetch("SELECT pg_backend_pid()", ())
        ((after,),) = await readers.fetch("SELECT pg_backend_pid()", ())

        assert before != after

    async def test_what_is_being_asked_at_the_end_is_answered(self, empty_postgres_url: str) -> None:
        readers = PostgresReaders(make_url(empty_postgres_url), 2)
        asked = asyncio.create_task(readers.fetch("SELECT 7 FROM pg_sleep(0.1)", ()))
        await asyncio.sleep(0)
        await readers.close()

        assert [tuple(row) for row in await asked] == [(7,)]
