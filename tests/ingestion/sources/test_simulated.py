"""The made-up platform continues what its demo began."""

import datetime as dt

import pytest
from sqlalchemy import select

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account
from creatoraudit.demo import DEMO_ID, DemoOptions, build_demo
from creatoraudit.domain.actor import acting_for
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.scope import table
from creatoraudit.domain.validation import Platform
from creatoraudit.domain.videos.inputs import VideoFilter
from creatoraudit.domain.videos.queries import list_videos
from creatoraudit.ingestion.sources import curves
from creatoraudit.ingestion.sources.curves import World
from creatoraudit.ingestion.sources.registry import open_source
from creatoraudit.ingestion.sources.source import Gone, Observed, PostReference, ProfileReference, Wanted
from creatoraudit.settings import Settings

NOW = dt.datetime(2026, 6, 30, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
DEMO = World(seed=-3, pace=120 / 7, feed=7, gone=0.03)


async def look(platform: Platform, username: str, known: str | None = None) -> Observed:
    source = open_source("simulated", Settings())
    seen = await source.fetch_profile(ProfileReference(platform, username, known), Wanted())
    assert isinstance(seen, Observed)
    return seen


@pytest.mark.parametrize("platform", Platform)
async def test_a_demo_is_continued_from_what_its_profiles_ids_say(platform: Platform) -> None:
    made = curves.profile(DEMO, platform, "aiko.cooks")
    then = curves.profile_at(made, NOW - DAY)

    with clock.frozen(NOW):
        seen = await look(platform, "aiko.cooks", then.platform_account_id)

    assert seen.profile == curves.profile_at(made, NOW)
    assert seen.profile.platform_account_id == then.platform_account_id
    shown = curves.publications(made, NOW, 7)
    assert list(seen.posts) == [curves.post_at(one, NOW) for one in shown[::-1]]


@pytest.mark.parametrize("platform", Platform)
async def test_a_post_by_itself_is_the_one_of_the_feed(platform: Platform) -> None:
    source = open_source("simulated", Settings())
    with clock.frozen(NOW):
        for world in (World(), DEMO, World(pace=0.001)):
            made = curves.profile(world, platform, "aiko.cooks")
            seen = await look(platform, "aiko.cooks", str(made.fixed[-1]))
            assert seen.posts
            for post in seen.posts:
                assert post.account_username is not None
                known = (post.external_id, post.shortcode, post.account_username, post.platform_account_id)
                alone = await source.fetch_post(PostReference(platform, *known))
                assert alone == Observed(None, [post])


@pytest.mark.parametrize(
    ("platform", "external_id"), [(Platform.TIKTOK, "7656240000000000001"), (Platform.INSTAGRAM, "3929000000000000001")]
)
async def test_any_post_can_be_looked_at_and_goes_on_growing(platform: Platform, external_id: str) -> None:
    source = open_source("simulated", Settings())
    seen = []
    for at in (NOW, NOW + 30 * DAY):
        with clock.frozen(at):
            known = seen[-1] if seen else None
            result = await source.fetch_post(
                PostReference(
                    platform,
                    external_id,
                    account_username=known and known.account_username,
                    platform_account_id=known and known.platform_account_id,
                )
            )
        assert isinstance(result, Observed)
        seen += result.posts
    before, after = seen
    assert (before.external_id, before.at, after.at) == (external_id, NOW, NOW + 30 * DAY)
    assert (before.create_time, before.account_username) == (after.create_time, after.account_username)
    assert before.create_time is not None
    assert NOW - 9 * DAY < before.create_time < NOW
    assert 0 < (before.like_count or 0) < (after.like_count or 0)


@pytest.mark.parametrize(
    ("platform", "external_id"), [(Platform.TIKTOK, "1"), *((platform, str(2**63 - 1)) for platform in Platform)]
)
async def test_an_id_that_no_post_can_have_by_now_is_gone(platform: Platform, external_id: str) -> None:
    source = open_source("simulated", Settings())
    with clock.frozen(NOW):
        assert isinstance(await source.fetch_post(PostReference(platform, external_id)), Gone)


async def test_profiles_that_are_gone_in_a_demo_stay_gone_with_their_posts() -> None:
    source = open_source("simulated", Settings())
    names = [f"name{number}" for number in range(200)]
    profiles = [curves.profile(DEMO, Platform.TIKTOK, name) for name in names]
    gone = [one for one in profiles if curves.is_gone(one)]
    assert 0 < len(gone) < 20
    with clock.frozen(NOW):
        for one in gone:
            known = str(one.fixed[-1])
            post = curves.post_at(curves.publications(one, NOW, 1)[0], NOW)
            assert isinstance(
                await source.fetch_profile(ProfileReference(one.platform, one.username, known), Wanted()), Gone
            )
            reference = PostReference(one.platform, post.external_id, None, one.username, known)
            assert isinstance(await source.fetch_post(reference), Gone)
            assert await look(one.platform, one.username)  # a name that is tracked anew has a profile


@pytest.mark.parametrize("known", [None, "1234", "simulated:1:0.0:1:0.0:1", "simulated:1:1e-9:1:0.0:1", "simulated:x"])
async def test_whose_id_tells_no_world_is_from_the_usual_one(known: str | None) -> None:
    with clock.frozen(NOW):
        seen = await look(Platform.TIKTOK, "someone", known)
    assert seen.profile == curves.profile_at(curves.profile(World(), Platform.TIKTOK, "someone"), NOW)


async def test_a_demo_goes_on_where_its_history_ends(db: Database) -> None:
    options = DemoOptions(accounts=40, videos_per_account=5, days=9, seed=9, until=NOW.date())
    await build_demo(db, options, lambda *_: None)
    actor, source, everything = acting_for(DEMO_ID), open_source("simulated", Settings()), PageRequest(limit=200)

    gone = 0
    async with db.transaction() as tx:
        accounts = (await tx.execute(select(table(Account)))).all()
    for account in accounts:
        known = ProfileReference(Platform(account.platform), account.username, account.platform_account_id)
        with clock.frozen(account.last_scrape_time or NOW):
            seen = await source.fetch_profile(known, Wanted())
        gone += isinstance(seen, Gone)
        if isinstance(seen, Observed) and not account.is_unavailable:
            assert seen.profile is not None
            assert len(seen.posts) == account.total_post_count == options.videos_per_account
            assert seen.profile.follower_count == account.follower_count
            assert sum(post.comment_count or 0 for post in seen.posts) == account.comment_count
    assert 0 < gone < 5

    videos = (await list_videos(db, actor, where=VideoFilter(), page=everything)).items
    assert {video.account_id is None for video in videos} == {True, False}
    for video in videos:
        reference = PostReference(
            Platform(video.platform),
            video.external_id,
            video.shortcode,
            video.account_username,
            video.platform_account_id,
        )
        with clock.frozen(video.last_scrape_time or NOW):
            alone = await source.fetch_post(reference)
        if isinstance(alone, Observed):
            (post,) = alone.posts
            assert (post.create_time, post.comment_count) == (video.create_time, video.comment_count)
            assert post.like_count == video.like_count
