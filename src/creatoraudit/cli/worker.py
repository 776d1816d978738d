"""`creatoraudit worker`, and what it shares with the server: which platform is refreshed by what."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer

from creatoraudit import logs
from creatoraudit.cli.environment import CommandError, load_settings, open_database, variable
from creatoraudit.domain.validation import Platform
from creatoraudit.events import Events
from creatoraudit.http.readings import read_events
from creatoraudit.ingestion.sources.registry import opened_sources, source_name
from creatoraudit.ingestion.sources.source import Source, SourceUnavailable
from creatoraudit.ingestion.worker import Worker
from creatoraudit.settings import Settings
from creatoraudit.telemetry import telemetry_of, telling


def worker() -> None:
    """Refresh whatever is due, at each platform that has a source, until told to stop.

    'creatoraudit serve' does this too, unless told not to. Any number may work at the same time, on any machines.

    For example:
      CREATORAUDIT_SOURCE_TIKTOK=ytdlp creatoraudit worker
    """
    settings = load_settings()
    require_a_source(settings)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    telemetry = telemetry_of(settings)
    async with (
        open_database(settings, telemetry) as db,
        sources_of(settings) as sources,
        events_of(settings) as events,
    ):
        logs.configure(settings.log_level)
        worker = Worker(db, sources, settings, events, telemetry=telemetry)
        if telemetry.figures is not None:
            read_events(telemetry.figures, events)
        for end in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(end, worker.stop)
        typer.echo(refreshing(settings), err=True)
        async with telling(telemetry, settings):
            await worker.run()


def refreshing(settings: Settings) -> str:
    """Which platform is refreshed by what, and what to set where one is not."""
    names = {platform: source_name(platform, settings) for platform in Platform}
    said = [f"{platform.label} is refreshed by {name}." for platform, name in names.items() if name]
    said += [
        f"{platform.label} is not refreshed: {variable(f'source_{platform}')} names no source."
        for platform, name in names.items()
        if not name
    ]
    return " ".join(said)


def refusing(settings: Settings) -> str:
    """On which platforms nobody may ask for a refresh, and what to set where somebody else refreshes them."""
    return " ".join(
        f"It refuses to have {platform.label} refreshed: {variable(f'source_{platform}')} names no source."
        for platform in Platform
        if platform not in settings.sourced
    )


def require_a_source(settings: Settings) -> None:
    """CommandError where no platform has a source: there would be nothing to do."""
    if not any(source_name(platform, settings) for platform in Platform):
        needed = " or ".join(variable(f"source_{platform}") for platform in Platform)
        raise CommandError(f"No platform has a source, so that nothing can be refreshed: set {needed}.", 2)


@asynccontextmanager
async def sources_of(settings: Settings) -> AsyncIterator[dict[Platform, Source]]:
    """The sources that the settings name; CommandError where one cannot be opened."""
    try:
        async with opened_sources(settings) as sources:
            yield sources
    except SourceUnavailable as error:
        raise CommandError(str(error), 2) from error


@asynccontextmanager
async def events_of(settings: Settings) -> AsyncIterator[Events]:
    """What tells subscribers, wherever they are."""
    events = Events(settings.redis_url.get_secret_value() if settings.redis_url else None)
    try:
        yield events
    finally:
        await events.close()
