"""How many requests a second servers answer: in turns, after their answers have been found to be the same."""

from collections.abc import Callable, Sequence
from math import ceil
from statistics import median
from typing import Any, NamedTuple

import orjson

from benchmarks import load
from benchmarks.load import Call
from benchmarks.operations import FASTEST, Bar, Operation
from benchmarks.servers import Server

_FEWEST = 60
"""Requests that a figure is made of at least."""
_APART = 0.1
"""By how much the sizes of equal answers may differ: spaces, cursors, escapes."""

Progress = Callable[[int, int, str], Any]


class Pace(NamedTuple):
    """How often everything is measured in turns, for how many seconds each time, and for how many before."""

    rounds: int
    seconds: int
    warm_up: int


class Verdict(NamedTuple):
    """A bar, and what was reached by it: below 1 it was missed. Medians over the rounds."""

    bar: Bar
    share: float


class Rate(NamedTuple):
    """What a server made of an operation: the size of its answer, and requests a second, round by round."""

    server: Server
    size: int
    rounds: list[float]
    verdicts: list[Verdict]
    ratio: float | None
    """The first server's rate by this one's, the median over the rounds; None for the first."""


class _Subject(NamedTuple):
    operation: Operation
    server: Server
    call: Call
    size: int


def compare(servers: Sequence[Server], operations: Sequence[Operation], progress: Progress) -> dict[Operation, Any]:
    """Asks every server for every operation; RuntimeError where one does not answer what the first does."""
    return {operation: _same(operation, servers, progress) for operation in operations}


def _same(operation: Operation, servers: Sequence[Server], progress: Progress) -> list[_Subject]:
    subjects: list[_Subject] = []
    expected: Any = None
    for server in servers:
        if operation not in server.calls:
            continue
        progress(0, 1, f"comparing {operation.name}: {server.name}")
        content = load.ask(server.calls[operation])
        answer = orjson.loads(content)
        told = server.told(answer["data"]) if "errors" not in answer else None
        if not told:
            raise RuntimeError(f"{operation.name}: {server.name} answers {content[:500].decode()}")
        expected = expected or told
        difference = _difference(expected, told, "data")
        if difference:
            raise RuntimeError(f"{operation.name}: {servers[0].name} and {server.name} differ: {difference}")
        subjects.append(_Subject(operation, server, server.calls[operation], len(content)))
        if abs(len(content) / subjects[0].size - 1) > _APART:
            sizes = f"{subjects[0].size:,} and {len(content):,} bytes"
            raise RuntimeError(f"{operation.name}: {servers[0].name} and {server.name} answer {sizes}")
    return subjects


def _difference(one: Any, other: Any, path: str) -> str | None:
    """Where two answers differ first, and by what."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = [(one[name], other[name], f"{path}.{name}") for name in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(*both, f"{path}[{place}]") for place, both in enumerate(zip(one, other, strict=True))]
    else:
        return None if one == other and type(one) is type(other) else f"{path} is {one!r:.200} and {other!r:.200}"
    return next((found for pair in pairs if (found := _difference(*pair))), None)


def measure(compared: dict[Operation, list[_Subject]], pace: Pace, progress: Progress) -> dict[Operation, list[Rate]]:
    """The rates of all servers at each operation, in the servers' order."""
    subjects = [subject for found in compared.values() for subject in found]
    done, total = 0, (pace.rounds + 1) * len(subjects)
    seconds, rounds = [], [[] for _ in subjects]
    for number in range(pace.rounds + 1):
        for place, (operation, server, call, size) in enumerate(subjects):
            what = f"round {number} of {pace.rounds}" if number else "warming up"
            progress(done, total, f"{what}: {operation.name}, {server.name}")
            if number:
                rounds[place].append(load.rate(call, seconds[place], size))
            else:
                warm = load.rate(call, pace.warm_up, size)
                seconds.append(max(pace.seconds, ceil(_FEWEST / max(warm, 1))))
            done += 1
    measured: dict[Operation, list[tuple[_Subject, list[float]]]] = {}
    for subject, rates in zip(subjects, rounds, strict=True):
        measured.setdefault(subject.operation, []).append((subject, rates))
    return {operation: _rated(operation, found) for operation, found in measured.items()}


def _rated(operation: Operation, measured: list[tuple[_Subject, list[float]]]) -> list[Rate]:
    (_, ours), *others = measured
    peers = [(subject.server.name, median(rates)) for subject, rates in others if not subject.server.is_bound]
    fastest = max(peers, key=lambda peer: peer[1], default=(None, 0))[0]
    found = []
    for subject, rates in measured:
        name = subject.server.name
        ratio = median(one / other for one, other in zip(ours, rates, strict=True))
        bars = [bar for bar in operation.bars if name == (fastest if bar.than == FASTEST else bar.than)]
        verdicts = [Verdict(bar, ratio / bar.times) for bar in bars]
        found.append(Rate(subject.server, subject.size, rates, verdicts, None if rates is ours else ratio))
    return found
