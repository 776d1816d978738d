"""How many bytes a row of each table takes, its indexes included, on both databases, in a made-up world."""

import asyncio
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import asyncpg
from sqlalchemy import make_url

from benchmarks import worlds
from creatoraudit.db.connections import is_sqlite, sqlite_path

SEARCHED = "caption_index"
"""SQLite's index of captions is tables of its own."""

_TABLES = """
    SELECT relname, pg_table_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
"""
_INDEXES = """
    SELECT t.relname AS owner, i.relname AS name, pg_relation_size(i.oid) AS size
    FROM pg_index JOIN pg_class t ON t.oid = indrelid JOIN pg_class i ON i.oid = indexrelid
    WHERE t.relnamespace = 'public'::regnamespace
"""


class Table(NamedTuple):
    """What a table holds, and the bytes that it and each of its indexes take."""

    rows: int
    bytes: int
    indexes: Mapping[str, int]

    @property
    def indexed(self) -> int:
        """The bytes of all indexes."""
        return sum(self.indexes.values())

    @property
    def per_row(self) -> float:
        """The bytes of a row with all that finds it."""
        return (self.bytes + self.indexed) / self.rows if self.rows else 0.0


Tables = dict[str, Table]


def measure(url: str) -> Tables:
    """Every table that holds anything."""
    found = _of_sqlite(url) if is_sqlite(make_url(url)) else asyncio.run(_of_postgres(url))
    return {name: table for name, table in sorted(found.items()) if table.rows}


def look_again(url: str) -> None:
    """Has everything that is tracked looked at once more: whatever was seen today is written again."""
    make_due(url)
    command = [sys.executable, "-m", "creatoraudit", "refresh", "--once"]
    sources = {f"CREATORAUDIT_SOURCE_{platform}": "simulated" for platform in ("INSTAGRAM", "TIKTOK")}
    environment = worlds.environment(url) | sources
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    if not is_sqlite(make_url(url)):
        _run(url, "VACUUM")  # as autovacuum would, sooner or later


def make_due(url: str) -> None:
    """Makes everything that is tracked be due."""
    _run(url, "UPDATE refreshes SET due_at = '2000-01-01T00:00:00Z' WHERE due_at IS NOT NULL")


def _run(url: str, sql: str) -> None:
    if is_sqlite(make_url(url)):
        connection = sqlite3.connect(sqlite_path(make_url(url)), isolation_level=None)
        connection.execute(sql)
        connection.close()
        return

    async def run() -> None:
        connection = await asyncpg.connect(_dsn(url))
        await connection.execute(sql)
        await connection.close()

    asyncio.run(run())


async def _of_postgres(url: str) -> Tables:
    connection = await asyncpg.connect(_dsn(url))
    try:
        await connection.execute("VACUUM")  # what waits to be taken into an index is taken in, free space is known
        indexes: dict[str, dict[str, int]] = defaultdict(dict)
        for owner, name, size in await connection.fetch(_INDEXES):
            indexes[owner][name] = size
        return {
            name: Table(await connection.fetchval(f'SELECT count(*) FROM "{name}"'), size, indexes[name])  # noqa: S608
            for name, size in await connection.fetch(_TABLES)
        }
    finally:
        await connection.close()


def _of_sqlite(url: str) -> Tables:
    connection = sqlite3.connect(sqlite_path(make_url(url)))
    try:
        sizes: dict[str, int] = dict(connection.execute("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE"))
        owners = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'"))
        indexes: dict[str, dict[str, int]] = defaultdict(dict)
        for name, owner in owners.items():
            if name in sizes:
                indexes[owner][name] = sizes[name]
        indexes["captions"][SEARCHED] = sum(size for name, size in sizes.items() if name.startswith(SEARCHED))
        tables = {
            name for name in sizes if name not in owners and not name.startswith((SEARCHED, "sqlite_", "alembic_"))
        }
        return {name: Table(_count(connection, name), sizes[name], indexes[name]) for name in tables}
    finally:
        connection.close()


def _count(connection: sqlite3.Connection, name: str) -> int:
    (count,) = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608
    return int(count)


def _dsn(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
