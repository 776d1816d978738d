"""What every source keeps to, shown through the service it really asks."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import list_account_videos
from creatoraudit.domain.accounts.queries import get_account
from creatoraudit.domain.paging import PageRequest
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import AccountObservation, PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources.feed import published
from creatoraudit.ingestion.sources.registry import source_names
from creatoraudit.ingestion.sources.source import (
    Failed,
    Gone,
    Observed,
    Private,
    Result,
    Throttled,
    Unchanged,
    Wanted,
)
from factories import an_account, an_organization
from scenes import SCENES, SPEECHLESS, Scene, post_in, profile_in, scene_of

NOW = dt.datetime(2026, 6, 14, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PUBLISHED = [NOW - day * DAY for day in range(1, 9)]
KINDS = (Observed, Unchanged, Throttled, Gone, Private, Failed)
PROFILE_COUNTS = ("following_count", "profile_post_count", "follower_count")
POST_COUNTS = PostSnapshot._fields[PostSnapshot._fields.index("fb_play_count") :]

on_all = pytest.mark.parametrize("name", SCENES)
on_those_that_can_say_less = pytest.mark.parametrize("name", SPEECHLESS)


@pytest.fixture
async def scene(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    with clock.frozen(NOW), scene_of(name, tmp_path, monkeypatch) as scene:
        yield scene
        await scene.source.close()


async def looked(scene: Scene, wanted: Wanted) -> Observed:
    result: Result = await scene.source.fetch_profile(profile_in(scene), wanted)
    assert isinstance(result, Observed), result
    return result


def counts(seen: Observed) -> list[Any]:
    """All numbers that were seen."""
    of_profile = [] if seen.profile is None else [getattr(seen.profile, name) for name in PROFILE_COUNTS]
    return of_profile + [getattr(post, name) for post in seen.posts for name in POST_COUNTS]


def test_all_of_ours_are_held_to_it() -> None:
    assert set(SCENES) == set(source_names())


@on_all
async def test_what_is_seen_is_there_now_and_newest_first(scene: Scene) -> None:
    scene.shows(PUBLISHED, counted=True)

    seen = await looked(scene, Wanted())

    assert isinstance(seen.profile, ProfileSnapshot)
    assert len(seen.posts) >= len(PUBLISHED)
    for one in (seen.profile, *seen.posts):
        assert (one.at, one.is_unavailable) == (NOW, False), "what comes back is available again"
    times = [published(scene.platform, post) for post in seen.posts]
    assert times == sorted(times, reverse=True)
    assert any(counts(seen))


@on_all
async def test_no_more_is_seen_than_is_wanted(scene: Scene) -> None:
    scene.shows(PUBLISHED, counted=True)
    everything = (await looked(scene, Wanted())).posts
    since = published(scene.platform, everything[4])

    assert list((await looked(scene, Wanted(posts=3))).posts) == list(everything[:3])
    assert list((await looked(scene, Wanted(since=since))).posts) == list(everything[:5])
    assert list((await looked(scene, Wanted(2, since))).posts) == list(everything[:2])


@on_all
async def test_a_post_by_itself_is_seen_without_a_profile(scene: Scene) -> None:
    scene.shows(PUBLISHED, counted=True)
    reference = post_in(scene, PUBLISHED[2])

    seen = await scene.source.fetch_post(reference)

    assert isinstance(seen, Observed), seen
    assert seen.profile is None
    assert [(post.external_id, post.at, post.is_unavailable) for post in seen.posts] == [
        (reference.external_id, NOW, False)
    ]
    assert any(counts(seen))


@on_those_that_can_say_less
async def test_what_is_not_said_is_not_zero(scene: Scene) -> None:
    scene.shows(PUBLISHED, counted=False)

    feed = await looked(scene, Wanted())
    post = await scene.source.fetch_post(post_in(scene, PUBLISHED[0]))

    assert len(feed.posts) == len(PUBLISHED)
    assert set(counts(feed)) == {None}
    assert isinstance(post, Observed)
    assert set(counts(post)) == {None}


@on_those_that_can_say_less
async def test_nothing_is_seen_in_an_empty_answer(scene: Scene) -> None:
    scene.says_nothing()

    results = [
        await scene.source.fetch_profile(profile_in(scene), Wanted()),
        await scene.source.fetch_post(post_in(scene, PUBLISHED[0])),
    ]

    for result in results:
        assert isinstance(result, KINDS)
        assert not isinstance(result, Observed | Unchanged), result
        assert result.why


@on_all
async def test_a_source_is_closed_as_often_as_anyone_likes(scene: Scene) -> None:
    scene.shows(PUBLISHED, counted=True)
    await looked(scene, Wanted(posts=1))
    await scene.source.close()
    await scene.source.close()


@on_those_that_can_say_less
async def test_no_number_falls_because_a_source_had_none(db: Database, scene: Scene) -> None:
    with clock.frozen(NOW - 30 * DAY):
        actor = await an_organization(db)
        account = await an_account(db, actor, profile_in(scene).username, platform=scene.platform)
    assert actor.organization_id is not None

    async def numbers() -> list[tuple[Any, ...]]:
        row = await get_account(db, actor, account.id)
        videos = await list_account_videos(db, actor, where=AccountVideoFilter(), page=PageRequest(limit=100))
        shown = [tuple(getattr(video, name) for name in ("view_count", "like_count")) for video in videos.items]
        return [tuple(getattr(row, name) for name in (*PROFILE_COUNTS, "view_count", "like_count")), *shown]

    seen = []
    for day, counted in enumerate([True, False]):
        with clock.frozen(NOW + day * DAY):
            scene.shows(PUBLISHED, counted=counted)
            look = await looked(scene, Wanted())
            assert look.profile is not None
            await observe(db, actor.organization_id, [AccountObservation(account.id, [look.profile], look.posts)])
            seen.append(await numbers())

    before, after = seen
    assert before == after
    assert len(before) == 1 + len(PUBLISHED)
    assert all(count is None or count > 0 for count in before[1])
