"""Every look is a process: it ends with the look, however that ends, and knows and leaves nothing else."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.sources.registry import open_source
from creatoraudit.ingestion.sources.source import (
    Failed,
    Observed,
    PostReference,
    ProfileReference,
    SourceUnavailable,
    Wanted,
)
from creatoraudit.ingestion.sources.ytdlp import YtDlp, open_ytdlp
from creatoraudit.settings import Settings
from recorded_platforms import (
    Recorded,
    instagram_media,
    tiktok_feed,
    tiktok_items,
    tiktok_page,
    tiktok_post_page,
    tiktok_user_page,
)

ITEMS = tiktok_items()
POST = PostReference(Platform.TIKTOK, ITEMS[0]["id"])
REEL = PostReference(Platform.INSTAGRAM, instagram_media("reel")["pk"], "Chunk8-jurw")
COOKIES = "# Netscape HTTP Cookie File\n.instagram.com\tTRUE\t/\tTRUE\t4102444800\tsessionid\t25025320%3Aabc\n"
LOOKS_FOR_EVER = """
import asyncio
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.sources.source import PostReference
from creatoraudit.ingestion.sources.ytdlp import open_ytdlp
from creatoraudit.settings import Settings

asyncio.run(open_ytdlp(Settings()).fetch_post(PostReference(Platform.TIKTOK, "6907228749016714497")))
"""


async def until(there: Callable[[], bool]) -> None:
    """Waits for something that another process does."""
    deadline = time.monotonic() + 30
    while not there():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def runs(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


async def looking(platforms: Recorded, source: YtDlp) -> tuple[asyncio.Task[object], int]:
    """A look that waits for an answer which never comes, and the process that waits."""
    platforms.answer("/video/", None)
    task: asyncio.Task[object] = asyncio.create_task(source.fetch_post(POST))
    await until(lambda: bool(platforms.asked))
    (process,) = platforms.processes
    assert runs(process)
    return task, process


async def test_a_look_that_is_cancelled_leaves_no_process(platforms: Recorded) -> None:
    task, process = await looking(platforms, open_ytdlp(Settings()))

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not runs(process)


async def test_closing_ends_what_still_runs(platforms: Recorded) -> None:
    source = open_ytdlp(Settings())
    task, process = await looking(platforms, source)

    await source.close()

    assert not runs(process)
    assert await task == Failed("yt-dlp ended without an answer: -9")


async def test_a_process_that_dies_is_a_failed_look(platforms: Recorded) -> None:
    task, process = await looking(platforms, open_ytdlp(Settings()))

    os.kill(process, signal.SIGSEGV)

    assert await task == Failed("yt-dlp ended without an answer: -11")


async def test_a_look_that_takes_too_long_is_ended(platforms: Recorded) -> None:
    platforms.answer("/video/", None)

    result = await open_ytdlp(Settings(ytdlp_timeout=0.5)).fetch_post(POST)

    assert result == Failed("yt-dlp took more than 0.5 seconds")
    assert not any(runs(process) for process in platforms.processes)


async def test_a_look_ends_before_any_look_has_to(platforms: Recorded) -> None:
    platforms.answer("/video/", None)

    result = await open_ytdlp(Settings(refresh_timeout=0.5)).fetch_post(POST)

    assert result == Failed("yt-dlp took more than 0.45 seconds")


async def test_a_look_that_has_to_try_the_profiles_id_has_no_more_time(platforms: Recorded) -> None:
    """The page that does not know the name takes a while, and what the id finds never comes."""
    author = ITEMS[0]["author"]
    platforms.answer(r"/@\w+$", tiktok_page({"webapp.user-detail": {"statusCode": 10_202}}), seconds=3)
    platforms.answer("/embed/@", status=400)
    platforms.answer("/item_list/", None)
    profile = ProfileReference(Platform.TIKTOK, author["uniqueId"], author["secUid"])
    began = time.monotonic()

    result = await open_ytdlp(Settings(ytdlp_timeout=12)).fetch_profile(profile, Wanted())

    assert isinstance(result, Failed)
    assert time.monotonic() - began < 12 + 2
    assert len(platforms.processes) == 2
    assert not any(runs(process) for process in platforms.processes)


async def test_what_was_seen_of_a_feed_before_its_end_never_came_counts(platforms: Recorded) -> None:
    author = ITEMS[0]["author"]
    platforms.answer(r"/@\w+$", tiktok_user_page(author, videos=8))
    platforms.answer(f"/item_list/.*&cursor={ITEMS[3]['createTime']}000", None)
    platforms.answer("/item_list/", tiktok_feed(ITEMS[:4], more=True))
    source = open_ytdlp(Settings())
    task = asyncio.create_task(source.fetch_profile(ProfileReference(Platform.TIKTOK, author["uniqueId"]), Wanted()))
    await until(lambda: len(platforms.asked) == 3)

    await source.close()
    result = await task

    assert isinstance(result, Observed)
    assert [post.external_id for post in result.posts] == [item["id"] for item in ITEMS[:4]]


async def test_a_process_does_not_outlive_who_started_it(platforms: Recorded) -> None:
    platforms.answer("/video/", None)
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", LOOKS_FOR_EVER)
    await until(lambda: bool(platforms.asked))
    (process,) = platforms.processes
    assert runs(process)

    parent.kill()
    await parent.wait()

    await until(lambda: not runs(process))


async def test_many_looks_at_once_do_not_disturb_each_other(platforms: Recorded) -> None:
    source = open_ytdlp(Settings())
    for item in ITEMS:
        platforms.answer(f"/video/{item['id']}$", tiktok_post_page(item))

    looks = [source.fetch_post(PostReference(Platform.TIKTOK, item["id"])) for item in ITEMS]
    results = await asyncio.gather(*looks)

    assert [one.posts[0].view_count for one in results if isinstance(one, Observed)] == [
        item["stats"]["playCount"] for item in ITEMS
    ]
    assert len(set(platforms.processes)) == len(ITEMS)


async def test_nothing_is_written_and_none_of_our_secrets_are_known(
    platforms: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    places = [tmp_path / name for name in ("home", "here", "cache", "temporary")]
    for place, variable in zip(places, ("HOME", "PWD", "XDG_CACHE_HOME", "TMPDIR"), strict=True):
        place.mkdir()
        monkeypatch.setenv(variable, str(place))
    monkeypatch.chdir(places[1])
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", "postgresql+asyncpg://us:secret@db/audit")
    platforms.answer("/video/", tiktok_post_page(ITEMS[0]))

    assert isinstance(await open_ytdlp(Settings()).fetch_post(POST), Observed)

    assert [path for place in places for path in place.rglob("*")] == []
    assert [name for name in platforms.asked[0]["environment"] if name.startswith("CREATORAUDIT_")] == []
    assert platforms.asked[0]["cookies"] is None
    assert capfd.readouterr() == ("", "")


async def test_cookies_are_sent_and_their_file_stays_as_it_is(platforms: Recorded, tmp_path: Path) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(COOKIES)
    platforms.answer(f"/api/v1/media/{REEL.external_id}/info/", {"items": [instagram_media("reel")]})

    result = await open_ytdlp(Settings(ytdlp_cookies=cookies)).fetch_post(REEL)

    assert isinstance(result, Observed)
    assert result.posts[0].view_count == 3_120_457
    assert [one["cookies"] for one in platforms.asked] == ["sessionid=25025320%3Aabc"]
    assert cookies.read_text() == COOKIES


async def test_a_file_that_has_no_cookies_is_named(platforms: Recorded, tmp_path: Path) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.write_text("sessionid=25025320\n")
    settings = Settings(ytdlp_cookies=cookies)
    cookies_of_nobody = await open_ytdlp(settings).fetch_post(POST)
    cookies.unlink()
    gone = await open_ytdlp(settings).fetch_post(POST)

    assert cookies_of_nobody == Failed(f"{cookies} does not look like a Netscape format cookies file")
    assert gone == Failed(f"[Errno 2] No such file or directory: '{cookies}'")
    assert platforms.asked == []


async def test_a_proxy_is_asked_through(platforms: Recorded) -> None:
    platforms.answer("/video/", tiktok_post_page(ITEMS[0]))

    await open_ytdlp(Settings.model_validate({"ytdlp_proxy": "http://us:secret@proxy:3128"})).fetch_post(POST)

    assert [one["proxies"] for one in platforms.asked] == [{"all": "http://us:secret@proxy:3128"}]


def test_a_proxy_must_be_one() -> None:
    with pytest.raises(ValidationError, match="must be http://HOST:PORT or socks5://HOST:PORT"):
        Settings.model_validate({"ytdlp_proxy": "proxy:3128"})


async def test_it_sleeps_between_requests_if_told(platforms: Recorded) -> None:
    platforms.answer(r"/@\w+$", tiktok_user_page(ITEMS[0]["author"], videos=8))
    platforms.answer("/api/creator/item_list/", tiktok_feed(ITEMS))

    await open_ytdlp(Settings(ytdlp_sleep=0.4)).fetch_profile(
        ProfileReference(Platform.TIKTOK, ITEMS[0]["author"]["uniqueId"]), Wanted()
    )

    page, feed = platforms.asked
    assert feed["at"] - page["at"] >= 0.4


def test_it_is_among_the_sources_once_yt_dlp_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(open_source("ytdlp", Settings()), YtDlp)

    monkeypatch.setitem(sys.modules, "yt_dlp", None)
    with pytest.raises(SourceUnavailable, match=r"needs yt_dlp, which is missing.*pip install 'creatoraudit\[ytdlp\]'"):
        open_source("ytdlp", Settings())
