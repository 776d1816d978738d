"""`scripts/bench`."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from benchmarks import analytics as asked
from benchmarks import cores, drivers, report, worlds
from benchmarks.rounds import Measurement, Pace, Subject, measure
from benchmarks.worlds import Size, World

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Benchmarks: they want minutes, and a quiet machine."
)
notes = Console(stderr=True)
shown = Console() if sys.stdout.isatty() else Console(width=140)

_PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
_SERVER = os.environ.get("CREATORAUDIT_TEST_POSTGRES_URL", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
_COMMAND = "./scripts/bench analytics"


class Dialect(StrEnum):
    """A database."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@app.callback()
def _several() -> None:
    """Keeps `analytics` a command of its own while it is the only one."""


@app.command()
def analytics(
    data: Annotated[Path, typer.Option(help="Where the worlds are kept; they are built once.")] = Path(".bench"),
    accounts: Annotated[int, typer.Option(min=10, help="Accounts of the large world.")] = 10_000,
    videos_per_account: Annotated[int, typer.Option(min=25, help="Videos of each.")] = 100,
    days: Annotated[int, typer.Option(min=90, max=730, help="Days of the accounts' history.")] = 365,
    video_days: Annotated[int, typer.Option(min=1, help="Days of the videos' history.")] = 2,
    seed: Annotated[int, typer.Option(help="Which world.")] = 7,
    database: Annotated[list[Dialect] | None, typer.Option(help="Only this one; by default both.")] = None,
    postgres: Annotated[str, typer.Option(metavar="URL", help="The server for PostgreSQL's worlds.")] = _SERVER,
    rounds: Annotated[int, typer.Option(min=1, help="How often everything is measured, in turns.")] = 7,
    seconds: Annotated[float, typer.Option(min=0, help="How long each is measured in a round.")] = 0.15,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, every round's figures in it.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write the tables into docs/performance.md.")] = False,
) -> None:
    """Measure metrics, rankings, series, search and deep pages over HTTP, beside their bare statements.

    Bars are those that were set before anything was built. U is GET /v2/accounts/{id} in the same round.
    """
    size = Size(accounts, videos_per_account, days, video_days, seed)
    data.mkdir(parents=True, exist_ok=True)
    load, sections, found = os.getloadavg(), [], {}
    for dialect in database or list(Dialect):
        built = [_built(dialect, one, data, postgres) for one in (size, size.tenth)]
        measured, version = _measured(built[0], built[1], data, Pace(rounds, seconds))
        title = f"{version}, {_built_in(built)}"
        found[dialect.value] = {"version": version, "measured": report.as_json(measured)}
        sections.append(report.markdown(title, measured))
        if not as_json:
            report.show(title, measured, shown)
    where = _where(load)
    if as_json:
        typer.echo(orjson.dumps({"where": where, **found}, option=orjson.OPT_INDENT_2).decode())
    if markdown:
        command = " ".join([_COMMAND, *size.options, f"--rounds={rounds}", f"--seconds={seconds}", "--markdown"])
        report.write(_PAGE, "analytics", "\n".join([f"`{command}`", "", where, "", *sections]))


def _built(dialect: Dialect, size: Size, data: Path, server: str) -> World:
    what = f"{size.accounts:,} accounts with {size.videos_per_account:,} videos each"
    notes.print(f"{dialect}: a world of {what}; where it is not there yet, it is made now.")
    url = worlds.sqlite_url(size, data) if dialect is Dialect.SQLITE else worlds.postgres_url(size, server)
    return worlds.build(url, size, data)


def _measured(large: World, small: World, data: Path, pace: Pace) -> tuple[list[Measurement], str]:
    with ExitStack() as stack:
        show = stack.enter_context(_progress())
        places = {}
        for name, world in {asked.ALL: large, asked.TENTH: small}.items():
            driver = drivers.connect(world.url)
            stack.callback(driver.close)
            places[name] = stack.enter_context(worlds.served(world, data / f"{name}.log")), driver
        client, driver = places[asked.ALL]
        questions = [
            *asked.questions(large, client, driver, lambda what: show(0, 1, what)),
            *asked.searches(small, places[asked.TENTH][1], asked.TENTH),
            *asked.searches(large, driver, asked.ALL),
        ]
        subjects = [Subject(question, *places[question.world]) for question in questions]
        return measure(subjects, pace, show), driver.version


def _built_in(built: list[World]) -> str:
    known = [
        f"{world.size.accounts * world.size.videos_per_account:,} videos in {world.seconds:,.0f} s"
        for world in built
        if world.seconds
    ]
    return f"built {' and '.join(known)}" if known else "built before"


def _where(load: tuple[float, ...]) -> str:
    apart = "server and client on a core each" if cores.ARE_APART else "server and client not kept apart"
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {apart}; Python {platform.python_version()}; "
        f"load average before it began {load[0]:.1f}, at the end {os.getloadavg()[0]:.1f}."
    )


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], Any]]:
    """A bar on standard error, where that is a terminal."""
    columns = BarColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as bars:
        bar = bars.add_task("", total=None)
        yield lambda done, total, what: bars.update(bar, completed=done, total=total, description=what)


if __name__ == "__main__":
    app()
