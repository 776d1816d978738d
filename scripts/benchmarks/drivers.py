"""The bare drivers: what a statement costs when nothing is around it."""

import asyncio
import datetime as dt
import json
import re
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import asyncpg
import uvloop
from sqlalchemy import make_url

_NAME = re.compile(r":(\w+)")


class Query(NamedTuple):
    """A statement with `:names`, and the values of the names."""

    sql: str
    values: dict[str, Any]


class Driver(Protocol):
    """One connection."""

    dialect: str
    version: str

    def rows(self, query: Query) -> list[Any]:
        """What answers a statement."""
        ...

    def seconds(self, queries: Sequence[Query], times: int) -> list[float]:
        """How long the statements took together, each time they were run."""
        ...

    def close(self) -> None: ...


def connect(url: str) -> Driver:
    """A connection to the database that the program knows by this URL."""
    return SQLite(url) if url.startswith("sqlite") else PostgreSQL(url)


class SQLite:
    """The standard library's driver, with as much cache as the program's readers have."""

    dialect = "sqlite"
    version = f"SQLite {sqlite3.sqlite_version}"

    def __init__(self, url: str) -> None:
        path = Path(make_url(url).database or "").absolute()
        self._connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
        for pragma in ("cache_size = -32768", "mmap_size = 2147418112"):  # as the server has them
            self._connection.execute(f"PRAGMA {pragma}")

    def rows(self, query: Query) -> list[Any]:
        return self._connection.execute(query.sql, _as_text(query.values)).fetchall()

    def seconds(self, queries: Sequence[Query], times: int) -> list[float]:
        bound = [(query.sql, _as_text(query.values)) for query in queries]
        measured = []
        for _ in range(times):
            start = time.perf_counter()
            for sql, values in bound:
                self._connection.execute(sql, values).fetchall()
            measured.append(time.perf_counter() - start)
        return measured

    def close(self) -> None:
        self._connection.close()


class PostgreSQL:
    """asyncpg, which prepares each statement once."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._connection = self._runner.run(self._open(url))
        self.version = f"PostgreSQL {'.'.join(map(str, self._connection.get_server_version()[:2]))}"

    async def _open(self, url: str) -> Any:
        dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(dsn)
        await connection.set_type_codec("uuid", schema="pg_catalog", encoder=str, decoder=str, format="text")
        return connection

    def rows(self, query: Query) -> list[Any]:
        sql, values = _numbered(query)
        return [tuple(row) for row in self._runner.run(self._connection.fetch(sql, *values))]

    def seconds(self, queries: Sequence[Query], times: int) -> list[float]:
        return self._runner.run(self._seconds([_numbered(query) for query in queries], times))

    async def _seconds(self, queries: Sequence[tuple[str, list[Any]]], times: int) -> list[float]:
        measured = []
        for _ in range(times):
            start = time.perf_counter()
            for sql, values in queries:
                await self._connection.fetch(sql, *values)
            measured.append(time.perf_counter() - start)
        return measured

    def close(self) -> None:
        self._runner.run(self._connection.close())
        self._runner.close()


def _as_text(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, list) else value


def _numbered(query: Query) -> tuple[str, list[Any]]:
    """The statement with `$1` … for its names, and their values in that order."""
    names = list(dict.fromkeys(_NAME.findall(query.sql)))
    sql = _NAME.sub(lambda found: f"${names.index(found[1]) + 1}", query.sql)
    return sql, [query.values[name] for name in names]
