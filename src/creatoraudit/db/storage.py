"""The database as files: copying it while others write, and leaving nothing behind in it of what was deleted."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, text

from creatoraudit.db import connections
from creatoraudit.db.columns import metadata

_WAIT_SECONDS = 30.0
"""How long others are waited for who use the file."""


class InUse(Exception):
    """Others read the file without end, so that its log cannot be emptied."""


def copy(source: Path, target: Path, told: Callable[[int, int], None] = lambda _done, _total: None) -> None:
    """Writes a SQLite database, as it is at one moment, into a file that is not there yet; FileExistsError if it is.

    The file appears under its name when it is complete. `told` is called with how many bytes of about how many are.
    """
    if target.exists():
        raise FileExistsError(f"{target} exists already")
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            ((total,),) = connection.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            connection.set_progress_handler(lambda: told(_size(partial), total), 1_000_000)
            connection.execute("VACUUM INTO ?", (str(partial),))
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        os.link(partial, target)  # unlike a renaming it never replaces what somebody else has put there
    finally:
        partial.unlink(missing_ok=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


async def scrub(url: URL) -> None:
    """Rewrites what still has bytes of deleted rows: SQLite's file and log, PostgreSQL's tables and statistics.

    PostgreSQL's users are not kept waiting, SQLite's writers are. InUse if SQLite's log could not be emptied.
    """
    if connections.is_sqlite(url):
        await asyncio.to_thread(_rewrite, connections.sqlite_path(url))
        return
    engine = connections.writer(url, 1).execution_options(isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            for table in metadata.sorted_tables:
                await connection.execute(text(f"VACUUM (ANALYZE) {table.name}"))
    finally:
        await engine.dispose()


def _rewrite(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=_WAIT_SECONDS)) as connection:
        connection.execute("INSERT INTO caption_index (caption_index) VALUES ('optimize')")
        connection.execute("ANALYZE")
        connection.execute("VACUUM")
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            ((busy, *_),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if not busy:
                return
            if time.monotonic() > deadline:
                raise InUse
            time.sleep(0.1)
