"""What came of traffic, as tables for people, as JSON, and as Markdown for the documentation."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from statistics import quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.endurance import Endured, Memory
from benchmarks.traffic import Sent

_COLUMNS = ("request", "sent", "p50 ms", "p95 ms", "p99 ms", "slowest ms")
_ALL = "all"
_FLAT = 1.05
"""How much more memory a process may have at the end, caches that fill up included."""
_STEADY_SECONDS = 60
"""How long there must have been traffic for that to say anything."""


def verdicts(found: Endured) -> list[tuple[bool, str]]:
    """Whether each promise was kept, with what was found."""
    failures = ", ".join(f"{count:,} × {status}" for status, count in sorted(found.failures.items()))
    windows = sum(len(one.let_through) for one in found.counted)
    full = sum(bool(one.refused.get(window)) for one in found.counted for window in one.let_through)
    exact = (
        f"{len(found.counted)} keys in {windows} minutes, {full} of them used up, {found.refused:,} requests refused"
    )
    judged = [
        (not found.failures, f"no 5xx: {failures or 'none'} among {len(found.sent):,} requests"),
        (all(one.is_exact for one in found.counted), f"rate limits exact to the request: {exact}"),
    ]
    if found.seconds >= _STEADY_SECONDS:
        is_flat = all(one.late <= _FLAT * one.early for one in found.memory)
        judged.append((is_flat, f"memory flat: {_memory(found.memory)}"))
    return judged


def as_json(found: Endured) -> dict[str, Any]:
    """Every figure, in milliseconds and megabytes."""
    return {
        "seconds": found.seconds,
        "requests": [dict(zip(_COLUMNS, row, strict=True)) for row in _rows(found)],
        "memory": [one._asdict() for one in found.memory],
        "counted": [
            {"limit": one.limit, "let_through": [*one.let_through.values()], "refused": [*one.refused.values()]}
            for one in found.counted
        ],
        "verdicts": [{"kept": kept, "what": what} for kept, what in verdicts(found)],
    }


def show(found: Endured, console: Console) -> None:
    """Prints the table and what was promised."""
    table = Table()
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column == _COLUMNS[0] else "right", no_wrap=True)
    for name, *figures in _rows(found):
        table.add_row(name, *map(_figure, figures))
    console.print(table)
    for kept, what in verdicts(found):
        console.print(f"{'kept' if kept else 'BROKEN'}: {what}", highlight=False)


def markdown(found: Endured) -> str:
    """The table, then what was promised."""
    lines = [_COLUMNS, ["---", *["--:"] * (len(_COLUMNS) - 1)]]
    lines += [[name, *map(_figure, figures)] for name, *figures in _rows(found)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    promises = "\n".join(f"- {'Kept' if kept else '**Broken**'}: {what}." for kept, what in verdicts(found))
    return f"{table}\n\n{promises}"


def _rows(found: Endured) -> Iterator[tuple[Any, ...]]:
    answered = [one for one in found.sent if one.status < 429]  # noqa: PLR2004
    by_kind = attrgetter("kind")
    for kind, sent in groupby(sorted(answered, key=by_kind), by_kind):
        yield _row(kind, list(sent))
    yield _row(_ALL, answered)


def _row(name: str, sent: Sequence[Sent]) -> tuple[Any, ...]:
    times = sorted(one.seconds * 1_000 for one in sent)
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    return name, len(times), cuts[49], cuts[94], cuts[98], times[-1]


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _memory(memory: Sequence[Memory]) -> str:
    each = [f"{one.early:.0f} MB, then {one.late:.0f} MB" for one in memory]
    return f"resident in the second and the last third of the time: {'; '.join(each)}"
