"""Connections to SQLite and PostgreSQL: pools that read, engines that write, and how each says that it is away."""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import aiosqlite
from sqlalchemy import URL, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

T = TypeVar("T")
PATIENCE_SECONDS = 5
"""How long anything waits for a free connection, or for what another transaction has locked."""

_LIFETIME_SECONDS = 300
"""How long a connection that reads is kept: no longer than what lies between here and a server remembers it."""

_LOCK_TIMEOUT = {"lock_timeout": f"{PATIENCE_SECONDS}s"}

Fetch = Callable[[str, Sequence[Any]], Awaitable[Sequence[Any]]]
Call = tuple[str, Sequence[Sequence[Any]]]
"""A statement, and the arguments with which it is run, once for each."""


class Usage(NamedTuple):
    """How many connections of a pool are in use, and how many it may have."""

    used: int
    most: int


class Readers(Protocol):
    """A pool of driver connections that only read."""

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> Sequence[Any]: ...
    def snapshot(self) -> AbstractAsyncContextManager[Fetch]: ...
    def usage(self) -> Usage: ...
    async def close(self) -> None: ...


def readers(url: URL, pool_size: int) -> Readers:
    """The pool that reads, for either database."""
    return _SQLiteReaders(url, min(pool_size, 4)) if is_sqlite(url) else PostgresReaders(url, pool_size)


def writer(url: URL, pool_size: int, *, migrating: bool = False) -> AsyncEngine:
    """The engine that transactions run on: SQLite has one writer, PostgreSQL many."""
    if not is_sqlite(url):
        patience = {} if migrating else {"server_settings": _LOCK_TIMEOUT}
        return create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_pre_ping=True,
            pool_timeout=PATIENCE_SECONDS,
            connect_args=patience,
            hide_parameters=True,  # errors are logged
        )
    engine = create_async_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=PATIENCE_SECONDS,
        connect_args={"isolation_level": None},
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        if migrating:  # SQLite rebuilds tables to change them, and must not cascade while it does
            cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        late = connection.get_execution_options().get("late")
        connection.exec_driver_sql("BEGIN" if late else "BEGIN IMMEDIATE")

    return engine


def usage(engine: AsyncEngine) -> Usage:
    """How many connections of a writer are in use."""
    pool: Any = engine.pool  # the kind of it that has a size
    return Usage(pool.checkedout(), pool.size())


class Driver:
    """SQLite's own connection inside a transaction, which goes to its thread and back as seldom as can be.

    What is written is handed over with whatever is read next, or when it is committed: until then, a transaction that
    locks late keeps nobody from writing.
    """

    def __init__(self, connection: aiosqlite.Connection, locked_at: float | None) -> None:
        self._connection = connection
        self._locked_at = locked_at
        self._writes: list[Call] = []
        self.held = 0.0
        """Seconds for which nobody else could write; known once it has been committed."""

    def lock(self) -> None:
        """Takes note that others are kept from writing from now on, if they are not yet."""
        if self._locked_at is None:
            self._locked_at = time.perf_counter()

    def write(self, calls: Sequence[Call]) -> None:
        """Has statements run, each as often as it has arguments."""
        self._writes += calls

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
        """The rows that answer a statement."""
        writes = self._taken()
        rows: Sequence[Any] = await self._run(lambda driver: _fetched(driver, writes, sql, arguments))
        return rows

    async def flush(self, *, commit: bool = False) -> None:
        """Runs what is still to be run."""
        writes = self._taken()
        if commit and (writes or self._locked_at is not None):
            await self._run(lambda driver: self._commit(driver, writes))
        elif writes:
            await self._run(lambda driver: _write(driver, writes))

    def _taken(self) -> list[Call]:
        if self._writes:
            self.lock()
        taken, self._writes = self._writes, []
        return taken

    def _commit(self, driver: sqlite3.Connection, writes: Sequence[Call]) -> None:
        _write(driver, writes)
        driver.execute("COMMIT")
        self.held = time.perf_counter() - (self._locked_at or 0)

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Has SQLite's thread do something that aiosqlite would go there for several times."""
        connection: Any = self._connection
        done: T = await connection._execute(lambda: work(connection._conn))  # noqa: SLF001
        return done


def _write(driver: sqlite3.Connection, writes: Sequence[Call]) -> None:
    for sql, rows in writes:
        driver.executemany(sql, rows)


def _fetched(driver: sqlite3.Connection, writes: Sequence[Call], sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
    _write(driver, writes)
    return driver.execute(sql, arguments).fetchall()


async def driver(connection: AsyncConnection, locked_at: float | None) -> Driver | None:
    """The driver to hand a transaction's bulk and statements to, where that is quicker."""
    raw = (await connection.get_raw_connection()).driver_connection
    return Driver(raw, locked_at) if isinstance(raw, aiosqlite.Connection) else None


async def copy(connection: AsyncConnection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Adds rows to one of PostgreSQL's tables, in the transaction that the connection is in."""
    postgres: Any = (await connection.get_raw_connection()).driver_connection
    if not postgres.is_in_transaction():
        await connection.exec_driver_sql("SELECT 1")  # SQLAlchemy begins it with its own first statement
    await postgres.copy_records_to_table(table, columns=columns, records=rows)


_PRAGMAS = (
    f"PRAGMA busy_timeout = {PATIENCE_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
)

_READER_PRAGMAS = (
    f"PRAGMA busy_timeout = {PATIENCE_SECONDS * 1000}",
    "PRAGMA cache_size = -32768",
    "PRAGMA mmap_size = 2147418112",  # the most there is: pages of the file are read without being copied
)


def is_sqlite(url: URL) -> bool:
    """Whether the URL names a SQLite file."""
    return url.get_backend_name() == "sqlite"


def sqlite_path(url: URL) -> Path:
    """The file behind a SQLite URL; memory databases are refused, for readers could not share them."""
    if not url.database or url.database == ":memory:":
        raise ValueError("The database URL must name a file: sqlite+aiosqlite:///creatoraudit.db")
    return Path(url.database)


class _SQLiteReaders:
    """A few read-only connections, each with its own thread."""

    def __init__(self, url: URL, size: int) -> None:
        self._uri = f"{sqlite_path(url).absolute().as_uri()}?mode=ro"
        self._size = size
        self._free: asyncio.LifoQueue[aiosqlite.Connection | None] = asyncio.LifoQueue()
        for _ in range(size):
            self._free.put_nowait(None)

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
        connection = await self._free.get() or await self._opened()
        try:
            return list(await connection.execute_fetchall(sql, arguments))
        finally:
            self._free.put_nowait(connection)

    async def _opened(self) -> aiosqlite.Connection:
        """A connection that is kept, as it has a thread, even where who waits for it is cancelled meanwhile."""
        opening = asyncio.ensure_future(self._open())
        try:
            return await asyncio.shield(opening)
        except BaseException:
            opening.add_done_callback(self._keep)
            raise

    def _keep(self, opening: "asyncio.Future[aiosqlite.Connection]") -> None:
        has_failed = opening.cancelled() or opening.exception() is not None
        self._free.put_nowait(None if has_failed else opening.result())

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Fetch]:
        connection = await self._open()

        async def fetch(sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
            return list(await connection.execute_fetchall(sql, arguments))

        try:
            await connection.execute("BEGIN")
            yield fetch
        finally:
            await connection.close()

    async def _open(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(self._uri, uri=True, isolation_level=None, cached_statements=512)
        for pragma in _READER_PRAGMAS:
            await connection.execute(pragma)
        return connection

    def usage(self) -> Usage:
        return Usage(self._size - self._free.qsize(), self._size)

    async def close(self) -> None:
        for connection in [await self._free.get() for _ in range(self._size)]:
            if connection is not None:
                await connection.close()
            self._free.put_nowait(None)


_TEXT = 25
"""PostgreSQL's number of the type that asyncpg reads fastest."""


class PostgresReaders:
    """Connections that are kept, each with its prepared statements, and replaced after a while.

    asyncpg's own pool makes a task and a timer of every read, which costs as much as the read itself.
    """

    def __init__(self, url: URL, size: int) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._size = size
        self._turns = asyncio.Semaphore(size)
        self._free: deque[Any] = deque()
        self._until: dict[Any, float] = {}

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
        await self._turn()
        try:
            connection = self._kept() or await self._open()
            try:
                found: Sequence[Any] = await connection.fetch(sql, *arguments)
            except BaseException as error:
                if is_away(error):
                    connection.terminate()
                self._free.appendleft(connection)  # the last to be used again: it may still have to end what was asked
                raise
            self._free.append(connection)
            return found
        finally:
            self._turns.release()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Fetch]:
        await self._turn()
        try:
            connection = await self._open()
            try:
                async with connection.transaction(isolation="repeatable_read"):
                    yield lambda sql, arguments: connection.fetch(sql, *arguments)
            finally:
                del self._until[connection]
                await connection.close(timeout=PATIENCE_SECONDS)
        finally:
            self._turns.release()

    async def _turn(self) -> None:
        if not self._turns.locked():
            await self._turns.acquire()
            return
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._turns.acquire()

    def _kept(self) -> Any:
        """A connection that is still good, the one that was used last; None if there is none."""
        now = time.monotonic()
        if self._free and self._until[self._free[0]] < now:  # nobody has needed as many for long
            self._end(self._free.popleft())
        while self._free:
            connection = self._free.pop()
            if not connection.is_closed() and now < self._until[connection]:
                return connection
            self._end(connection)
        return None

    def _end(self, connection: Any) -> None:
        del self._until[connection]
        connection.terminate()

    async def _open(self) -> Any:
        import asyncpg  # noqa: PLC0415 - an extra: only those who have PostgreSQL need its driver

        connection = await asyncpg.connect(
            self._dsn,
            timeout=PATIENCE_SECONDS,
            statement_cache_size=512,
            server_settings={"default_transaction_read_only": "on", **_LOCK_TIMEOUT},
        )
        try:
            await connection.set_builtin_type_codec("uuid", schema="pg_catalog", codec_name=_TEXT, format="text")
        except BaseException:
            connection.terminate()
            raise
        self._until[connection] = time.monotonic() + _LIFETIME_SECONDS
        return connection

    def drop(self) -> None:
        """Ends every connection at once, and with it what is being asked; new ones are opened when they are needed."""
        for connection in self._until:
            connection.terminate()

    def usage(self) -> Usage:
        return Usage(len(self._until) - len(self._free), self._size)

    async def close(self) -> None:
        for _ in range(self._size):
            await self._turns.acquire()
        while self._free:
            connection = self._free.pop()
            del self._until[connection]
            await connection.close(timeout=PATIENCE_SECONDS)
        for _ in range(self._size):
            self._turns.release()


@contextmanager
def away(unavailable: type[Exception]) -> Iterator[None]:
    """Turns the drivers' ways of saying that the database is away, full or locked into one error."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or is_away(error.orig):
            raise unavailable from error
        raise
    except Exception as error:
        if is_away(error):
            raise unavailable from error
        raise


LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's state of a statement that has waited for a lock too long."""


@contextmanager
def overtaken(by: type[Exception]) -> Iterator[None]:
    """Turns SQLite's refusal to write, because someone else does or did since this one has read, into an error."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        code = getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF == sqlite3.SQLITE_BUSY:
            raise by from error
        raise


_SQLITE_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


def is_away(error: BaseException | None) -> bool:
    if error is None:
        return False
    if isinstance(error, OSError | PoolTimeout):
        return True
    if isinstance(error, sqlite3.Error):
        return (error.sqlite_errorcode & 0xFF) in _SQLITE_AWAY
    state = getattr(error, "sqlstate", None) or ""
    if state[:2] in {"08", "53", "57"} or state == LOCK_NOT_AVAILABLE:
        return True
    # asyncpg's own have no SQLSTATE: a connection was lost or closed under us, or is just being told so
    return type(error).__module__.startswith("asyncpg") and type(error).__name__ in {
        "InterfaceError",
        "InternalClientError",
        "ConnectionDoesNotExistError",
    }
