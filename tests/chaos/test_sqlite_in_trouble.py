"""SQLite's disk is full, and other processes hold its write lock, while clients write to one server that stays up."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from chaos.writers import writing
from conftest import left_out
from servers import Process, free_port, running, start

SMALL_DISK = 'mount -t tmpfs -o size=16m tmpfs "$1" && cp "$2" "$1/creatoraudit.db" && shift 2 && exec "$@"'
"""Runs a command that alone sees a small disk, with a database on it."""

HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
for _ in range(40):
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE accounts SET follower_count = follower_count")
    time.sleep(0.05)
    connection.execute("COMMIT")
"""
"""Takes the write lock again and again, and keeps it for a while."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


async def test_other_processes_hold_the_write_lock(
    server_settings: dict[str, str], sqlite_url: str, key: str, tmp_path: Path
) -> None:
    path = sqlite_url.removeprefix("sqlite+aiosqlite:///")
    with running(tmp_path / "log", server_settings) as server:
        async with writing(server.url, key) as crowd:
            holders = [await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, path) for _ in range(4)]
            while any(holder.returncode is None for holder in holders):
                assert (await status(server, key)) == 200, "reads are not held up"
                await asyncio.sleep(0.05)
            assert [holder.returncode for holder in holders] == [0] * 4
            await crowd.progress()
            await crowd.check()


async def test_one_holds_the_write_lock_for_longer_than_anybody_waits(
    server_settings: dict[str, str], sqlite_url: str, key: str, tmp_path: Path
) -> None:
    with running(tmp_path / "log", server_settings) as server:
        async with writing(server.url, key) as crowd:
            holder = sqlite3.connect(sqlite_url.removeprefix("sqlite+aiosqlite:///"), isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
            await crowd.until_refused()
            assert (await status(server, key)) == 200, "reads are not held up"
            holder.execute("ROLLBACK")
            holder.close()
            await crowd.progress()
            await crowd.check()


@pytest.fixture
def small_disk(
    server_settings: dict[str, str],
    sqlite_url: str,
    key: str,  # noqa: ARG001 - it is in the copy
    tmp_path: Path,
) -> Iterator[tuple[Process, Path]]:
    """A server whose database is on a small disk, and where others see that disk."""
    disk, seed = tmp_path / "disk", tmp_path / "seed.db"
    disk.mkdir()
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite+aiosqlite:///"))) as connection:
        connection.execute("VACUUM INTO ?", [str(seed)])
    as_root = () if os.geteuid() == 0 else ("--map-root-user",)
    through = ("unshare", "--mount", *as_root, "sh", "-c", SMALL_DISK, "sh", str(disk), str(seed))
    if subprocess.run([*through, "true"], check=False).returncode:
        left_out("a mount namespace of a test's own")
    settings = server_settings | {"DATABASE_URL": f"sqlite+aiosqlite:///{disk / 'creatoraudit.db'}"}
    server = start(tmp_path / "log", settings, free_port(), through=through)
    try:
        server.wait()
        yield server, Path(f"/proc/{server.process.pid}/root{disk}")
    finally:
        server.kill()


async def test_the_disk_is_full(key: str, small_disk: tuple[Process, Path]) -> None:
    server, disk = small_disk
    async with writing(server.url, key) as crowd:
        filler = disk / "filler"
        fill(filler)
        await crowd.until_refused()
        assert await status(server, key) == 200, "reads go on"
        assert await status(server, key, "/readyz") == 200
        filler.unlink()
        await crowd.progress()
        await crowd.check()


def fill(path: Path) -> None:
    """Makes a file that takes all the room there is."""
    with path.open("wb", buffering=0) as file, suppress(OSError):  # at last there is no space left on the device
        while True:
            file.write(bytes(4096))


async def status(server: Process, key: str, path: str = "/v2/accounts") -> int:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as client:
        return (await client.get(f"{server.url}{path}")).status_code
