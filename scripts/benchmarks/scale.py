"""Which component is busy first: the processor time of server, PostgreSQL and Redis for a thousand of each request."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from benchmarks import load, operations, processes, sizes, worlds
from benchmarks.load import Call
from benchmarks.operations import OPERATIONS
from benchmarks.processes import Meter, Spent
from benchmarks.worlds import World

LOOKS = "looks at accounts, by a worker"
CONNECTIONS_PER_PROCESS = 8

_CREATE = 'mutation { createCreator(input: {name: "Jo"}) { creator { databaseId } userErrors { message } } }'
_REST_SECONDS = 1.0
_WARM_UP_SECONDS = 2

Progress = Callable[[int, int, str], Any]


class Load(NamedTuple):
    """So many of a request by so many server processes, in so many seconds, and what they cost."""

    what: str
    processes: int
    clients: int
    requests: int
    seconds: float
    spent: Spent

    @property
    def per_thousand(self) -> Spent:
        """Seconds of processor time for a thousand requests."""
        return Spent(*(seconds / self.requests * 1_000 for seconds in self.spent))


def measure(
    world: World, counts: Sequence[int], rounds: int, seconds: int, directory: Path, progress: Progress
) -> list[Load]:
    """Each request, asked of each number of processes: all rounds of it together."""
    measured = []
    with processes.own_redis() as redis_url:
        for count in counts:
            log = directory / f"scale-{count}.log"
            with processes.served(world, redis_url, count, log) as (url, server_id):
                meter = Meter(world.url, server_id, redis_url)
                _wait_for_rest(meter)
                for what, call in _calls(url, world).items():
                    progress(len(measured), len(counts) * 5, f"{count} processes: {what}")
                    found = [_load(what, count, call, seconds, meter) for _ in range(rounds)]
                    measured.append(_together(found))
    progress(1, 1, LOOKS)
    measured.append(_together([_looks(world) for _ in range(rounds)]))
    return measured


def _together(loads: Sequence[Load]) -> Load:
    spent = Spent(*(sum(seconds) for seconds in zip(*(one.spent for one in loads), strict=True)))
    requests, seconds = sum(one.requests for one in loads), sum(one.seconds for one in loads)
    return loads[0]._replace(requests=requests, seconds=seconds, spent=spent)


def _calls(url: str, world: World) -> dict[str, Call]:
    key = {"Authorization": f"Bearer {world.key}"}
    first = orjson.loads(load.ask(Call(f"{url}/v2/accounts?limit=1", headers=key)))["data"][0]["id"]
    known = {"account": first, "organization": world.organization_id}
    bodies = {one.name: operations.body(one, known) for one in OPERATIONS if one.name in {"G3", "G4"}}
    return {
        "GET /v2/accounts/{id}": Call(f"{url}/v2/accounts/{first}", headers=key),
        "GET /v2/accounts?limit=200": Call(f"{url}/v2/accounts?limit=200", headers=key),
        "GraphQL: G3, one account": Call(f"{url}/graphql", bodies["G3"], key),
        "GraphQL: G4, four levels": Call(f"{url}/graphql", bodies["G4"], key),
        "GraphQL: create a creator": Call(f"{url}/graphql", {"query": _CREATE}, key),
    }


def _load(what: str, count: int, call: Call, seconds: int, meter: Meter) -> Load:
    clients = CONNECTIONS_PER_PROCESS * count
    size = len(load.ask(call))
    load.run(call, min(seconds, _WARM_UP_SECONDS), size, clients)
    before = meter.read()
    answered = load.run(call, seconds, size, clients)
    return Load(what, count, clients, answered.requests, answered.seconds, meter.read().minus(before))


def _wait_for_rest(meter: Meter) -> None:
    """Returns when all processes have started and have nothing to do."""
    before = meter.read()
    while True:
        time.sleep(_REST_SECONDS)
        now = meter.read()
        if now.server - before.server < _REST_SECONDS / 20:
            return
        before = now


def _looks(world: World) -> Load:
    """One look at everything that is tracked, from a source that costs next to nothing; less what a start costs."""
    sizes.make_due(world.url)
    all_due, nothing_due = _refresh(world), _refresh(world)
    return all_due._replace(spent=all_due.spent.minus(nothing_due.spent))


def _refresh(world: World) -> Load:
    with processes.own_redis() as redis_url:
        environment = worlds.environment(world.url) | {
            "CREATORAUDIT_REDIS_URL": redis_url,
            **{f"CREATORAUDIT_SOURCE_{platform}": "simulated" for platform in ("INSTAGRAM", "TIKTOK")},
        }
        command = [sys.executable, "-m", "creatoraudit", "refresh", "--once", "--json"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)  # noqa: S603
        meter, start = Meter(world.url, process.pid, redis_url), time.monotonic()
        spent = meter.read()
        while process.poll() is None:
            spent = meter.read()
            time.sleep(0.1)
        output = process.stdout.read() if process.stdout else b""
    told = json.loads(output)
    return Load(LOOKS, 1, 1, told["observed"] + told["unchanged"], time.monotonic() - start, spent)


def as_json(measured: Sequence[Load]) -> list[dict[str, Any]]:
    """Every figure."""
    return [
        one._asdict() | {"spent": one.spent._asdict(), "per_thousand": one.per_thousand._asdict()} for one in measured
    ]


def loads_table(measured: Sequence[Load]) -> tuple[list[str], list[list[str]]]:
    """What was measured: a head and rows."""
    head = ["request", "processes", "clients", "requests", "a second", "server", "PostgreSQL", "Redis"]
    rows = [
        [
            one.what,
            f"{one.processes}",
            f"{one.clients}",
            f"{one.requests:,}",
            f"{one.requests / one.seconds:,.0f}",
            *(f"{seconds:.2f}" for seconds in one.per_thousand),
        ]
        for one in sorted(measured, key=lambda one: (one.what == LOOKS, one.what))
    ]
    return head, rows


def ceilings_table(measured: Sequence[Load], database_cores: int) -> tuple[list[str], list[list[str]]]:
    """What each component could answer by itself, and which is busy first when servers are added: a head and rows."""
    head = [
        "request",
        "a second by one server process",
        f"by a PostgreSQL with {database_cores} cores",
        "by one Redis",
        "busy first",
        "with so many server processes",
    ]
    last = {one.what: one for one in measured}  # that of the most processes
    rows = []
    for what, one in last.items():
        server, postgresql, redis = one.per_thousand
        by_server = 1_000 / server
        bounds = {
            "PostgreSQL": 1_000 * database_cores / postgresql if postgresql else None,
            "Redis": 1_000 / redis if redis else None,
        }
        known = {name: bound for name, bound in bounds.items() if bound is not None}
        first = min(known, key=lambda name: known[name]) if known else "–"
        rows.append(
            [
                what,
                f"{by_server:,.0f}",
                *(f"{bound:,.0f}" if bound else "–" for bound in bounds.values()),
                first,
                f"{known[first] / by_server:,.0f}" if known else "–",
            ]
        )
    return head, rows
