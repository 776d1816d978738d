"""A database whose statements and transactions are told of: by figures, by spans, or by both."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from creatoraudit.db.connections import Call, Driver, Fetch, Usage
from creatoraudit.db.engine import Database, Transaction
from creatoraudit.telemetry import Telemetry, figures
from creatoraudit.telemetry.figures import Values
from creatoraudit.telemetry.tallies import Count, Distribution, Labelled
from creatoraudit.telemetry.work import WORK

if TYPE_CHECKING:
    from creatoraudit.telemetry.prometheus import Figures

Kind = Literal["read", "write"]
Watch = Callable[[str, Kind], AbstractContextManager[None]]
"""Is entered while a statement runs."""

_OPEN = "creatoraudit.watched"


def database_of(url: str, telemetry: Telemetry, *, pool_size: int, replica_url: str | None = None) -> Database:
    """The database at a URL; one that tells nothing where nobody wants to know."""
    if telemetry.is_off:
        return Database(url, pool_size=pool_size, replica_url=replica_url)
    return WatchedDatabase(url, telemetry, pool_size=pool_size, replica_url=replica_url)


class WatchedDatabase(Database):
    """A database that tells of all that it is asked."""

    def __init__(self, url: str, telemetry: Telemetry, *, pool_size: int, replica_url: str | None = None) -> None:
        super().__init__(url, pool_size=pool_size, replica_url=replica_url)
        self._seconds = None
        self._watches: list[Watch] = []
        if telemetry.figures is not None:
            self._seconds = telemetry.figures.histogram(figures.TRANSACTION_SECONDS)
            self._watches.append(measuring(telemetry.figures))
            self._tell_usage(telemetry.figures)
        if telemetry.traces is not None:
            from creatoraudit.db.traced import tracing  # noqa: PLC0415 - it needs an extra

            self._watches.append(tracing(telemetry.traces, self.url))
        self._fetch = self._watched(self._fetch)
        for watch in self._watches:
            _listen(self._writer.sync_engine, watch)

    def on_replica(self, unless: Callable[[], Awaitable[bool]]) -> Database:
        """The same with its reads on the replica, if there is one."""
        other = super().on_replica(unless)
        if other is not self:
            other._fetch = self._watched(other._fetch)  # noqa: SLF001 - a copy of this one
        return other

    @asynccontextmanager
    async def transaction(self, *, late: bool = False) -> AsyncIterator[Transaction]:
        """A transaction on the primary."""
        began, outcome = None, "rolled_back"
        try:
            async with super().transaction(late=late) as tx:
                began = time.perf_counter()
                for watch in self._watches:
                    if tx._driver is not None:  # noqa: SLF001 - SQLAlchemy does not see what goes past it
                        tx._driver = WatchedDriver(tx._driver, watch)  # noqa: SLF001
                yield tx
            outcome = "committed"
        finally:
            if self._seconds is not None and began is not None:
                self._seconds.labels(WORK.get(), outcome).observe(time.perf_counter() - began)

    def _watched(self, fetch: Fetch) -> Fetch:
        for watch in self._watches:
            fetch = _reading(fetch, watch)
        return fetch

    def _tell_usage(self, told: "Figures") -> None:
        def usage(of: Callable[[Usage], int]) -> Values:
            return {(pool,): of(one) for pool, one in self.usage().items()}

        told.read(figures.CONNECTIONS_USED, lambda: usage(lambda one: one.used))
        told.read(figures.CONNECTIONS_MOST, lambda: usage(lambda one: one.most))
        if (replica := self.replica) is not None:
            told.read(figures.REPLICA_LAG, lambda: {(): replica.lag})
            told.read(figures.REPLICA_FAILURES, lambda: {(): replica.failures})


def _reading(fetch: Fetch, watch: Watch) -> Fetch:
    async def watched(sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
        with watch(sql, "read"):
            return await fetch(sql, arguments)

    return watched


class WatchedDriver(Driver):
    """A transaction's connection whose statements are watched."""

    def __init__(self, driver: Driver, watch: Watch) -> None:
        self._of = driver
        self._watch = watch
        self._written: list[str] = []

    def lock(self) -> None:
        self._of.lock()

    def write(self, calls: Sequence[Call]) -> None:
        self._written.append(min((sql for sql, _ in calls), key=len))
        self._of.write(calls)

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
        with self._watching(sql):
            return await self._of.fetch(sql, arguments)

    async def flush(self, *, commit: bool = False) -> None:
        if self._written:
            with self._watching():
                await self._of.flush(commit=commit)
        else:
            await self._of.flush(commit=commit)

    def _watching(self, *last: str) -> AbstractContextManager[None]:
        """Watches what runs as one, as it is handed over as one."""
        written, self._written = self._written, []
        return self._watch("; ".join([*written, *last]), "write")


def measuring(told: "Figures") -> Watch:
    """Measures statements, by what they are for."""
    seconds, failures = told.histogram(figures.STATEMENT_SECONDS), told.counter(figures.STATEMENT_FAILURES)
    return lambda _sql, kind: _Measured(seconds, failures, (WORK.get(), kind))


class _Measured:
    """One statement: no generator, as there are many."""

    __slots__ = ("_began", "_failures", "_labels", "_seconds")

    def __init__(self, seconds: Labelled[Distribution], failures: Labelled[Count], labels: tuple[str, str]) -> None:
        self._seconds = seconds
        self._failures = failures
        self._labels = labels

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._seconds.labels(*self._labels).observe(time.perf_counter() - self._began)
        if kind is not None and issubclass(kind, Exception):
            self._failures.labels(*self._labels).inc()


def _listen(engine: Engine, watch: Watch) -> None:
    """Watches what SQLAlchemy runs; a connection runs one statement at a time."""

    def begin(connection: Connection, _cursor: Any, sql: str, *_: Any) -> None:
        running = watch(sql, "write")
        running.__enter__()
        connection.info[_OPEN, watch] = running

    def end(connection: Connection, *_: Any) -> None:
        if (running := connection.info.pop((_OPEN, watch), None)) is not None:
            running.__exit__(None, None, None)

    def fail(context: ExceptionContext) -> None:
        connection, error = context.connection, context.original_exception
        if connection is not None and (running := connection.info.pop((_OPEN, watch), None)) is not None:
            running.__exit__(type(error), error, error.__traceback__)

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", fail)
