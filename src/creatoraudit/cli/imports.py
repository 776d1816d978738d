"""`creatoraudit import`: history that is brought along."""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, BinaryIO, NamedTuple

import orjson
import typer
from pydantic_core import PydanticCustomError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from creatoraudit import logs
from creatoraudit.cli.environment import CommandError, load_settings, open_database
from creatoraudit.cli.organizations import Organization, chosen_if_any
from creatoraudit.cli.output import AsJSON, print_one
from creatoraudit.db.engine import Database
from creatoraudit.ingestion.formats.files import STDIN, File, Format, opened
from creatoraudit.ingestion.formats.snapshot import moment
from creatoraudit.ingestion.imports.run import Import, Imported, Rejected, uncollected
from creatoraudit.ingestion.imports.sightings import Track
from creatoraudit.settings import Settings
from creatoraudit.telemetry import telemetry_of, telling
from creatoraudit.telemetry.work import WORK

SOME_REJECTED = 3
"""The exit status when everything has been read and some of it was rejected."""


class Options(NamedTuple):
    """What an import was asked for."""

    organization_id: str | None
    format: Format | None
    track: Track | None
    at: dt.datetime | None


def _time(text: str) -> dt.datetime:
    try:
        return moment(text)
    except PydanticCustomError as error:
        raise typer.BadParameter(f"{error.message()}.") from None


def import_files(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Files, also gzipped; - is standard input.")],
    org: Organization = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="What wrote the files; by default each one's beginning tells.")
    ] = None,
    track: Annotated[
        Track | None,
        typer.Option(help="What to track for profiles and posts that are not: the accounts, or the posts as videos."),
    ] = None,
    at: Annotated[
        dt.datetime | None,
        typer.Option(parser=_time, metavar="TIME", help="When it was seen, for lines that do not say."),
    ] = None,
    rejects: Annotated[
        Path,
        typer.Option(dir_okay=False, metavar="FILE", help="Where rejected lines go, each with the reason."),
    ] = Path("rejected.ndjson"),
    as_json: AsJSON = False,
) -> None:
    """Record what files say was seen, in any order, and any number of times without effect.

    Files are our own snapshots (lines of JSON, arrays or CSV), lines of `yt-dlp -j`, or collections of tiktok-scraper.
    Interrupted, it is completed by starting it again. It exits with 3 when some lines were rejected.

    For example:
      creatoraudit import history.ndjson --org ID
      creatoraudit import trending.json --at 2020-12-22T12:00:00Z --track accounts
      yt-dlp -j URL | creatoraudit import - --track videos
    """
    options = Options(org, format_, track, at)
    counts = asyncio.run(_run(load_settings(), files, options, rejects))
    where = {"rejects": str(rejects)} if counts.rejected else {}
    print_one(asdict(counts) | where, as_json=as_json)
    if counts.rejected:
        raise typer.Exit(SOME_REJECTED)


async def _run(settings: Settings, files: list[str], options: Options, rejects: Path) -> Imported:
    telemetry = telemetry_of(settings)
    if not telemetry.is_off:
        logs.configure(settings.log_level)
    async with open_database(settings, telemetry) as db, telling(telemetry, settings):
        WORK.set("import")
        return await _import(db, files, options, rejects)


async def _import(db: Database, files: list[str], options: Options, rejects: Path) -> Imported:
    actor = await chosen_if_any(db, options.organization_id)
    with _rejecting(rejects) as reject, uncollected():
        run = Import(db, actor, reject, track=options.track, at=options.at)
        for name in files:
            await _read(run, name, options.format)
        await run.finish()
    return run.counts


async def _read(run: Import, name: str, format_: Format | None) -> None:
    try:
        with opened(name, format_) as file, _progress(file) as progress:
            if file.format is Format.TIKTOK_SCRAPER and run.at is None:
                raise CommandError(
                    f"{name} is tiktok-scraper's, which does not say when it looked: say so with --at.", 2
                )
            await run.read(file, progress)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{name} cannot be read: {reason}.") from error


@contextmanager
def _rejecting(path: Path) -> Iterator[Callable[[Rejected], None]]:
    """Writes what is rejected as lines of JSON; there is no file where nothing is."""
    output: BinaryIO | None = None

    def reject(one: Rejected) -> None:
        nonlocal output
        if output is None:
            try:
                output = path.open("wb")
            except OSError as error:
                raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        output.write(orjson.dumps(one._asdict(), option=orjson.OPT_APPEND_NEWLINE))

    try:
        yield reject
    finally:
        if output is not None:
            output.close()


@contextmanager
def _progress(file: File) -> Iterator[Callable[[], None]]:
    """A bar of bytes on standard error, where that is a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        what = "standard input" if file.name == STDIN else Path(file.name).name
        bar = bars.add_task(what, total=file.size)
        yield lambda: bars.update(bar, completed=file.position())
