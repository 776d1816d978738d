"""The `instagram_graph` source against an API on a real socket that answers in the documented shapes."""

import datetime as dt
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from creatoraudit import clock
from creatoraudit.domain.identifiers import parse_identifier
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources.instagram_graph import InstagramGraph
from creatoraudit.ingestion.sources.registry import open_source
from creatoraudit.ingestion.sources.service import Service
from creatoraudit.ingestion.sources.source import (
    Failed,
    Gone,
    Observed,
    PostReference,
    ProfileReference,
    Result,
    Source,
    SourceUnavailable,
    Throttled,
    Wanted,
)
from creatoraudit.settings import Settings
from graph_api import TOKEN, USER_ID, GraphApi, a_reel, external_id, without
from services import Asked, LocalService, Reply, local_service

NOW = dt.datetime(2026, 6, 14, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
BLUE = ProfileReference(Platform.INSTAGRAM, "blue.bottle")


@pytest.fixture
def service() -> Iterator[LocalService]:
    with local_service() as service, clock.frozen(NOW):
        yield service


@pytest.fixture
def api(service: LocalService) -> GraphApi:
    api = GraphApi()
    service.reply = api.reply
    return api


def settings(service: LocalService, token: str = TOKEN) -> Settings:
    return Settings(
        instagram_graph_url=f"{service.url}/v25.0", instagram_graph_user_id=USER_ID, instagram_graph_token=token
    )


@pytest.fixture
async def source(service: LocalService) -> AsyncIterator[Source]:
    source = open_source("instagram_graph", settings(service))
    yield source
    await source.close()


def reels(number: int, *, apart: dt.timedelta = DAY) -> list[dict[str, Any]]:
    """Reels at regular times, newest first."""
    return [a_reel(NOW - HOUR - index * apart) for index in range(number)]


def limits(service: LocalService) -> list[str]:
    """The page sizes and cursors that were asked for."""
    return [asked.params["fields"].partition(",media.limit")[2].partition("{")[0] for asked in service.asked]


async def look(source: Source, wanted: Wanted = Wanted()) -> Observed:  # noqa: B008 - it is immutable
    result = await source.fetch_profile(BLUE, wanted)
    assert isinstance(result, Observed), result
    return result


def reference(published: dt.datetime, username: str | None = "blue.bottle") -> PostReference:
    return PostReference(Platform.INSTAGRAM, str(external_id(published)), account_username=username)


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


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ((4, "Application request limit reached"), Throttled),
        ((17, "User request limit reached"), Throttled),
        ((32, "Page request limit reached"), Throttled),
        ((341, "Application limit reached"), Throttled),
        ((613, "Calls to this api have exceeded the rate limit."), Throttled),
        ((80002, "There have been too many calls to this Instagram account."), Throttled),
        ((110, "Invalid user id"), Gone),
        ((24, "The requested resource does not exist"), Gone),
        ((1, "An unknown error occurred"), Failed),
        ((2, "Service temporarily unavailable"), Failed),
        ((10, "Application does not have permission for this action"), Failed),
        ((100, "Tried accessing nonexisting field (ig_id)"), Failed),
        ((190, "Error validating access token: Session has expired"), Failed),
        ((200, "Permissions error"), Failed),
        ((None, ""), Failed),
    ],
)
async def test_each_error_has_its_meaning(
    service: LocalService, source: Source, api: GraphApi, error: tuple[Any, str], expected: type[Result]
) -> None:
    service.reply = lambda _: api.error(*error)
    result = await source.fetch_profile(BLUE, Wanted())
    assert isinstance(result, expected)
    assert f"code {error[0]}" in result.why
    if isinstance(result, Throttled):
        assert result.retry_at is None


async def test_who_is_no_professional_account_is_not_there(source: Source, api: GraphApi) -> None:
    api.add("someone.else", [])
    result = await source.fetch_profile(BLUE, Wanted())
    assert result == Gone("Instagram has no business or creator account of that name (code 110, subcode 2207013)")


async def test_a_token_that_is_refused_is_said_to_be(service: LocalService, api: GraphApi) -> None:
    api.add("blue.bottle", [])
    source = open_source("instagram_graph", settings(service, "another"))
    result = await source.fetch_profile(BLUE, Wanted())
    await source.close()
    assert result == Failed("the Graph API refuses the access token (code 190): get a new one")


async def test_the_token_is_nowhere_to_be_read(
    service: LocalService, source: Source, api: GraphApi, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (None, "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, name)
    api.add("blue.bottle", [])
    results: list[Result] = [await source.fetch_profile(BLUE, Wanted())]
    for code in (1, 10, 100, 190):
        service.reply = lambda _, code=code: api.error(code, f"Malformed access token {TOKEN}")  # type: ignore[misc]
        results.append(await source.fetch_profile(BLUE, Wanted()))
        results.append(await source.fetch_post(reference(NOW - DAY)))
    assert "Malformed access token ***" in repr(results)
    assert TOKEN not in repr(results)
    assert "HTTP Request" in caplog.text
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(settings(service))
    assert not any(TOKEN in asked.path + repr(asked.params) for asked in service.asked)


def usage(**headers: Any) -> dict[str, str]:
    """Headers as the API sends them: JSON as text."""
    return {name.replace("_", "-"): orjson.dumps(value).decode() for name, value in headers.items()}


def business(kind: str, used: int, minutes: int) -> dict[str, Any]:
    """The usage of one business use case."""
    shown = {"type": kind, "call_count": used, "total_cputime": 1, "total_time": 1}
    return {"17841405309211844": [shown | {"estimated_time_to_regain_access": minutes}]}


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        (usage(x_app_usage={"call_count": 96, "total_time": 25, "total_cputime": 25}), 10),
        (usage(x_app_usage={"call_count": 2, "total_time": 2, "total_cputime": 100}), 10),
        (usage(x_business_use_case_usage=business("instagram", 95, 0)), 10),
        (usage(x_business_use_case_usage=business("instagram", 100, 19)), 19),
    ],
)
async def test_the_api_is_left_alone_before_it_refuses(
    service: LocalService, source: Source, api: GraphApi, headers: dict[str, str], minutes: int
) -> None:
    api.add("blue.bottle", reels(1))
    api.headers = headers
    await look(source)

    result = await source.fetch_profile(BLUE, Wanted())

    resume = NOW + dt.timedelta(minutes=minutes)
    assert isinstance(result, Throttled)
    assert result.retry_at == resume
    assert isinstance(await source.fetch_post(reference(NOW - HOUR)), Throttled)
    assert len(service.asked) == 1
    api.headers = {}
    with clock.frozen(resume):
        await look(source)
        await look(source)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-App-Usage": "garbage", "X-Business-Use-Case-Usage": "[1]"},
        usage(x_app_usage=["call_count"], x_business_use_case_usage={"1": {"type": "instagram"}}),
        usage(x_app_usage={"call_count": "100", "total_time": None}, x_business_use_case_usage={"1": [7]}),
        usage(x_app_usage={"call_count": 94, "total_time": 25, "total_cputime": 25}),
        usage(x_business_use_case_usage=business("ads_management", 100, 30)),
    ],
)
async def test_while_there_is_room_the_api_is_asked(source: Source, api: GraphApi, headers: dict[str, str]) -> None:
    api.add("blue.bottle", reels(1))
    api.headers = headers
    await look(source)
    await look(source)


async def test_a_refusal_is_over_when_the_api_says_so(service: LocalService, source: Source, api: GraphApi) -> None:
    api.headers = usage(x_business_use_case_usage=business("instagram", 100, 7))
    service.reply = lambda _: api.error(80002, "There have been too many calls to this Instagram account.")
    result = await source.fetch_profile(BLUE, Wanted())
    assert isinstance(result, Throttled)
    assert result.retry_at == NOW + dt.timedelta(minutes=7)


async def test_what_was_seen_before_a_refusal_counts(service: LocalService, source: Source, api: GraphApi) -> None:
    api.add("blue.bottle", reels(120))
    api.headers = usage(x_app_usage={"call_count": 99, "total_time": 1, "total_cputime": 1})
    seen = await look(source)
    assert len(seen.posts) == 50
    assert len(service.asked) == 1


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


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>", 200),
        Reply(b"", 500),
        Reply({}, 200),
        Reply([], 200),
        Reply({"id": USER_ID}, 200),
        Reply({"business_discovery": {}}, 200),
        Reply({"business_discovery": {"id": "17841401441775531"}}, 200),
        Reply({"business_discovery": {"followers_count": "12"}}, 200),
        Reply({"business_discovery": {"followers_count": -1}}, 200),
        Reply({"business_discovery": {"name": "x", "media": []}}, 200),
        Reply({"business_discovery": {"name": "x", "media": {"data": ["1"]}}}, 200),
        Reply({"business_discovery": {"name": "x", "media": {"data": [a_reel(NOW, like_count="many")]}}}, 200),
        Reply({"business_discovery": {"name": "x", "media": {"data": [a_reel(NOW, timestamp="today")]}}}, 200),
        Reply({"error": "no"}, 400),
    ],
)
async def test_what_is_not_of_the_documented_shape_is_a_failure(
    service: LocalService, source: Source, reply: Reply
) -> None:
    service.reply = lambda _: reply
    assert isinstance(await source.fetch_profile(BLUE, Wanted()), Failed)
    assert isinstance(await source.fetch_post(reference(NOW)), Failed)


async def test_too_many_requests_without_an_error_is_a_refusal_too(service: LocalService, source: Source) -> None:
    service.answers(status=429, retry_after="60")
    result = await source.fetch_profile(BLUE, Wanted())
    assert isinstance(result, Throttled)
    assert result.retry_at == NOW + dt.timedelta(minutes=1)


async def test_a_post_is_found_in_its_posters_feed(service: LocalService, source: Source, api: GraphApi) -> None:
    api.add("blue.bottle", reels(120))
    published = NOW - HOUR - 60 * DAY
    seen = await source.fetch_post(reference(published))
    assert isinstance(seen, Observed)
    assert seen.profile is None
    assert [(post.external_id, post.create_time) for post in seen.posts] == [(str(external_id(published)), published)]
    assert len(service.asked) == 2


async def test_a_post_that_its_posters_feed_passes_over_is_gone(
    service: LocalService, source: Source, api: GraphApi
) -> None:
    api.add("blue.bottle", reels(120))
    assert isinstance(await source.fetch_post(reference(NOW - 10 * DAY)), Gone)
    assert len(service.asked) == 2  # the first page goes 50 days back, the second begins long before the post
    assert isinstance(await source.fetch_post(reference(NOW - 500 * DAY)), Gone)
    assert len(service.asked) == 5


async def test_a_post_is_not_gone_because_it_was_not_found(
    service: LocalService, source: Source, api: GraphApi
) -> None:
    api.add("blue.bottle", reels(1_100, apart=HOUR))
    for post, why in (
        (reference(NOW - 50 * DAY), "not among the newest 1000"),
        (reference(NOW - DAY, None), "nobody knows the poster"),
        (reference(NOW - DAY, "renamed"), "the poster's feed is not to be seen"),
    ):
        result = await source.fetch_post(post)
        assert isinstance(result, Failed)
        assert why in result.why
    assert len(service.asked) == 21


async def test_only_instagram_is_asked_for_instagram(service: LocalService, source: Source) -> None:
    assert isinstance(await source.fetch_profile(ProfileReference(Platform.TIKTOK, "cook"), Wanted()), Failed)
    assert isinstance(await source.fetch_post(PostReference(Platform.TIKTOK, "1", None, "cook")), Failed)
    assert service.asked == []


@pytest.mark.parametrize("given", [{}, {"instagram_graph_user_id": "1"}, {"instagram_graph_token": "x"}])
def test_a_source_without_an_account_or_a_token_says_what_to_set(given: dict[str, str]) -> None:
    with pytest.raises(SourceUnavailable, match="INSTAGRAM_GRAPH_USER_ID and CREATORAUDIT_INSTAGRAM_GRAPH_TOKEN"):
        open_source("instagram_graph", Settings(**given))  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [{"instagram_graph_user_id": "blue.bottle"}, {"instagram_graph_url": "graph"}])
def test_an_account_is_named_by_its_number(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="instagram_graph_"):
        Settings(**given)  # type: ignore[arg-type]
