"""What telling of itself costs a server: processor time a request, with each kind of it and without, in turns."""

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from benchmarks import cores, operations, worlds
from benchmarks.operations import Operation
from benchmarks.worlds import World

BAR = 1.05
"""What telling may make of a request's time at most, by what it takes without: figures, and one trace in a hundred."""

_TRACES = {"CREATORAUDIT_TRACES": "true", "OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}
_FIGURES = {"CREATORAUDIT_METRICS_PORT": "19464"}
WAYS: Mapping[str, Mapping[str, str]] = {
    "off": {},
    "off again": {},
    "figures": _FIGURES,
    "figures, 1 % of traces": {**_FIGURES, **_TRACES, "OTEL_TRACES_SAMPLER_ARG": "0.01"},
    "figures, all traces": {**_FIGURES, **_TRACES, "OTEL_TRACES_SAMPLER_ARG": "1.0"},
}
"""By what is set for a server. The second one without anything shows how much is noise."""
_HELD = "figures, 1 % of traces"
_COLUMNS = ("operation", "told", "CPU ms, best round", "median", "worst", "best by off's best", "bar")
_TEXT = {"operation", "told", "bar"}

Progress = Callable[[int, int, str], Any]


class Pace(NamedTuple):
    """How often everything is measured in turns, and by how many requests each time."""

    rounds: int
    requests: int


class Cost(NamedTuple):
    """What a way costs an operation: milliseconds of processor time a request, round by round."""

    operation: Operation
    way: str
    rounds: list[float]


class _Server(NamedTuple):
    process_id: int
    connection: http.client.HTTPConnection
    headers: Mapping[str, str]

    def ask(self, body: str, times: int) -> float:
        """Asks so many times; how long that kept the server's process busy."""
        self.connection.close()  # it is opened anew: the server ends those that idle
        before = cores.seconds(self.process_id)
        for _ in range(times):
            self.connection.request("POST", "/graphql", body, dict(self.headers))
            answer = self.connection.getresponse()
            content = answer.read()
            if answer.status != 200 or b'"errors"' in content[:100]:  # noqa: PLR2004
                raise RuntimeError(f"{answer.status}: {content[:500].decode()}")
        return cores.seconds(self.process_id) - before


def measure(world: World, asked: Sequence[Operation], directory: Path, pace: Pace, progress: Progress) -> list[Cost]:
    """All ways at each operation, each round in another order."""
    total = (pace.rounds + 1) * len(asked)
    with ExitStack() as stack:
        collector = stack.enter_context(_collector())
        cores.asks()
        servers = {name: stack.enter_context(_started(world, directory, name, collector)) for name in WAYS}
        known = {"account": _account(servers["off"])}
        found: dict[tuple[str, str], list[float]] = {}
        for number in range(pace.rounds + 1):  # the first is the warm-up
            for place, operation in enumerate(asked):
                progress(number * len(asked) + place, total, f"round {number} of {pace.rounds}: {operation.name}")
                body = json.dumps(operations.body(operation, known))
                order = list(WAYS)[number % len(WAYS) :] + list(WAYS)[: number % len(WAYS)]
                for way in order:
                    busy = servers[way].ask(body, pace.requests) * 1_000 / pace.requests
                    if number:
                        found.setdefault((operation.name, way), []).append(busy)
    return [Cost(operation, way, found[operation.name, way]) for operation in asked for way in WAYS]


def shares(costs: Sequence[Cost]) -> dict[tuple[str, str], float]:
    """Each way's cost by that of the first, in the best round of each: others' work only ever adds to it."""
    first = {one.operation: min(one.rounds) for one in costs if one.way == next(iter(WAYS))}
    return {(one.operation.name, one.way): min(one.rounds) / max(first[one.operation], 1e-9) for one in costs}


def as_json(costs: Sequence[Cost]) -> list[dict[str, Any]]:
    """Every figure, in milliseconds."""
    share = shares(costs)
    return [
        {
            "operation": one.operation.name,
            "told": one.way,
            "rounds": one.rounds,
            "of_off": share[one.operation.name, one.way],
        }
        for one in costs
    ]


def show(costs: Sequence[Cost], console: Console) -> None:
    """Prints a table."""
    table = Table()
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column in _TEXT else "right", no_wrap=True)
    for row in _rows(costs):
        table.add_row(*row)
    console.print(table)


def markdown(costs: Sequence[Cost]) -> str:
    """A table."""
    ruler = ["---" if column in _TEXT else "--:" for column in _COLUMNS]
    return "\n".join(f"| {' | '.join(line)} |" for line in [list(_COLUMNS), ruler, *_rows(costs)])


def _rows(costs: Sequence[Cost]) -> Iterator[list[str]]:
    share = shares(costs)
    for one in costs:
        of_off = share[one.operation.name, one.way]
        is_held = one.operation.name == "G1" and one.way == _HELD
        bar = f"≤ {BAR:g} × off: {'met' if of_off <= BAR else 'missed'}" if is_held else ""
        best, middle, worst = (f"{of(one.rounds):.2f}" for of in (min, median, max))
        yield [one.operation.name, one.way, best, middle, worst, f"{of_off:.3f} ×", bar]


@contextmanager
def _started(world: World, directory: Path, name: str, collector: str) -> Iterator[_Server]:
    log = directory / f"telling {name}.log"
    settings = {**worlds.environment(world.url), **WAYS[name], "OTEL_EXPORTER_OTLP_ENDPOINT": collector}
    command = [sys.executable, "-m", "creatoraudit", "serve", "--port=0", "--no-worker"]
    with log.open("w+") as output:
        process = subprocess.Popen(command, env=settings, stdout=output, stderr=output)  # noqa: S603
        try:
            cores.serves(process.pid)
            with worlds.connected(process, log, world.key) as client:
                place = urlsplit(client.url)
            headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "application/json"}
            connection = http.client.HTTPConnection(f"{place.hostname}:{place.port}", timeout=120)
            yield _Server(process.pid, connection, headers)
        finally:
            process.terminate()
            process.wait()


def _account(server: _Server) -> str:
    """The id of one of the world's accounts."""
    server.connection.request("GET", "/v2/accounts?limit=1", headers=dict(server.headers))
    found: str = json.loads(server.connection.getresponse().read())["data"][0]["id"]
    return found


@contextmanager
def _collector() -> Iterator[str]:
    """Where spans go: somebody who takes them and forgets them."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
