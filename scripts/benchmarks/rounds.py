"""Measuring: every request beside its statements and beside U, in turns, so that noise meets all of them."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from benchmarks import cores
from benchmarks.client import Client
from benchmarks.drivers import Driver
from benchmarks.questions import UNIT, Bar, Question

_FEWEST, _MOST = 3, 200

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Subject:
    """A question, where it is asked, and where it is answered by hand."""

    question: Question
    client: Client
    driver: Driver


class Pace(NamedTuple):
    """How often everything is measured in turns, and for how long each time."""

    rounds: int
    seconds: float


class Round(NamedTuple):
    """The medians of one round's calls, in seconds: the request, its statements, and U just before."""

    request: float
    raw: float
    unit: float


class Verdict(NamedTuple):
    """A bar, what it came to, and the request by it: above 1 it was missed. Medians over the rounds."""

    bar: Bar
    bound: float
    share: float


class Measurement(NamedTuple):
    """What was measured of a question."""

    question: Question
    size: int
    rounds: list[Round]
    verdicts: list[Verdict]


def measure(subjects: Sequence[Subject], pace: Pace, progress: Progress) -> list[Measurement]:
    """All of them, after a warm-up in which each answer is compared with that of its statements."""
    total = (pace.rounds + 1) * len(subjects)
    asked = []
    for done, subject in enumerate(subjects):
        progress(done, total, f"warming up: {subject.question.name}")
        asked.append(_Asked(subject, pace.seconds))
    (unit,) = (one for one in asked if one.question.name == UNIT)
    figures: list[dict[str, Round]] = []
    for number in range(pace.rounds):
        measured: dict[str, Round] = {}
        for place, one in enumerate(asked):
            progress(
                len(asked) * (number + 1) + place, total, f"round {number + 1} of {pace.rounds}: {one.question.name}"
            )
            measured[one.question.name] = Round(unit=unit.request(), request=one.request(), raw=one.raw())
        figures.append(measured)
    return [
        Measurement(
            one.question,
            one.size,
            [measured[one.question.name] for measured in figures],
            [_verdict(one.question.name, bar, figures) for bar in one.question.bars],
        )
        for one in asked
    ]


def _verdict(name: str, bar: Bar, figures: Sequence[Mapping[str, Round]]) -> Verdict:
    bounds, shares = [], []
    for measured in figures:
        own = measured[name]
        bound = bar.bound(own.raw, own.unit, {other: figure.request for other, figure in measured.items()})
        bounds.append(bound)
        shares.append(own.request / bound)
    return Verdict(bar, median(bounds), median(shares))


class _Asked:
    """A question that has been asked once, whose answer was right, and which knows how many calls make a chunk."""

    def __init__(self, subject: Subject, seconds: float) -> None:
        self.question, self._client, self._driver = subject.question, subject.client, subject.driver
        self._encoded = self._client.encoded(self.question.request)
        body = self._client.ask(self.question.request)
        self.size = len(self._client.send(self._encoded).body)
        told = self.question.told(body)
        found = self.question.found([self._driver.rows(query) for query in self.question.statements])
        if not told or told != found:
            raise RuntimeError(f"{self.question.name}: the server says {told}, the statements say {found}")
        self._requests = _calls(lambda: self._request_seconds(_FEWEST), seconds)
        self._statements = _calls(lambda: self._raw_seconds(_FEWEST), seconds)

    def request(self) -> float:
        """The median of a chunk of requests."""
        self._client.connect()
        return median(self._request_seconds(self._requests))

    def raw(self) -> float:
        """The median of a chunk of its statements."""
        return median(self._raw_seconds(self._statements))

    def _raw_seconds(self, times: int) -> list[float]:
        cores.serves()
        return self._driver.seconds(self.question.statements, times)

    def _request_seconds(self, times: int) -> list[float]:
        cores.asks()
        measured = []
        for _ in range(times):
            start = time.perf_counter()
            answer = self._client.send(self._encoded)
            measured.append(time.perf_counter() - start)
            if answer.status != 200 or len(answer.body) != self.size:  # noqa: PLR2004
                raise RuntimeError(f"{self.question.name}: {answer.status}, {len(answer.body)} bytes")
        return measured


def _calls(run: Callable[[], list[float]], seconds: float) -> int:
    """How many calls take about so long, by the fastest of those that warm up for as long."""
    deadline = time.monotonic() + seconds
    fastest = min(run())
    while time.monotonic() < deadline:
        fastest = min(fastest, *run())
    return min(max(int(seconds / fastest), _FEWEST), _MOST)
