"""Which sources there are: every installed package may offer some, as entry points, and ours do likewise.

An entry point of the group `creatoraudit.sources` names a factory `(settings: Settings) -> Source`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import EntryPoint, entry_points

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.sources.source import Source, SourceUnavailable
from creatoraudit.settings import Settings

GROUP = "creatoraudit.sources"


def source_names() -> list[str]:
    """The names of all sources that are installed."""
    return sorted(entry_points(group=GROUP).names)


def open_source(name: str, settings: Settings) -> Source:
    """The source of that name, ready to be asked; SourceUnavailable saying what there is, or what to install or set."""
    entry = _entry_point(name)
    try:
        source: Source = entry.load()(settings)
    except ModuleNotFoundError as error:
        raise SourceUnavailable(
            f"The source {name!r} needs {error.name}, which is missing. {_remedy(entry)}"
        ) from error
    return source


def source_name(platform: Platform, settings: Settings) -> str | None:
    """Which source the settings name for a platform."""
    name: str | None = getattr(settings, f"source_{platform}")
    return name


@asynccontextmanager
async def opened_sources(settings: Settings) -> AsyncIterator[dict[Platform, Source]]:
    """The sources that the settings name, closed afterwards; SourceUnavailable where one cannot be opened."""
    sources: dict[Platform, Source] = {}
    try:
        for platform in Platform:
            if (name := source_name(platform, settings)) is not None:
                sources[platform] = open_source(name, settings)
        yield sources
    finally:
        for source in sources.values():
            await source.close()


def _entry_point(name: str) -> EntryPoint:
    found = list(entry_points(group=GROUP, name=name))
    if not found:
        raise SourceUnavailable(f"There is no source {name!r}; there are: {', '.join(source_names()) or 'none'}.")
    if len(found) > 1:
        packages = ", ".join(sorted(_package(entry) for entry in found))
        raise SourceUnavailable(f"Several packages offer a source {name!r}: {packages}. Uninstall all but one.")
    return found[0]


def _package(entry: EntryPoint) -> str:
    return entry.value if entry.dist is None else entry.dist.name


def _remedy(entry: EntryPoint) -> str:
    """What to install: the extra of the source's name, where its package has one."""
    extras = [] if entry.dist is None else entry.dist.metadata.get_all("Provides-Extra") or []
    what = f"{_package(entry)}[{entry.name}]" if entry.name in extras else _package(entry)
    return f"Install it: pip install '{what}'"
