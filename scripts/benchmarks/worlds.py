"""The made-up worlds that are asked: built once by `creatoraudit demo`, and kept."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url

from benchmarks import cores
from benchmarks.client import Client, Request

_START_SECONDS = 60


@dataclass(frozen=True)
class Size:
    """How much is made up."""

    accounts: int
    videos_per_account: int
    days: int
    video_days: int
    seed: int

    @property
    def tenth(self) -> "Size":
        """A world with a tenth of the captions, and everything else that is searched the same."""
        return replace(self, videos_per_account=max(self.videos_per_account // 10, 1), days=self.video_days)

    @property
    def name(self) -> str:
        """A name for a database of this size."""
        return f"creatoraudit_bench_{self.accounts}x{self.videos_per_account}_{self.days}x{self.video_days}_{self.seed}"

    @property
    def options(self) -> list[str]:
        """The size, as options of `creatoraudit demo`."""
        return [
            f"--accounts={self.accounts}",
            f"--videos-per-account={self.videos_per_account}",
            f"--days={self.days}",
            f"--video-days={self.video_days}",
            f"--seed={self.seed}",
        ]


@dataclass(frozen=True)
class World:
    """A database that holds one, whom to ask as, and how long it took to make it, if that is known."""

    url: str
    size: Size
    organization_id: str
    key: str
    seconds: float | None


def sqlite_url(size: Size, directory: Path) -> str:
    """The URL of the file for a size."""
    return f"sqlite+aiosqlite:///{directory.absolute() / size.name}.db"


def postgres_url(size: Size, server: str) -> str:
    """The URL of the database for a size on a server; made when it is not there."""
    asyncio.run(_create(server, size.name))
    return make_url(server).set(database=size.name).render_as_string(hide_password=False)


async def _create(server: str, name: str) -> None:
    dsn = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    try:
        if not await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


def build(url: str, size: Size, directory: Path) -> World:
    """The world of a size in a database: made now, unless it is there."""
    log = directory / "built.json"
    known: dict[str, float] = json.loads(log.read_text()) if log.exists() else {}
    name = f"{make_url(url).get_backend_name()} {size.name}"
    run(url, "db", "upgrade")
    is_there = any(organization["is_active"] for organization in json.loads(run(url, "orgs", "list", "--json")))
    start = time.monotonic()
    made = json.loads(run(url, "demo", *size.options, "--no-serve", "--json"))
    if not is_there:
        known[name] = time.monotonic() - start
        log.write_text(json.dumps(known, indent=2))
    organization = made["organization_id"]
    key = run(url, "keys", "create", f"--org={organization}", "--name=bench", "--rate-limit=1000000000", "--json")
    return World(url, size, organization, json.loads(key)["key"], known.get(name))


def run(url: str, *arguments: str) -> str:
    """What the program prints, run over a database; CalledProcessError if it fails."""
    command = [sys.executable, "-m", "creatoraudit", *arguments]
    return subprocess.run(command, env=environment(url), stdout=subprocess.PIPE, check=True, text=True).stdout  # noqa: S603


def environment(url: str) -> dict[str, str]:
    """That of a program over a database."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CREATORAUDIT_")}
    return ours | {"CREATORAUDIT_DATABASE_URL": url}


@contextmanager
def served(world: World, log: Path) -> Iterator[Client]:
    """One server process over a world, on its own core, with its log in a file: authentication and limits are on."""
    with log.open("w+") as output:
        command = [sys.executable, "-m", "creatoraudit", "serve", "--port=0", "--no-worker"]
        process = subprocess.Popen(command, env=environment(world.url), stdout=output, stderr=output)  # noqa: S603
        try:
            cores.serves(process.pid)
            with connected(process, log, world.key) as client:
                yield client
        finally:
            process.terminate()
            process.wait()


def connected(process: subprocess.Popen[Any], log: Path, key: str) -> Client:
    """A client of a server that says in its log where it serves, once it answers."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        said = [line for line in log.read_text().splitlines() if line.startswith("Serving ")]
        if said:
            try:
                client = Client(said[0].split()[1], key)
                client.ask(Request("/whoami"))
            except ConnectionError:
                pass
            else:
                return client
        time.sleep(0.1)
    raise RuntimeError(f"The server did not start: {log.read_text()}")
