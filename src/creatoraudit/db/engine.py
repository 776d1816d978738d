"""The database: short reads on pooled driver connections, and transactions that one command owns."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from copy import copy
from typing import Any, Protocol, TypeVar

from sqlalchemy import Dialect, Executable, event, text
from sqlalchemy.engine import CursorResult, make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from creatoraudit.db import connections
from creatoraudit.db.bulk import Bulk
from creatoraudit.db.connections import Driver, away, overtaken
from creatoraudit.db.dialect import clashed
from creatoraudit.db.replica import Replica
from creatoraudit.db.statements import Prepared, Statement
from creatoraudit.errors import ServiceUnavailable

T = TypeVar("T")
Make = Callable[[Sequence[Any]], T]
"""Makes a typed row of a driver's row: the `_make` of a NamedTuple."""
_ATTEMPTS = 5


class Overtaken(Exception):
    """What a transaction has read is not so any more, and what it locks would be locked in another order by now."""


class Reader(Protocol):
    """Whatever a query can be asked of: the database, or a transaction that sees its own writes."""

    async def fetch(self, statement: Statement, make: Make[T], params: Mapping[str, Any]) -> list[T]:
        """The rows that answer the statement."""
        ...


class Transaction:
    """One unit of work on the primary; it commits when its block ends and rolls back when that raises."""

    def __init__(self, connection: AsyncConnection, driver: Driver | None, told: Callable[[str], None]) -> None:
        self._connection = connection
        self._driver = driver
        self._told = told
        self.held = 0.0
        """Seconds for which it kept others from writing the same, all of SQLite that is; known once it has ended."""

    @property
    def dialect(self) -> Dialect:
        """The database's dialect, for the few statements that differ."""
        return self._connection.dialect

    async def execute(
        self, statement: Executable, params: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Runs a Core statement; a list of parameters makes it one bulk write."""
        if self._driver is not None:
            await self._driver.flush()
            self._driver.lock()
        return await self._connection.execute(statement, params)

    async def write(self, bulk: Bulk, rows: Sequence[Sequence[Any]]) -> None:
        """Writes each of the rows, which are values in the order of the bulk's names; none at all is no statement."""
        if not rows:
            return
        prepared = bulk.prepared(self.dialect)
        if prepared.copied_to is not None:
            self._told(prepared.sql)
            ((_, records),) = prepared.calls(rows)
            await connections.copy(self._connection, prepared.copied_to.name, bulk.names, records)
        elif self._driver is None:
            for sql, arguments in prepared.calls(rows):
                await self._connection.exec_driver_sql(sql, list(map(tuple, arguments)))
        else:
            self._told(prepared.sql)
            self._driver.write(prepared.calls(rows))

    async def flush(self, *, commit: bool = False) -> None:
        """Runs what has been written so far, which is else run with what is read next, or at the end."""
        if self._driver is not None:
            await self._driver.flush(commit=commit)

    async def fetch(self, statement: Statement, make: Make[T], params: Mapping[str, Any]) -> list[T]:
        """Like `Database.fetch`, inside this transaction."""
        if self._driver is None:
            result = await self._connection.execute(statement.select(self.dialect), params)
            return [make(tuple(found)) for found in result]
        prepared = statement.prepared(self.dialect)
        self._told(prepared.sql)
        return _rows(await self._driver.fetch(prepared.sql, prepared.arguments(params)), make, prepared)


class Snapshot:
    """The database as it was at one moment, however long it is read and whoever writes meanwhile."""

    def __init__(self, dialect: Dialect, fetch: Callable[[str, Sequence[Any]], Awaitable[Sequence[Any]]]) -> None:
        self._dialect = dialect
        self._fetch = fetch

    async def fetch(self, statement: Statement, make: Make[T], params: Mapping[str, Any]) -> list[T]:
        """Like `Database.fetch`, as of that moment."""
        prepared = statement.prepared(self._dialect)
        return _rows(await self._fetch(prepared.sql, prepared.arguments(params)), make, prepared)


class Database:
    """A store, by URL. Every read opens and closes its own short session; nothing is shared between resolvers."""

    def __init__(self, url: str, *, pool_size: int = 10, replica_url: str | None = None) -> None:
        self.url = make_url(url)
        self._writer = connections.writer(self.url, pool_size)
        self._late_writer = self._writer.execution_options(late=True)
        self._readers = connections.readers(self.url, pool_size)
        self._fetch: connections.Fetch = self._readers.fetch
        self.replica: Replica | None = None
        if replica_url is not None:
            self.replica = Replica(self.url, self._readers, make_url(replica_url), pool_size)
        self.dialect: Dialect = self._writer.dialect
        self.on_statement: list[Callable[[str], None]] = []
        """Called with the SQL of every statement before it runs."""
        self.on_commit: list[Callable[[], Awaitable[None]]] = []
        """Awaited after every transaction that was committed."""
        event.listen(self._writer.sync_engine, "before_cursor_execute", self._observed)

    async def fetch(self, statement: Statement, make: Make[T], params: Mapping[str, Any]) -> list[T]:
        """The rows that answer the statement, in one hop to the driver; ServiceUnavailable when it is away."""
        prepared = statement.prepared(self.dialect)
        self._tell(prepared.sql)
        with away(ServiceUnavailable):
            found = await self._fetch(prepared.sql, prepared.arguments(params))
        return _rows(found, make, prepared)

    def on_replica(self, unless: Callable[[], Awaitable[bool]]) -> "Database":
        """The same with its reads on the replica, if there is one; `unless` is asked once, before the first of them."""
        replica = self.replica
        if replica is None:
            return self
        stays: bool | None = None

        async def fetch(sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
            nonlocal stays
            if stays is None:
                stays = await unless()
            return await (self._readers if stays else replica).fetch(sql, arguments)

        other = copy(self)
        other._fetch = fetch  # noqa: SLF001 - a copy of this one
        return other

    def telling(self, committed: Callable[[], Awaitable[None]]) -> "Database":
        """The same, which also tells of every transaction that was committed by way of it."""
        other = copy(self)
        other.on_commit = [*self.on_commit, committed]
        return other

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """The database as it is now, on a connection of its own."""
        with away(ServiceUnavailable):
            async with self._readers.snapshot() as fetch:
                yield Snapshot(self.dialect, fetch)

    @asynccontextmanager
    async def transaction(self, *, late: bool = False) -> AsyncIterator[Transaction]:
        """A transaction on the primary.

        One that locks `late` keeps nobody from writing to SQLite before it does so itself; Overtaken if anybody has.
        """
        began = time.perf_counter()
        with away(ServiceUnavailable), overtaken(Overtaken) if late else nullcontext():
            async with (self._late_writer if late else self._writer).begin() as connection:
                driver = await connections.driver(connection, locked_at=None if late else time.perf_counter())
                tx = Transaction(connection, driver, self._tell)
                yield tx
                await tx.flush(commit=True)
        tx.held = time.perf_counter() - began if driver is None else driver.held
        for told in self.on_commit:
            await told()

    async def transact(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Does work in a transaction of its own, anew where another one has got into its way."""
        for attempt in range(_ATTEMPTS - 1):
            try:
                async with self.transaction(late=attempt == 0) as tx:
                    return await work(tx)
            except Overtaken:
                pass
            except Exception as error:
                if not clashed(error):
                    raise
        async with self.transaction() as tx:
            return await work(tx)

    def usage(self) -> dict[str, connections.Usage]:
        """How many connections are in use, of each pool: of those that read, that write and that read the replica."""
        pools = {"read": self._readers.usage(), "write": connections.usage(self._writer)}
        return pools if self.replica is None else pools | {"replica": self.replica.usage()}

    async def ping(self) -> None:
        """Raises ServiceUnavailable when the database does not answer."""
        with away(ServiceUnavailable):
            await self._readers.fetch("SELECT 1", [])

    async def analyze(self) -> None:
        """Brings the planner's statistics up to date after a bulk load."""
        async with self.transaction() as tx:
            await tx.execute(text("ANALYZE"))

    async def close(self) -> None:
        """Closes every connection."""
        if self.replica:
            await self.replica.close()
        await self._readers.close()
        await self._writer.dispose()

    def _observed(self, _conn: Any, _cursor: Any, sql: str, *_: Any) -> None:
        self._tell(sql)

    def _tell(self, sql: str) -> None:
        for told in self.on_statement:
            told(sql)


def _rows(found: Sequence[Any], make: Make[T], prepared: Prepared) -> list[T]:
    """Makes rows of what the driver found; values that need it are converted column by column."""
    if prepared.converters and found:
        columns = list(zip(*found, strict=True))
        for index, convert in prepared.converters:
            columns[index] = tuple(None if value is None else convert(value) for value in columns[index])
        found = list(zip(*columns, strict=True))
    return list(map(make, found))
