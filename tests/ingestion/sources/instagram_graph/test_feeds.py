"""What the `instagram_graph` source sees of a profile and its feed, in the shapes that the API documents."""

import pytest
from structlog.testing import capture_logs

from creatoraudit.domain.identifiers import parse_identifier
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources.instagram_graph import InstagramGraph
from creatoraudit.ingestion.sources.service import Service
from creatoraudit.ingestion.sources.source import (
    Failed,
    Source,
    Wanted,
)
from graph_api import TOKEN, USER_ID, GraphApi, a_reel, external_id, without
from graph_looks import BLUE, DAY, HOUR, NOW, limits, look, reels, reference
from services import Asked, LocalService


async def test_a_profile_and_its_media_are_seen_as_the_api_shows_them(source: Source, api: GraphApi) -> None:
    reel = a_reel(NOW - DAY)
    api.add("blue.bottle", [reel])

    seen = await look(source)

    assert seen.profile == ProfileSnapshot(
        NOW,
        name="Blue Bottle",
        description="Coffee.",
        profile_pic_url_original="https://media.example/blue.jpg",
        is_unavailable=False,
        link_in_bio="https://links.example/blue",
        platform_account_id="25025320",
        following_count=12,
        profile_post_count=1,
        follower_count=267_793,
    )
    identifier = parse_identifier(Platform.INSTAGRAM, reel["permalink"])
    assert identifier.external_id == str(external_id(NOW - DAY))
    assert list(seen.posts) == [
        PostSnapshot(
            NOW,
            external_id=identifier.external_id,
            shortcode=identifier.shortcode,
            account_username="blue.bottle",
            description="Morning ☕ #coffee",
            create_time=NOW - DAY,
            media_type="video",
            is_unavailable=False,
            cover_image_url_original="https://media.example/reel.jpg",
            video_url_original="https://media.example/reel.mp4",
            platform_data={"id": reel["id"], "media_product_type": "REELS"},
            view_count=98_000,
            like_count=3_120,
            comment_count=40,
        )
    ]


async def test_what_the_api_leaves_out_was_not_seen(source: Source, api: GraphApi) -> None:
    hidden = without(a_reel(NOW - HOUR), "like_count", "view_count", "comments_count", "media_url", "caption")
    picture = a_reel(NOW - DAY, media_type="IMAGE", media_product_type="FEED", view_count=0)
    album = without(a_reel(NOW - 2 * DAY, media_type="CAROUSEL_ALBUM"), "thumbnail_url")
    api.add("blue.bottle", [hidden, picture, album], followers_count=None, website=None, ig_id=None, name="")

    seen = await look(source)

    assert seen.profile is not None
    assert (seen.profile.follower_count, seen.profile.link_in_bio, seen.profile.platform_account_id) == (None,) * 3
    first, second, third = seen.posts
    assert (first.like_count, first.view_count, first.comment_count, first.video_url_original) == (None,) * 4
    assert first.cover_image_url_original == "https://media.example/reel.jpg"
    for post, kind in ((second, "image"), (third, "carousel")):
        assert (post.media_type, post.view_count, post.video_url_original) == (kind, None, None)
        assert post.cover_image_url_original == "https://media.example/reel.mp4"
        assert {post.play_count, post.share_count, post.saved_count, post.fb_play_count} == {None}


async def test_the_account_that_asks_is_the_one_of_the_settings(
    service: LocalService, source: Source, api: GraphApi
) -> None:
    api.add("blue.bottle", [])
    seen = await look(source)
    (asked,) = service.asked
    assert asked.path == f"/v25.0/{USER_ID}"
    assert asked.params.keys() == {"fields"}
    assert (seen.profile and seen.profile.profile_post_count, seen.posts) == (0, [])


@pytest.mark.parametrize(
    ("wanted", "pages", "seen"),
    [
        (Wanted(), ["(50)", "(50)", "(50)"], 120),
        (Wanted(posts=70), ["(50)", "(20)"], 70),
        (Wanted(posts=50), ["(50)"], 50),
        (Wanted(posts=3), ["(3)"], 3),
        (Wanted(posts=0), [""], 0),
        (Wanted(posts=500), ["(50)", "(50)", "(50)"], 120),
        (Wanted(since=NOW - 10 * DAY), ["(50)", "(50)"], 10),
        (Wanted(since=NOW - 70 * DAY), ["(50)", "(50)", "(50)"], 70),
        (Wanted(posts=5, since=NOW - 70 * DAY), ["(5)"], 5),
    ],
)
async def test_the_feed_is_read_as_far_as_is_wanted(
    service: LocalService, source: Source, api: GraphApi, wanted: Wanted, pages: list[str], seen: int
) -> None:
    api.add("blue.bottle", reels(120))
    posts = (await look(source, wanted)).posts
    assert [limit.partition(".after")[0] for limit in limits(service)] == pages
    assert [post.external_id for post in posts] == [str(external_id(NOW - HOUR - day * DAY)) for day in range(seen)]


async def test_a_feed_that_goes_round_ends(service: LocalService, source: Source, api: GraphApi) -> None:
    api.add("blue.bottle", reels(2))
    same = api.reply(Asked("", {"fields": _fields()}, {"Authorization": f"Bearer {TOKEN}"})).body
    same["business_discovery"]["media"]["paging"]["cursors"]["after"] = "MA=="
    service.answers(same)
    assert len((await look(source)).posts) == 2
    same["business_discovery"]["media"]["data"] = []
    service.answers(same)
    assert (await look(source)).posts == []
    assert len(service.asked) == 3


def _fields() -> str:
    return "business_discovery.username(blue.bottle){name,media.limit(50){id,permalink,timestamp}}"


async def test_media_that_cannot_be_told_is_passed_over(source: Source, api: GraphApi) -> None:
    first, second, third = reels(3)
    api.add("blue.bottle", [without(first, "permalink"), second | {"permalink": "https://www.instagram.com/x/"}, third])
    assert [post.description for post in (await look(source)).posts] == ["Morning ☕ #coffee"]


async def test_a_feed_is_read_as_far_as_there_is_time(service: LocalService, api: GraphApi) -> None:
    api.add("blue.bottle", reels(120))
    source = InstagramGraph(Service(service.url, TOKEN, timeout=30, max_bytes=10**6), USER_ID, TOKEN, patience=0)
    with capture_logs() as logs:
        assert len((await look(source)).posts) == 50
    assert [(line["event"], line["posts"]) for line in logs] == [("a feed broke off", 50)]
    assert "blue.bottle" not in str(logs)
    result = await source.fetch_post(reference(NOW - HOUR - 60 * DAY))
    assert result == Failed("the post is not among the newest 50 of blue.bottle")
    assert len(service.asked) == 2
    await source.close()


async def test_a_feed_that_breaks_off_was_not_seen(service: LocalService, source: Source, api: GraphApi) -> None:
    api.add("blue.bottle", reels(120))
    service.reply = lambda asked: api.error(2, "Down") if ".after(" in asked.params["fields"] else api.reply(asked)
    assert isinstance(await source.fetch_profile(BLUE, Wanted()), Failed)
