"""Sources are found wherever they are installed, and what is missing is said."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.sources.registry import open_source, source_names
from creatoraudit.ingestion.sources.source import Private, ProfileReference, SourceUnavailable, Wanted
from creatoraudit.settings import Settings

OURS = ("http", "instagram_graph", "simulated", "ytdlp")
SHY = """
from creatoraudit.ingestion.sources.source import Private


class Shy:
    async def fetch_profile(self, profile, wanted):
        return Private(f"{profile.username} is shy")

    async def fetch_post(self, post):
        return Private("so is this")

    async def close(self):
        pass


def open_shy(settings):
    return Shy()
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory of installed packages, in front of the others."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def install(site: Path, package: str, sources: dict[str, str], *, extras: tuple[str, ...] = ()) -> None:
    """What an installer leaves behind of a package that offers sources."""
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    provided = "".join(f"Provides-Extra: {extra}\n" for extra in extras)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n{provided}")
    points = "".join(f"{name} = {value}\n" for name, value in sources.items())
    (info / "entry_points.txt").write_text(f"[creatoraudit.sources]\n{points}")


def test_ours_are_there() -> None:
    assert set(OURS) <= set(source_names())


async def test_anyones_source_is_found(site: Path) -> None:
    (site / "shy_source.py").write_text(SHY)
    install(site, "shy", {"shy": "shy_source:open_shy"})

    source = open_source("shy", Settings())

    assert "shy" in source_names()
    assert await source.fetch_profile(ProfileReference(Platform.TIKTOK, "cook"), Wanted()) == Private("cook is shy")
    await source.close()


def test_a_name_that_nobody_offers_is_answered_with_those_that_are_there() -> None:
    with pytest.raises(SourceUnavailable, match=r"There is no source 'simulation'; there are: .*http.*, simulated, "):
        open_source("simulation", Settings())


def test_a_missing_extra_is_named(site: Path) -> None:
    (site / "needy.py").write_text("import a_library_that_is_not_there\n")
    install(site, "needy", {"bare": "needy:open", "full": "needy:open"}, extras=("full",))

    with pytest.raises(SourceUnavailable, match=r"needs a_library_that_is_not_there.*pip install 'needy\[full\]'$"):
        open_source("full", Settings())
    with pytest.raises(SourceUnavailable, match=r"needs a_library_that_is_not_there.*pip install 'needy'$"):
        open_source("bare", Settings())


def test_two_sources_of_one_name_are_told_apart_by_nobody(site: Path) -> None:
    install(site, "one", {"twin": "one:open"})
    install(site, "other", {"twin": "other:open"})

    with pytest.raises(SourceUnavailable, match="Several packages offer a source 'twin': one, other"):
        open_source("twin", Settings())
