"""A real yt-dlp, in its own processes, looks at recorded pages; only the network below it is ours."""

import datetime as dt
from typing import Any

import pytest
from structlog.testing import capture_logs

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.snapshots import ProfileSnapshot
from creatoraudit.ingestion.sources.source import (
    Failed,
    Observed,
    PostReference,
    ProfileReference,
    Result,
    Wanted,
)
from creatoraudit.ingestion.sources.ytdlp import YtDlp, open_ytdlp
from creatoraudit.settings import Settings
from recorded_platforms import (
    INSTAGRAM_HOME,
    Recorded,
    instagram_media,
    instagram_page,
    tiktok_feed,
    tiktok_items,
    tiktok_page,
    tiktok_post_page,
    tiktok_user_page,
)

ITEMS = tiktok_items()
AUTHOR = ITEMS[0]["author"]
USER = ProfileReference(Platform.TIKTOK, AUTHOR["uniqueId"])
POST = PostReference(Platform.TIKTOK, ITEMS[0]["id"], account_username=AUTHOR["uniqueId"])
REEL = PostReference(Platform.INSTAGRAM, instagram_media("reel")["pk"], "Chunk8-jurw")
PAGE = rf"/@{AUTHOR['uniqueId']}$"
FEED = "/api/creator/item_list/"


@pytest.fixture
def tiktok(platforms: Recorded) -> Recorded:
    """A TikTok on which the user can be seen; what its feed answers is the test's."""
    platforms.answer(PAGE, tiktok_user_page(AUTHOR, videos=len(ITEMS)))
    return platforms


@pytest.fixture
def instagram(platforms: Recorded) -> Recorded:
    """An Instagram with three posts."""
    for name in ("reel", "picture", "carousel"):
        media = instagram_media(name)
        platforms.answer(f"instagram.com/p/{media['code']}", instagram_page(media))
    platforms.answer("instagram.com/api/", {"status": "ok"})
    platforms.answer("instagram.com/$", INSTAGRAM_HOME)
    return platforms


@pytest.fixture
def source() -> YtDlp:
    return open_ytdlp(Settings())


def seen(result: Result) -> Observed:
    assert isinstance(result, Observed), result
    return result


def published(item: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromtimestamp(item["createTime"], dt.UTC)


def pages_of(recorded: Recorded) -> int:
    """How many pages of a feed were asked for."""
    return sum(FEED in one["url"] for one in recorded.asked)


async def test_a_tiktok_post_is_seen_with_its_numbers(platforms: Recorded, source: YtDlp) -> None:
    platforms.answer(f"/@{AUTHOR['uniqueId']}/video/{ITEMS[0]['id']}$", tiktok_post_page(ITEMS[0]))

    profile, posts = seen(await source.fetch_post(POST))

    (post,) = posts
    assert profile is None
    assert (post.external_id, post.account_username, post.media_type) == (ITEMS[0]["id"], AUTHOR["uniqueId"], "video")
    assert (post.view_count, post.like_count, post.comment_count, post.share_count) == (44_800, 3_710, 68, 50)
    assert (post.create_time, post.is_unavailable) == (published(ITEMS[0]), False)


async def test_a_post_whose_poster_is_not_known_is_found_by_its_number(platforms: Recorded, source: YtDlp) -> None:
    platforms.answer(f"/@_/video/{ITEMS[1]['id']}$", tiktok_post_page(ITEMS[1]))

    _, (post,) = seen(await source.fetch_post(PostReference(Platform.TIKTOK, ITEMS[1]["id"])))

    assert (post.account_username, post.view_count) == (AUTHOR["uniqueId"], 8_071)


async def test_a_feed_is_seen_with_what_it_tells_of_the_profile(tiktok: Recorded, source: YtDlp) -> None:
    tiktok.answer(FEED, tiktok_feed(ITEMS))

    profile, posts = seen(await source.fetch_profile(USER, Wanted()))

    assert [(post.external_id, post.view_count) for post in posts] == [
        (item["id"], item["stats"]["playCount"]) for item in ITEMS
    ]
    assert profile is not None
    assert profile == ProfileSnapshot(
        profile.at, name=AUTHOR["nickname"], is_unavailable=False, platform_account_id=AUTHOR["secUid"]
    )
    assert {post.at for post in posts} == {profile.at}
    assert not any("/video/" in one["url"] for one in tiktok.asked), "the feed itself has the numbers"


async def test_no_more_of_a_feed_is_asked_for_than_is_wanted(tiktok: Recorded, source: YtDlp) -> None:
    many = [ITEMS[0] | {"id": str(int(ITEMS[0]["id"]) - number)} for number in range(15)]
    tiktok.answer(FEED, tiktok_feed(many, more=True))

    _, posts = seen(await source.fetch_profile(USER, Wanted(posts=10)))

    assert len(posts) == 10
    assert pages_of(tiktok) == 1


async def test_a_feed_is_read_back_to_the_wanted_day_and_no_further(tiktok: Recorded, source: YtDlp) -> None:
    tiktok.answer(rf"{FEED}.*&cursor={ITEMS[3]['createTime']}000", tiktok_feed(ITEMS[4:], more=True))
    tiktok.answer(FEED, tiktok_feed(ITEMS[:4], more=True))

    _, posts = seen(await source.fetch_profile(USER, Wanted(since=published(ITEMS[2]))))

    assert [post.external_id for post in posts] == [item["id"] for item in ITEMS[:3]]
    assert pages_of(tiktok) == 2, "one older post may be pinned, five are the past"


async def test_old_posts_that_are_pinned_hide_no_new_ones(tiktok: Recorded, source: YtDlp) -> None:
    tiktok.answer(FEED, tiktok_feed([*ITEMS[5:], *ITEMS[:5]]))

    _, since = seen(await source.fetch_profile(USER, Wanted(since=published(ITEMS[4]))))
    _, newest = seen(await source.fetch_profile(USER, Wanted(posts=2)))

    assert [post.external_id for post in since] == [item["id"] for item in ITEMS[:5]]
    assert [post.external_id for post in newest] == [item["id"] for item in ITEMS[:2]]


async def test_a_feed_without_anything_as_new_as_wanted_still_tells_the_profile(
    tiktok: Recorded, source: YtDlp
) -> None:
    tiktok.answer(FEED, tiktok_feed(ITEMS))

    profile, posts = seen(await source.fetch_profile(USER, Wanted(since=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))))

    assert profile is not None
    assert (profile.name, list(posts)) == (AUTHOR["nickname"], [])


async def test_an_empty_feed_is_no_observation(tiktok: Recorded, source: YtDlp) -> None:
    tiktok.answer(FEED, tiktok_feed([]))

    assert await source.fetch_profile(USER, Wanted()) == Failed("TikTok sent no posts of a user who has some")


async def test_a_user_of_whom_tiktok_says_that_there_are_no_posts_has_none(platforms: Recorded, source: YtDlp) -> None:
    platforms.answer(PAGE, tiktok_user_page(AUTHOR, videos=0))

    profile, posts = seen(await source.fetch_profile(USER, Wanted()))

    assert profile is not None
    assert profile == ProfileSnapshot(profile.at, is_unavailable=False, profile_post_count=0)
    assert list(posts) == []


async def test_what_was_seen_of_a_feed_that_broke_off_counts(tiktok: Recorded, source: YtDlp) -> None:
    tiktok.answer(rf"{FEED}.*&cursor={ITEMS[3]['createTime']}000", status=500)
    tiktok.answer(FEED, tiktok_feed(ITEMS[:4], more=True))

    with capture_logs() as logs:
        _, posts = seen(await source.fetch_profile(USER, Wanted()))

    assert [post.external_id for post in posts] == [item["id"] for item in ITEMS[:4]]
    (log,) = logs
    assert (log["event"], log["log_level"], log["posts"]) == ("a feed broke off", "warning", 4)
    assert "HTTP Error 500" in log["why"]


async def test_a_user_is_found_by_the_channel_once_it_is_known(platforms: Recorded, source: YtDlp) -> None:
    platforms.answer(PAGE, tiktok_page({"webapp.user-detail": {"statusCode": 10_202}}))
    platforms.answer("/embed/@", status=400)
    platforms.answer(FEED, tiktok_feed(ITEMS))

    known = seen(await source.fetch_profile(USER._replace(platform_account_id=AUTHOR["secUid"]), Wanted()))
    other = await source.fetch_profile(USER._replace(platform_account_id="504898250456910053"), Wanted())

    assert len(known.posts) == len(ITEMS)
    assert isinstance(other, Failed)


@pytest.mark.usefixtures("instagram")
async def test_an_instagram_reel_is_seen_with_its_numbers(source: YtDlp) -> None:
    _, (post,) = seen(await source.fetch_post(REEL))

    assert (post.external_id, post.shortcode, post.account_username) == (REEL.external_id, "Chunk8-jurw", "instagram")
    assert (post.view_count, post.like_count, post.comment_count) == (3_120_457, 504_120, 8_713)
    assert (post.media_type, post.duration) == ("video", 5.016)


@pytest.mark.usefixtures("instagram")
async def test_pictures_and_carousels_are_seen_too_and_hidden_likes_are_not_zero(source: YtDlp) -> None:
    pk = {name: instagram_media(name)["pk"] for name in ("picture", "carousel")}

    _, (picture,) = seen(await source.fetch_post(PostReference(Platform.INSTAGRAM, pk["picture"])))
    _, (carousel,) = seen(await source.fetch_post(PostReference(Platform.INSTAGRAM, pk["carousel"])))

    assert (picture.external_id, picture.media_type, picture.like_count) == (pk["picture"], "image", None)
    assert (picture.comment_count, picture.view_count) == (412, None)
    assert (carousel.external_id, carousel.media_type, carousel.like_count) == (pk["carousel"], "carousel", 1_289_310)
    assert (
        carousel.cover_image_url_original == "https://scontent.cdninstagram.example/v/t51/BQ0dSaohpPW_1080.jpg?oe=66F1"
    )


async def test_instagram_profiles_are_refused_with_what_to_use_instead(source: YtDlp) -> None:
    result = await source.fetch_profile(ProfileReference(Platform.INSTAGRAM, "instagram"), Wanted())

    assert result == Failed(
        "yt-dlp cannot read Instagram's profiles: set CREATORAUDIT_SOURCE_INSTAGRAM to instagram_graph or http"
    )
