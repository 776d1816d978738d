"""What servers made of each operation, as a table for people, as JSON, and as Markdown for the documentation."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.operations import Operation
from benchmarks.throughput import Rate

_COLUMNS = ("server", "requests/s", "spread", "CPU ms", "bytes", "creatoraudit by it", "bar", "of the bar")
_TEXT = {"server", "bar"}

Measured = Mapping[Operation, Sequence[Rate]]


def as_json(measured: Measured) -> list[dict[str, Any]]:
    """Every figure, in requests a second."""
    return [
        {
            "operation": operation.name,
            "title": operation.title,
            "servers": [
                {
                    "server": rate.server.name,
                    "bytes": rate.size,
                    "rounds": [one._asdict() for one in rate.rounds],
                    "ratio": rate.ratio,
                    "bars": [
                        {"bar": str(verdict.bar), "share": verdict.share, "met": verdict.share >= 1}
                        for verdict in rate.verdicts
                    ],
                }
                for rate in rates
            ],
        }
        for operation, rates in measured.items()
    ]


def show(measured: Measured, console: Console) -> None:
    """Prints a table for each operation."""
    for operation, rates in measured.items():
        table = Table(title=f"{operation.name}: {operation.title}", title_justify="left")
        for column in _COLUMNS:
            table.add_column(column, justify="left" if column in _TEXT else "right", no_wrap=True)
        for row in _rows(rates):
            table.add_row(*row)
        console.print(table)


def markdown(measured: Measured) -> str:
    """A heading and a table for each operation."""
    ruler = ["---" if column in _TEXT else "--:" for column in _COLUMNS]
    parts = []
    for operation, rates in measured.items():
        lines = [list(_COLUMNS), ruler, *_rows(rates)]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        parts.append(f"### {operation.name}: {operation.title}\n\n{table}\n")
    return "\n".join(parts)


def number(rate: float) -> str:
    """Requests a second, to three digits or whole."""
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.3g}"  # noqa: PLR2004


def _rows(rates: Sequence[Rate]) -> Iterator[list[str]]:
    for rate in rates:
        rounds, busy = zip(*rate.rounds, strict=True)
        own = [
            rate.server.name,
            number(median(rounds)),
            f"{number(min(rounds))}–{number(max(rounds))}",
            f"{median(busy):.2f}",
            f"{rate.size:,}",
            "" if rate.ratio is None else f"{rate.ratio:.2f} ×",
        ]
        verdicts = [
            [str(verdict.bar), f"{verdict.share:.2f} {'met' if verdict.share >= 1 else 'missed'}"]
            for verdict in rate.verdicts
        ] or [["", ""]]
        yield own + verdicts[0]
        for verdict in verdicts[1:]:
            yield [""] * len(own) + verdict
