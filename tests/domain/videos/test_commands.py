"""Creating, changing and deleting videos."""

import asyncio
import datetime as dt

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.account_videos.queries import get_account_video
from creatoraudit.domain.accounts.commands import delete_account
from creatoraudit.domain.validation import validate
from creatoraudit.domain.videos.commands import create_video, delete_video, update_video
from creatoraudit.domain.videos.inputs import VideoCreate, VideoPatch
from creatoraudit.domain.videos.queries import get_video
from creatoraudit.errors import Conflict, NotFound, ValidationFailed
from factories import a_video, an_account, an_account_video, an_organization

URL = "https://www.tiktok.com/@Acme/video/6749520869598481669"
POST = {"platform": "tiktok", "external_id": "6749520869598481669"}


async def test_a_new_video_shows_what_its_url_tells_and_nothing_it_has_not_seen(db: Database) -> None:
    actor = await an_organization(db)
    now = dt.datetime(2026, 6, 14, 9, 30, tzinfo=dt.UTC)

    with clock.frozen(now):
        video = await a_video(db, actor, URL, metadata={"b": 1, "a": None})

    seen = {name: value for name, value in video._asdict().items() if value is not None}
    assert seen == {
        "id": video.id,
        "platform": "tiktok",
        "external_id": "6749520869598481669",
        "is_active": True,
        "scrape_interval_hours": 24,
        "metadata": {"b": 1, "a": None},
        "added_at": now,
        "updated_at": now,
        "account_username": "acme",
        "platform_data": {},
    }
    assert list(video.metadata) == ["b", "a"]


async def test_a_post_is_tracked_by_itself_once_however_it_is_written(db: Database) -> None:
    actor = await an_organization(db)
    await a_video(db, actor, URL)

    with pytest.raises(Conflict):
        await a_video(db, actor, "6749520869598481669")
    await a_video(db, await an_organization(db), URL)


async def test_an_instagram_post_has_its_shortcode_and_its_media_id(db: Database) -> None:
    actor = await an_organization(db)

    video = await a_video(db, actor, "https://instagram.com/reel/CGgDsi7JQdS/?igsh=x", platform="instagram")

    assert (video.external_id, video.shortcode) == ("2422952854821341010", "CGgDsi7JQdS")
    with pytest.raises(Conflict):
        await a_video(db, actor, "2422952854821341010", platform="instagram")


async def test_the_poster_is_linked_while_it_is_tracked(db: Database) -> None:
    actor = await an_organization(db)
    await an_account(db, await an_organization(db), "acme")
    assert (await a_video(db, actor, "1")).account_id is None
    account = await an_account(db, actor, "acme")
    await an_account(db, actor, "acme", platform="instagram")

    video = await a_video(db, actor, URL)
    assert video.account_id == account.id

    await delete_account(db, actor, account.id)
    assert (await get_video(db, actor, video.id)).account_id is None


async def test_a_video_from_before_its_poster_was_tracked_is_linked_later(db: Database) -> None:
    actor = await an_organization(db)
    video = await a_video(db, actor, URL)

    account = await an_account(db, actor, "acme")

    assert (await get_video(db, actor, video.id)).account_id == account.id


async def test_a_post_of_a_feed_shares_what_was_seen_with_its_video(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor, "acme")
    discovered = await an_account_video(db, actor, account, external_id=POST["external_id"], view_count=7)

    video = await a_video(db, actor, "https://www.tiktok.com/@someone.else/video/6749520869598481669")

    assert (video.account_id, video.account_username, video.view_count) == (account.id, "acme", 7)
    assert video.id != discovered.id


async def test_deleting_a_video_leaves_what_the_feed_keeps(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor, "acme")
    discovered = await an_account_video(db, actor, account, external_id=POST["external_id"], view_count=7)
    video = await a_video(db, actor, URL)

    await delete_video(db, actor, video.id)

    with pytest.raises(NotFound, match="Video not found"):
        await delete_video(db, actor, video.id)
    assert await get_account_video(db, actor, discovered.id) == discovered
    again = await a_video(db, actor, URL)
    assert (again.view_count, again.id == video.id) == (7, False)


async def test_deleting_a_video_forgets_the_post_that_only_it_kept(db: Database) -> None:
    actor = await an_organization(db)
    await delete_video(db, actor, (await a_video(db, actor, URL)).id)

    again = await a_video(db, actor, "6749520869598481669")

    assert again.account_username is None


async def test_the_post_of_a_deleted_feed_lives_on_in_its_video(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor, "acme")
    discovered = await an_account_video(db, actor, account, external_id=POST["external_id"], view_count=7)
    video = await a_video(db, actor, URL)

    await delete_account(db, actor, account.id)

    assert await get_video(db, actor, video.id) == video._replace(account_id=None)
    with pytest.raises(NotFound, match="Account video not found"):
        await get_account_video(db, actor, discovered.id)


async def test_a_change_is_dated_and_no_change_is_not(db: Database) -> None:
    actor = await an_organization(db)
    video = await a_video(db, actor, metadata={"a": 1})
    later = video.added_at + dt.timedelta(hours=1)

    with clock.frozen(later):
        assert await update_video(db, actor, video.id, validate(VideoPatch, {})) == video
        assert await update_video(db, actor, video.id, validate(VideoPatch, {"metadata": None})) == video
        changed = await update_video(
            db, actor, video.id, validate(VideoPatch, {"is_active": False, "metadata": {}, "scrape_interval_hours": 6})
        )

    assert changed == video._replace(is_active=False, metadata={}, scrape_interval_hours=6, updated_at=later)


async def test_a_retried_create_answers_with_the_video_of_the_first(db: Database) -> None:
    actor = await an_organization(db)
    data = validate(VideoCreate, {"platform": "tiktok", "identifier": URL})

    first = await create_video(db, actor, data, idempotency_key="once")
    again = await create_video(db, actor, data, idempotency_key="once")

    assert (first.replayed, again.replayed, again.row) == (False, True, first.row)
    other = validate(VideoCreate, {"platform": "tiktok", "identifier": "1"})
    with pytest.raises(ValidationFailed):
        await create_video(db, actor, other, idempotency_key="once")
    with pytest.raises(Conflict):
        await create_video(db, actor, data, idempotency_key="twice")
    await delete_video(db, actor, first.row.id)
    with pytest.raises(NotFound):
        await create_video(db, actor, data, idempotency_key="once")


async def test_a_create_that_failed_leaves_its_key_free(db: Database) -> None:
    actor = await an_organization(db)
    video = await a_video(db, actor, URL)
    data = validate(VideoCreate, {"platform": "tiktok", "identifier": URL})
    with pytest.raises(Conflict):
        await create_video(db, actor, data, idempotency_key="once")
    await delete_video(db, actor, video.id)

    assert not (await create_video(db, actor, data, idempotency_key="once")).replayed


async def test_nothing_of_another_organization_can_be_touched(db: Database) -> None:
    owner, other = await an_organization(db), await an_organization(db)
    video = await a_video(db, owner)

    for attempt in (
        get_video(db, other, video.id),
        update_video(db, other, video.id, validate(VideoPatch, {"is_active": False})),
        delete_video(db, other, video.id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await get_video(db, owner, video.id) == video


async def test_of_many_who_track_a_post_at_once_one_succeeds(db: Database) -> None:
    actor = await an_organization(db)

    answers = await asyncio.gather(*(a_video(db, actor, URL) for _ in range(5)), return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in answers) == [*["Conflict"] * 4, "VideoRow"]


async def test_retries_that_overlap_answer_with_the_same_video(db: Database) -> None:
    actor = await an_organization(db)
    data = validate(VideoCreate, {"platform": "tiktok", "identifier": URL})

    answers = await asyncio.gather(*(create_video(db, actor, data, idempotency_key="once") for _ in range(5)))

    assert sorted(answer.replayed for answer in answers) == [False, True, True, True, True]
    assert len({answer.row.id for answer in answers}) == 1


async def test_a_post_that_loses_both_records_at_once_is_forgotten(db: Database) -> None:
    actor = await an_organization(db)
    for number in range(10):
        account = await an_account(db, actor, f"acme{number}")
        await an_account_video(db, actor, account, external_id=str(number + 1), view_count=7)
        video = await a_video(db, actor, str(number + 1))

        await asyncio.gather(delete_account(db, actor, account.id), delete_video(db, actor, video.id))

        assert (await a_video(db, actor, str(number + 1))).view_count is None


async def test_a_video_and_its_posters_account_that_are_added_at_once_find_each_other(db: Database) -> None:
    actor = await an_organization(db)
    for number in range(8):
        poster = f"poster{number}"
        link = f"https://www.tiktok.com/@{poster}/video/{10**18 + number}"
        video, account = await asyncio.gather(a_video(db, actor, link), an_account(db, actor, poster))
        assert (await get_video(db, actor, video.id)).account_id == account.id
