"""Processor time by component: of a server's processes, of PostgreSQL's for one database, and of a Redis."""

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import asyncpg
import redis
from sqlalchemy import make_url

from benchmarks import cores, worlds
from benchmarks.servers import free_port
from benchmarks.worlds import World

_START_SECONDS = 60


class Spent(NamedTuple):
    """Seconds of processor time."""

    server: float
    postgresql: float
    redis: float

    def minus(self, earlier: "Spent") -> "Spent":
        """What was spent since."""
        return Spent(*(later - before for later, before in zip(self, earlier, strict=True)))


class Meter:
    """Knows what each component has spent so far; of a process that has ended, what it had when it was last seen."""

    def __init__(self, database_url: str, server_id: int, redis_url: str) -> None:
        self._dsn = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._server_id, self._redis_url = server_id, redis_url
        self._seen: dict[str, dict[int, float]] = {"server": {}, "postgresql": {}}

    def read(self) -> Spent:
        """What they have spent."""
        found = {
            "server": [self._server_id, *children(self._server_id)],
            "postgresql": asyncio.run(self._backends()),
        }
        for component, ids in found.items():
            for process_id in ids:
                try:
                    self._seen[component][process_id] = cores.seconds(process_id)
                except FileNotFoundError:
                    continue  # it has just ended
        with redis.Redis.from_url(self._redis_url) as client:
            told = client.info("cpu")
        spent = (sum(seen.values()) for seen in self._seen.values())
        return Spent(*spent, told["used_cpu_user"] + told["used_cpu_sys"])

    async def _backends(self) -> list[int]:
        connection = await asyncpg.connect(self._dsn)
        try:
            found = await connection.fetch(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        finally:
            await connection.close()
        return [int(one["pid"]) for one in found]


def children(process_id: int) -> list[int]:
    """The processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()]


@contextmanager
def own_redis() -> Iterator[str]:
    """A Redis that nobody else asks: its URL."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("redis-server is not on PATH: install Redis.")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)  # noqa: S603
    url = f"redis://127.0.0.1:{port}/0"
    try:
        deadline = time.monotonic() + _START_SECONDS
        with redis.Redis.from_url(url) as client:
            while True:
                try:
                    client.ping()
                    break
                except redis.ConnectionError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


@contextmanager
def served(world: World, redis_url: str, workers: int, log: Path) -> Iterator[tuple[str, int]]:
    """A server with so many processes, on all cores: its URL and its process."""
    environment = worlds.environment(world.url) | {"CREATORAUDIT_REDIS_URL": redis_url}
    command = [sys.executable, "-m", "creatoraudit", "serve", "--port=0", "--no-worker", f"--workers={workers}"]
    cores.anywhere()
    with log.open("w+") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)  # noqa: S603
        try:
            with worlds.connected(process, log, world.key) as client:
                yield client.url, process.pid
        finally:
            process.terminate()
            process.wait()
