"""How results are printed: JSON for programs, tables for a terminal, tab-separated lines for everything else."""

import datetime as dt
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

AsJSON = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def print_json(value: Any) -> None:
    """One JSON value on standard output."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode())


def print_one(record: Mapping[str, Any], *, as_json: bool) -> None:
    """One thing: a JSON object, or a line for each of its fields."""
    if as_json:
        print_json(record)
        return
    width = max(map(len, record))
    for name, value in record.items():
        typer.echo(f"{name:<{width}}  {_text(value)}")


def print_many(records: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """A list: a JSON array, or a table of the named columns."""
    if as_json:
        print_json(records)
    elif sys.stdout.isatty():
        table = Table(box=None, header_style="bold")
        for name in columns:
            table.add_column(name, no_wrap=name == "id")
        for record in records:
            table.add_row(*(_text(record[name]) for name in columns))
        Console(markup=False, emoji=False).print(table)
    else:
        for line in [columns, *([_text(record[name]) for name in columns] for record in records)]:
            typer.echo("\t".join(line))


@contextmanager
def progress(what: str) -> Iterator[Callable[..., None]]:
    """A bar on standard error, where that is a terminal; told how much of how much is done, and perhaps of what."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task(what, total=None)

        def told(done: int, total: int, doing: str = what) -> None:
            bars.update(bar, completed=done, total=total, description=doing)

        yield told


def masked(url: str) -> str:
    """A URL as it may be shown: without its password and without the values of its query."""
    plain = re.sub(r"([?&]\w+=)[^&]*", r"\1***", url)
    return re.sub(r"(://[^:/@]*:).*@", r"\1***@", plain)


def _text(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case dt.datetime():
            return value.isoformat().replace("+00:00", "Z")
        case list() | tuple():
            return ",".join(map(_text, value))
        case _:
            return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in str(value))
