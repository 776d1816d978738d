"""Traffic for minutes: what was answered and how fast, whether memory stays where it was, whether limits are exact."""

import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from benchmarks import worlds
from benchmarks.client import Client
from benchmarks.traffic import COUNTED, MIX, Kind, Sent, look, visit
from benchmarks.worlds import World

SAMPLE_SECONDS = 0.5
_WARM_UP = 0.3
"""The share of the time after which memory is compared with what it is at the end."""

Progress = Callable[[int, int, str], Any]


class Pressure(NamedTuple):
    """How much traffic there is."""

    seconds: int
    workers: int
    keys: int
    limited: int
    limit: int
    """What the limited keys may ask a minute."""


class Memory(NamedTuple):
    """The resident megabytes of one server process over time."""

    process: int
    samples: list[float]

    @property
    def early(self) -> float:
        """The median of the second third."""
        return statistics.median(self.samples[int(len(self.samples) * _WARM_UP) : len(self.samples) * 2 // 3])

    @property
    def late(self) -> float:
        """The median of the last third."""
        return statistics.median(self.samples[len(self.samples) * 2 // 3 :])


class Counted(NamedTuple):
    """What a key with a low limit was let through in each of its minutes."""

    limit: int
    let_through: dict[int, int]
    refused: dict[int, int]

    @property
    def is_exact(self) -> bool:
        """Whether every minute in which something was refused let exactly the limit through, and none let more."""
        return all(
            count == self.limit if self.refused.get(window) else count <= self.limit
            for window, count in self.let_through.items()
        )


class Endured(NamedTuple):
    """All that was found."""

    seconds: float
    sent: list[Sent]
    memory: list[Memory]
    counted: list[Counted]

    @property
    def failures(self) -> Counter[int]:
        """How often a server's error was answered, by its status."""
        return Counter(one.status for one in self.sent if one.status >= 500)  # noqa: PLR2004

    @property
    def refused(self) -> int:
        """How many requests were over a limit."""
        return sum(one.status == 429 for one in self.sent)  # noqa: PLR2004


def endure(world: World, redis: str, pressure: Pressure, directory: Path, progress: Progress) -> Endured:
    """Serves a world with so many processes, and lets all keys ask for so long."""
    keys = [_key(world, f"load {number}", 1_000_000_000) for number in range(pressure.keys)]
    limited = [_key(world, f"limited {number}", pressure.limit) for number in range(pressure.limited)]
    with _serving(world, redis, pressure.workers, directory) as (url, processes):
        scene = look(Client(url, world.key))
        visitors: list[tuple[str, Sequence[Kind]]] = [(key, MIX) for key in keys]
        visitors += [(key, COUNTED) for key in limited for _ in range(2)]
        with _watched(processes) as memory, ThreadPoolExecutor(len(visitors)) as pool:
            start = time.monotonic()
            asking = [
                pool.submit(visit, Client(url, key), scene, kinds, pressure.seconds, seed)
                for seed, (key, kinds) in enumerate(visitors)
            ]
            while not all(one.done() for one in asking):
                gone = int(time.monotonic() - start)
                progress(gone, pressure.seconds, f"{len(visitors)} clients, {gone} s of {pressure.seconds} s")
                time.sleep(SAMPLE_SECONDS)
            took = time.monotonic() - start
    found = [one.result() for one in asking]
    counted = [_counted(pressure.limit, [*found[at], *found[at + 1]]) for at in range(pressure.keys, len(found), 2)]
    return Endured(took, [one for each in found for one in each], memory, counted)


def _counted(limit: int, sent: Sequence[Sent]) -> Counted:
    """By minutes; the first one may have begun before."""
    let_through = Counter(one.window for one in sent if one.status == 200)  # noqa: PLR2004
    return Counted(limit, dict(let_through), dict(Counter(one.window for one in sent if one.status == 429)))  # noqa: PLR2004


def _key(world: World, name: str, limit: int) -> str:
    said = worlds.run(
        world.url,
        "keys",
        "create",
        f"--org={world.organization_id}",
        f"--name={name}",
        f"--rate-limit={limit}",
        "--json",
    )
    key: str = orjson.loads(said)["key"]
    return key


@contextmanager
def _serving(world: World, redis: str, workers: int, directory: Path) -> Iterator[tuple[str, list[int]]]:
    """The server's URL, and those of its processes that serve."""
    environment = worlds.environment(world.url) | {
        "CREATORAUDIT_REDIS_URL": redis,
        "CREATORAUDIT_SOURCE_TIKTOK": "simulated",
    }
    log = directory / "load.log"
    with log.open("w") as output:
        command = [sys.executable, "-m", "creatoraudit", "serve", "--port=0", f"--workers={workers}"]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)  # noqa: S603
        try:
            client = worlds.connected(process, log, world.key)
            yield client.url, _children(process.pid) or [process.pid]
        finally:
            process.terminate()
            process.wait()


def _children(process: int) -> list[int]:
    children = map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())
    return [child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@contextmanager
def _watched(processes: Sequence[int]) -> Iterator[list[Memory]]:
    """Looks at the memory of processes again and again."""
    memory = [Memory(process, []) for process in processes]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            for one in memory:
                one.samples.append(_resident(one.process))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield memory
    finally:
        over.set()
        watching.join()


def _resident(process: int) -> float:
    """Megabytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1_000 for line in lines if line.startswith("VmRSS:"))
