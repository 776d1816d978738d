"""What every command starts from: the settings, and a database that is ready."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple, TypeVar

from pydantic import ValidationError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError

from creatoraudit.cli.output import masked
from creatoraudit.db import connections, migrate
from creatoraudit.db.engine import Database
from creatoraudit.db.watched import database_of
from creatoraudit.domain.paging import MAX_LIMIT, Page, PageRequest
from creatoraudit.domain.validation import failed
from creatoraudit.settings import Settings
from creatoraudit.telemetry import OFF, Telemetry

T = TypeVar("T")
R = TypeVar("R", bound=NamedTuple)


class CommandError(Exception):
    """A command cannot do what it was asked: one sentence for standard error, and the exit status."""

    def __init__(self, sentence: str, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status


def load_settings() -> Settings:
    """The settings in force; CommandError naming each variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = failed(error, Settings).errors
        raise CommandError("; ".join(f"{variable(name)} {message}" for name, message in wrong) + ".", 2) from None


def variable(setting: str) -> str:
    """The environment variable behind a setting."""
    return f"CREATORAUDIT_{setting.upper()}"


def with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    """Runs a command's work on the configured database and returns what it returns."""

    async def run() -> T:
        async with open_database(load_settings()) as db:
            return await work(db)

    return asyncio.run(run())


@asynccontextmanager
async def open_database(settings: Settings, telemetry: Telemetry = OFF) -> AsyncIterator[Database]:
    """The configured database, ready to use: SQLite is migrated on the way, PostgreSQL must have been."""
    url = settings.database_url.get_secret_value()
    await make_ready(url)
    db = database_of(url, telemetry, pool_size=settings.database_pool_size)
    try:
        yield db
    finally:
        await db.close()


async def make_ready(url: str) -> None:
    """Migrates a SQLite file; CommandError where a PostgreSQL database is not up to date."""
    with usable(url):
        if connections.is_sqlite(make_url(url)):
            await migrate.upgrade(url)
            return
        revision = await migrate.current(url)
        migrate.refuse_later(revision)
    if revision != migrate.latest():
        raise CommandError(f"The database {masked(url)} is not up to date; run: creatoraudit db upgrade")


@contextmanager
def usable(url: str) -> Iterator[None]:
    """Turns whatever keeps a database from being opened into a CommandError with the driver's reason."""
    try:
        _check_directory(make_url(url))
        yield
    except CommandError:
        raise
    except Exception as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise CommandError(f"The database {masked(url)} cannot be used: {_sentence(reason)}") from error


def _check_directory(url: URL) -> None:
    if connections.is_sqlite(url) and not connections.sqlite_path(url).parent.is_dir():
        raise NotADirectoryError(f"there is no directory {connections.sqlite_path(url).parent}")


def _sentence(reason: BaseException | None) -> str:
    if isinstance(reason, ModuleNotFoundError):
        return f"install the driver with: pip install 'creatoraudit[postgres]' ({reason.name} is missing)"
    lines = str(reason).strip().splitlines()
    return lines[0] if lines else type(reason).__name__


async def every(page_of: Callable[[PageRequest], Awaitable[Page[R]]]) -> list[R]:
    """All rows of a list, page by page."""
    page = await page_of(PageRequest(limit=MAX_LIMIT))
    rows = list(page.items)
    while page.next_cursor is not None:
        page = await page_of(PageRequest(limit=MAX_LIMIT, cursor=page.next_cursor))
        rows += page.items
    return rows
