"""Imports beside the bare driver: how long `creatoraudit import` takes for a file, and `executemany` for its rows."""

import asyncio
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, Protocol

import asyncpg
from rich.console import Console
from rich.table import Table
from sqlalchemy import URL, make_url

from benchmarks import cores, worlds

BAR = 0.3
"""The least speed that an import should have, by that of `executemany`."""
TABLES = (
    "organizations",
    "creators",
    "accounts",
    "posts",
    "videos",
    "refreshes",
    "account_videos",
    "captions",
    "post_closings",
    "account_closings",
    "organization_days",
)
"""What an import fills, those that others refer to first."""
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-65536")
_COLUMNS = ("import of", "s", "spread", "lines/s", "by executemany", "bar", "longest transaction ms")

Progress = Callable[[int, int, str], Any]
Rows = dict[str, list[Sequence[Any]]]


class Told(NamedTuple):
    """What an import tells of itself."""

    seconds: float
    longest_ms: float


class Round(NamedTuple):
    """The seconds that `executemany` took, and what the imports told."""

    raw: float
    imports: dict[str, Told]


class Measurement(NamedTuple):
    """A file's lines, the rows that it makes, and what they took."""

    version: str
    lines: int
    rows: int
    rounds: list[Round]


class Target(Protocol):
    """A database that is made anew again and again."""

    url: str
    version: str

    def renew(self) -> None:
        """Makes it empty."""
        ...

    def rows(self) -> Rows:
        """All that is in it, as the driver reads it."""
        ...

    def fill(self, rows: Rows) -> float:
        """Writes rows with `executemany`, a table after the other, in one transaction: the seconds it takes."""
        ...


class SQLite:
    """A file, with the program's pragmas."""

    version = f"SQLite {sqlite3.sqlite_version}"

    def __init__(self, directory: Path) -> None:
        self._path = directory / "imported.db"
        self._empty = directory / "empty.db"
        self._empty.unlink(missing_ok=True)
        worlds.run(f"sqlite+aiosqlite:///{self._empty.absolute()}", "db", "upgrade")
        self.url = f"sqlite+aiosqlite:///{self._path.absolute()}"

    def renew(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        shutil.copy(self._empty, self._path)

    def rows(self) -> Rows:
        connection = sqlite3.connect(self._path)
        try:
            return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}  # noqa: S608
        finally:
            connection.close()

    def fill(self, rows: Rows) -> float:
        connection = sqlite3.connect(self._path, isolation_level=None)
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            start = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            for name, values in rows.items():
                if values:
                    places = ", ".join("?" * len(values[0]))
                    connection.executemany(f"INSERT INTO {name} VALUES ({places})", values)  # noqa: S608
            connection.execute("COMMIT")
            return time.perf_counter() - start
        finally:
            connection.close()


class PostgreSQL:
    """A database of its own on a server."""

    def __init__(self, server: str, name: str = "creatoraudit_bench_import") -> None:
        self._name = name
        self._server = make_url(server).set(drivername="postgresql")
        self.url = make_url(server).set(database=name).render_as_string(hide_password=False)
        self.version = f"PostgreSQL {asyncio.run(self._version())}"

    async def _version(self) -> str:
        connection = await asyncpg.connect(_dsn(self._server))
        try:
            version = connection.get_server_version()
            return f"{version.major}.{version.minor}"
        finally:
            await connection.close()

    def renew(self) -> None:
        asyncio.run(self._renew())
        worlds.run(self.url, "db", "upgrade")

    async def _renew(self) -> None:
        connection = await asyncpg.connect(_dsn(self._server))
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
            await connection.execute(f'CREATE DATABASE "{self._name}"')
        finally:
            await connection.close()

    def rows(self) -> Rows:
        async def read(connection: Any) -> Rows:
            return {name: [tuple(row) for row in await connection.fetch(f"SELECT * FROM {name}")] for name in TABLES}  # noqa: S608

        return asyncio.run(self._connected(read))

    def fill(self, rows: Rows) -> float:
        async def write(connection: Any) -> float:
            start = time.perf_counter()
            async with connection.transaction():
                for name, values in rows.items():
                    if values:
                        places = ", ".join(f"${place}" for place in range(1, len(values[0]) + 1))
                        await connection.executemany(f"INSERT INTO {name} VALUES ({places})", values)  # noqa: S608
            return time.perf_counter() - start

        return asyncio.run(self._connected(write))

    async def _connected(self, work: Callable[[Any], Any]) -> Any:
        connection = await asyncpg.connect(_dsn(self._server.set(database=self._name)))
        try:
            return await work(connection)
        finally:
            await connection.close()


def _dsn(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def measure(url: str, directory: Path, target: Target, rounds: int, progress: Progress) -> Measurement:
    """Imports the export of a world again and again, in turns with `executemany` of the rows that it makes."""
    files = _files(url, directory)
    steps = (rounds + 1) * (len(files) + 1)
    target.renew()
    progress(0, steps, f"{target.version}: warming up")
    _import(target.url, files[IN_ORDER])
    rows = target.rows()
    measured = []
    for number in range(rounds):
        progress((number + 1) * (len(files) + 1), steps, f"{target.version}: round {number + 1} of {rounds}")
        target.renew()
        cores.serves()
        raw = target.fill(rows)
        told = {}
        for name, file in files.items():
            if name != AGAIN:
                target.renew()
            told[name] = _import(target.url, file)
        measured.append(Round(raw, told))
    with files[IN_ORDER].open("rb") as lines:
        return Measurement(target.version, sum(1 for _ in lines), sum(map(len, rows.values())), measured)


IN_ORDER, AGAIN, SHUFFLED = "a file in order", "the same file again", "the file shuffled"


def _files(url: str, directory: Path) -> dict[str, Path]:
    """The export of a world, as it is written and shuffled."""
    in_order, shuffled = directory / "in-order.ndjson", directory / "shuffled.ndjson"
    worlds.run(url, "export", "--output", str(in_order))
    lines = in_order.read_bytes().splitlines(keepends=True)
    random.Random(7).shuffle(lines)  # noqa: S311 - any order
    shuffled.write_bytes(b"".join(lines))
    return {IN_ORDER: in_order, AGAIN: in_order, SHUFFLED: shuffled}


def _import(url: str, file: Path) -> Told:
    command = [sys.executable, "-m", "creatoraudit", "import", str(file), "--json"]
    process = subprocess.Popen(command, env=worlds.environment(url), stdout=subprocess.PIPE)  # noqa: S603
    cores.serves(process.pid)
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"The import of {file} failed: {output.decode()}")
    counts = json.loads(output)
    return Told(counts["seconds"], counts["longest_transaction_ms"])


def as_json(measured: Measurement) -> dict[str, Any]:
    """Every figure."""
    rounds = [
        {"raw": one.raw, "imports": {name: told._asdict() for name, told in one.imports.items()}}
        for one in measured.rounds
    ]
    return {"lines": measured.lines, "rows": measured.rows, "bar": BAR, "rounds": rounds}


def show(measured: Measurement, console: Console) -> None:
    """Prints a table."""
    table = Table(title=_title(measured), title_justify="left")
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column == _COLUMNS[0] else "right", no_wrap=True)
    for row in _rows(measured):
        table.add_row(*row)
    console.print(table)


def markdown(measured: Measurement) -> str:
    """A heading and a table."""
    lines = [list(_COLUMNS), ["---", *["--:"] * (len(_COLUMNS) - 1)], *_rows(measured)]
    return f"### {_title(measured)}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _title(measured: Measurement) -> str:
    seconds = median(one.raw for one in measured.rounds)
    return (
        f"{measured.version}: {measured.lines:,} lines make {measured.rows:,} rows, "
        f"for which executemany takes {seconds:.2f} s"
    )


def _rows(measured: Measurement) -> list[list[str]]:
    rows = []
    for name in measured.rounds[0].imports:
        seconds = [one.imports[name].seconds for one in measured.rounds]
        speed = median(one.raw / one.imports[name].seconds for one in measured.rounds)
        rows.append(
            [
                name,
                f"{median(seconds):.2f}",
                f"{min(seconds):.2f}–{max(seconds):.2f}",
                f"{measured.lines / median(seconds):,.0f}",
                f"{speed:.2f}",
                f"≥ {BAR} {'met' if speed >= BAR else 'missed'}" if name == IN_ORDER else "–",
                f"{max(one.imports[name].longest_ms for one in measured.rounds):.0f}",
            ]
        )
    return rows
