"""What small requests are made of, as a table for people, as JSON, and as Markdown for the documentation."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.small import BAR, CHECKS, WHOLE, Shares

_BAR = f"{CHECKS}: at most {BAR:g}"


def as_json(measured: Sequence[Shares]) -> list[dict[str, Any]]:
    """Every figure, in seconds of processor time."""
    return [
        {
            "request": one.request,
            "whole": one.whole,
            "parts": dict(one.parts),
            "bar": {"share": one.checks, "most": BAR, "met": one.checks <= BAR},
        }
        for one in measured
    ]


def show(title: str, measured: Sequence[Shares], console: Console) -> None:
    """Prints a table."""
    table = Table(title=title, title_justify="left")
    for place, column in enumerate(_columns(measured)):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    for row in _rows(measured):
        table.add_row(*row)
    console.print(table)


def markdown(title: str, measured: Sequence[Shares]) -> str:
    """A heading and a table."""
    columns = _columns(measured)
    lines = [columns, ["---", *["--:"] * (len(columns) - 1)], *_rows(measured)]
    return f"### {title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _columns(measured: Sequence[Shares]) -> list[str]:
    return ["part", *(column for one in measured for column in (f"{one.request} µs", "share"))]


def _rows(measured: Sequence[Shares]) -> Iterator[list[str]]:
    yield [WHOLE, *(cell for one in measured for cell in (_us(one.whole), ""))]
    names = dict.fromkeys(name for one in measured for name in one.parts if name != CHECKS)
    for name in names:
        yield [name, *(cell for one in measured for cell in _cells(one, name))]
    met = [f"{one.checks:.2f} {'met' if one.checks <= BAR else 'missed'}" for one in measured]
    yield [_BAR, *(cell for one, said in zip(measured, met, strict=True) for cell in (_us(one.parts[CHECKS]), said))]


def _cells(one: Shares, name: str) -> tuple[str, str]:
    seconds = one.parts.get(name)
    return ("–", "–") if seconds is None else (_us(seconds), f"{seconds / one.whole:.2f}")


def _us(seconds: float) -> str:
    return f"{seconds * 1_000_000:.0f}"
