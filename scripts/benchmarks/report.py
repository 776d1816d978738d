"""What was measured, as a table for people, as JSON, and as Markdown for the documentation."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.rounds import Measurement, Verdict

_COLUMNS = ("request", "ms", "spread", "bytes", "raw ms", "U ms", "bar", "bar ms", "of the bar")


def as_json(measured: Sequence[Measurement]) -> list[dict[str, Any]]:
    """Every figure, in seconds."""
    return [
        {
            "question": one.question.name,
            "bytes": one.size,
            "rounds": [figures._asdict() for figures in one.rounds],
            "bars": [
                {"bar": str(verdict.bar), "bound": verdict.bound, "share": verdict.share, "met": verdict.share <= 1}
                for verdict in one.verdicts
            ],
        }
        for one in measured
    ]


def show(title: str, measured: Sequence[Measurement], console: Console) -> None:
    """Prints a table."""
    table = Table(title=title, title_justify="left")
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column in {"request", "bar"} else "right", no_wrap=True)
    for row in _rows(measured):
        table.add_row(*row)
    console.print(table)


def write(path: Path, name: str, text: str) -> None:
    """Puts a text between the markers of its name in a Markdown file."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = path.read_text("utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise RuntimeError(f"{path} has no markers {begin} and {end}.")
    path.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", "utf-8")


def markdown(title: str, measured: Sequence[Measurement]) -> str:
    """A heading and a table."""
    lines = [list(_COLUMNS), ["---" if column in {"request", "bar"} else "--:" for column in _COLUMNS]]
    rows = "\n".join(f"| {' | '.join(line)} |" for line in [*lines, *_rows(measured)])
    return f"### {title}\n\n{rows}\n"


def _rows(measured: Sequence[Measurement]) -> list[list[str]]:
    rows = []
    for one in measured:
        requests, raws, units = zip(*one.rounds, strict=True)
        own = [
            one.question.name,
            _ms(median(requests)),
            f"{_ms(min(requests))}–{_ms(max(requests))}",
            f"{one.size:,}",
            _ms(median(raws)),
            _ms(median(units)),
        ]
        verdicts = [_verdict(verdict) for verdict in one.verdicts] or [["–", "", ""]]
        rows.append(own + verdicts[0])
        rows += [[""] * len(own) + verdict for verdict in verdicts[1:]]
    return rows


def _verdict(verdict: Verdict) -> list[str]:
    said = "met" if verdict.share <= 1 else "missed"
    return [f"≤ {verdict.bar}", _ms(verdict.bound), f"{verdict.share:.2f} {said}"]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f}" if seconds < 1 else f"{seconds * 1000:,.0f}"
