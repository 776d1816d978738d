"""How many requests a second servers answer: in turns, after their answers have been found to be the same."""

from collections.abc import Callable, Sequence
from math import ceil
from statistics import median
from typing import Any, NamedTuple

import orjson

from benchmarks import cores, load
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


class Round(NamedTuple):
    """Requests a second, and for how many milliseconds each kept the server's process busy."""

    rate: float
    busy: float


class Rate(NamedTuple):
    """What a server made of an operation: the size of its answer, and what was measured round by round."""

    server: Server
    size: int
    rounds: list[Round]
    verdicts: list[Verdict]
    ratio: float | None
    """The first server's rate by this one's, the median over the rounds; None for the first."""


class Subject(NamedTuple):
    """A server to be asked for an operation, and the size of its answer."""

    operation: Operation
    server: Server
    call: Call
    size: int


def compare(servers: Sequence[Server], operations: Sequence[Operation], progress: Progress) -> list[Subject]:
    """Asks every server for every operation; RuntimeError where one does not answer what the first does."""
    return [subject for operation in operations for subject in _same(operation, servers, progress)]


def _same(operation: Operation, servers: Sequence[Server], progress: Progress) -> list[Subject]:
    subjects: list[Subject] = []
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
        subjects.append(Subject(operation, server, server.calls[operation], len(content)))
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


def measure(subjects: Sequence[Subject], pace: Pace, progress: Progress) -> dict[Operation, list[Rate]]:
    """The rates of all servers at each operation, in the servers' order."""
    total = (pace.rounds + 1) * len(subjects)
    seconds: list[int] = []
    for place, subject in enumerate(subjects):
        progress(place, total, f"warming up: {subject.operation.name}, {subject.server.name}")
        warm = load.run(subject.call, pace.warm_up, subject.size).rate
        seconds.append(max(pace.seconds, ceil(_FEWEST / max(warm, 1))))
    rounds: list[list[Round]] = [[] for _ in subjects]
    for number in range(1, pace.rounds + 1):
        for place, subject in enumerate(subjects):
            what = f"round {number} of {pace.rounds}: {subject.operation.name}, {subject.server.name}"
            progress(number * len(subjects) + place, total, what)
            rounds[place].append(_round(subject, seconds[place]))
    measured: dict[Operation, list[tuple[Subject, list[Round]]]] = {}
    for subject, figures in zip(subjects, rounds, strict=True):
        measured.setdefault(subject.operation, []).append((subject, figures))
    return {operation: rated(operation, found) for operation, found in measured.items()}


def _round(subject: Subject, seconds: int) -> Round:
    before = cores.seconds(subject.server.process_id)
    answered = load.run(subject.call, seconds, subject.size)
    busy = cores.seconds(subject.server.process_id) - before
    return Round(answered.rate, busy * 1_000 / max(answered.requests, 1))


def rated(operation: Operation, measured: Sequence[tuple[Subject, list[Round]]]) -> list[Rate]:
    """What was measured of an operation, with its bars: the first is held to them, by the others."""
    (first, ours), *others = measured
    peers = [(subject.server.name, _middle(rounds)) for subject, rounds in others if not subject.server.is_bound]
    fastest = max(peers, key=lambda peer: peer[1], default=("", 0))[0]
    found = [Rate(first.server, first.size, ours, [], None)]
    for subject, rounds in others:
        name = subject.server.name
        ratio = median(one.rate / other.rate for one, other in zip(ours, rounds, strict=True))
        bars = [bar for bar in operation.bars if name == (fastest if bar.than == FASTEST else bar.than)]
        verdicts = [Verdict(bar, ratio / bar.times) for bar in bars]
        found.append(Rate(subject.server, subject.size, rounds, verdicts, ratio))
    return found


def _middle(rounds: Sequence[Round]) -> float:
    return median(one.rate for one in rounds)
