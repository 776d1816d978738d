"""What the documentation shows of sources is run: the service, the package with a source, the answer."""

import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.sources import source as contract
from creatoraudit.ingestion.sources.registry import GROUP, open_source, source_names
from creatoraudit.ingestion.sources.source import Failed, Gone, Observed, PostReference, ProfileReference, Wanted
from creatoraudit.settings import Settings
from servers import free_port
from services import local_service

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8")
SERVICE, PACKAGE = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
(ENTRY_POINTS,) = re.findall(r"```toml\n(.+?)```", PAGE, re.DOTALL)
(ANSWER,) = re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)
COOK = ProfileReference(Platform.TIKTOK, "cook")


@pytest.fixture
def scraper(tmp_path: Path) -> Iterator[str]:
    """The URL of the service that is shown, with a page to answer from."""
    pages = tmp_path / "pages" / "tiktok"
    pages.mkdir(parents=True)
    videos = [{"id": "7380000000000000001", "date": "2026-06-13T18:00:00Z", "plays": 44_800}]
    (pages / "cook.json").write_bytes(orjson.dumps({"title": "The Cook", "fans": 51_200, "videos": videos}))
    port = free_port()
    program = SERVICE.replace("8600", str(port))
    process = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def test_the_service_is_as_short_as_it_looks() -> None:
    assert len([line for line in SERVICE.splitlines() if line]) <= 22


async def test_the_service_is_a_source(scraper: str) -> None:
    source = open_source("http", Settings(http_source_url=scraper))
    deadline = time.monotonic() + 20
    while isinstance(seen := await source.fetch_profile(COOK, Wanted()), Failed):
        assert time.monotonic() < deadline, seen
    assert isinstance(seen, Observed)
    assert seen.profile is not None
    assert (seen.profile.name, seen.profile.follower_count) == ("The Cook", 51_200)
    assert [(post.external_id, post.view_count, post.like_count) for post in seen.posts] == [
        ("7380000000000000001", 44_800, None)
    ]
    assert isinstance(await source.fetch_profile(COOK._replace(username="nobody"), Wanted()), Gone)
    assert await source.fetch_post(PostReference(Platform.TIKTOK, "1")) == Failed("this service knows profiles only")
    await source.close()


async def test_the_answer_that_is_shown_is_understood() -> None:
    with local_service() as service:
        service.answers(ANSWER.encode())
        source = open_source("http", Settings(http_source_url=service.url))
        seen = await source.fetch_profile(COOK, Wanted())
        await source.close()
    assert isinstance(seen, Observed)
    assert [(post.view_count, post.like_count) for post in seen.posts] == [(44_800, 3_710), (8_071, None)]


async def test_the_package_that_is_shown_offers_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ((name, value),) = tomllib.loads(ENTRY_POINTS)["project"]["entry-points"][GROUP].items()
    (tmp_path / "lucky_numbers.py").write_text(PACKAGE)
    info = tmp_path / "lucky_numbers-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lucky-numbers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {value}\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    source = open_source(name, Settings())

    seen = await source.fetch_profile(COOK, Wanted())
    assert isinstance(seen, Observed)
    assert seen.profile is not None
    assert seen.profile.follower_count == 28
    assert isinstance(await source.fetch_post(PostReference(Platform.TIKTOK, "1")), Failed)
    await source.close()


def test_every_source_and_every_way_a_look_ends_is_explained() -> None:
    assert [name for name in source_names() if f"| `{name}` |" not in PAGE] == []
    kinds = [kind.__name__.lower() for kind in contract.Result.__args__]
    assert [kind for kind in kinds if f"| {kind} |" not in PAGE] == []


def test_every_setting_that_is_named_exists() -> None:
    named = {name.lower() for name in re.findall(r"CREATORAUDIT_([A-Z_]+)", PAGE)}
    assert named <= set(Settings.model_fields)
    assert {name for name in Settings.model_fields if name.startswith(("http_source", "source_", "ytdlp_"))} <= named
