"""Why a real yt-dlp sees nothing, page by recorded page, and what we make of it."""

import datetime as dt
from typing import Any, NamedTuple

import pytest

from creatoraudit import clock
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.sources.source import (
    Failed,
    Gone,
    PostReference,
    Private,
    ProfileReference,
    Throttled,
    Wanted,
)
from creatoraudit.ingestion.sources.ytdlp import YtDlp, open_ytdlp
from creatoraudit.ingestion.sources.ytdlp_lines import Refusal
from creatoraudit.ingestion.sources.ytdlp_refusals import meaning
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

ITEM = tiktok_items()[0]
AUTHOR = ITEM["author"]
USER = ProfileReference(Platform.TIKTOK, AUTHOR["uniqueId"])
POST = PostReference(Platform.TIKTOK, ITEM["id"], account_username=AUTHOR["uniqueId"])
REEL = PostReference(Platform.INSTAGRAM, instagram_media("reel")["pk"], "Chunk8-jurw")
NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
WITHHELD = "You do not have permission to view this post. Log into an account that has access"
UNKNOWN = "TikTok does not tell who this is: there is no such user, or it does not answer this address"
EMPTY = "Instagram sent an empty media response"


class Answer(NamedTuple):
    """What is answered where."""

    pattern: str
    body: Any = ""
    status: int = 200
    url: str | None = None


def post_page(status: int) -> Answer:
    return Answer("/video/", tiktok_post_page(None, status))


def user_page(videos: int, status: int = 0) -> Answer:
    return Answer(r"/@\w+$", tiktok_user_page(AUTHOR, videos=videos, status=status))


NOBODY = Answer(r"/@\w+$", tiktok_page({"webapp.user-detail": {"statusCode": 10_202}}))
HOME = Answer("instagram.com/$", INSTAGRAM_HOME)
GRANTED = Answer("get_ruling_for_content", {"status": "ok"})
NOTHING = Answer("instagram.com/api/graphql", {"data": {"xig_polaris_media": None}})


def ruled(title: str, description: str) -> Answer:
    return Answer("get_ruling_for_content", {"title": title, "description": description, "status": "fail"})


TIKTOK_POSTS = {
    "only for friends": (post_page(10_216), Private(WITHHELD)),
    "of a private account": (post_page(10_222), Private(WITHHELD)),
    "not for everybody": (
        Answer("/video/", tiktok_post_page({"id": ITEM["id"], "isContentClassified": True})),
        Private("This post may not be comfortable for some audiences. Log in for access"),
    ),
    "deleted, or not shown here": (post_page(10_204), Failed("Your IP address is blocked from accessing this post")),
    "a status nobody knows": (post_page(10_231), Failed("Video not available, status code 10231")),
    "no page": (Answer("/video/", status=404), Gone("Unable to download webpage: HTTP Error 404: Not Found")),
    "a page that is gone": (Answer("/video/", status=410), Gone("Unable to download webpage: HTTP Error 410: Gone")),
    "too many requests": (
        Answer("/video/", status=429),
        Throttled(None, "Unable to download webpage: HTTP Error 429: Too Many Requests"),
    ),
    "an address that is shut out": (
        Answer("/video/", status=403),
        Throttled(None, "Unable to download webpage: HTTP Error 403: Forbidden"),
    ),
    "a login for everything": (
        Answer("/video/", url="https://www.tiktok.com/login?redirect_url=x"),
        Throttled(None, "TikTok is requiring login for access to this content"),
    ),
    "a broken server": (
        Answer("/video/", status=502),
        Failed("Unable to download webpage: HTTP Error 502: Bad Gateway"),
    ),
    "no network": (Answer("^nowhere$"), Failed("Unable to download webpage: Nothing is recorded for this URL")),
    "a puzzle without pieces": (
        Answer("/video/", "<html>Please wait...</html>"),
        Failed("Unable to extract challenge data"),
    ),
    "something else": (Answer("/video/", "<html>Hello</html>"), Failed("Unexpected response from webpage request")),
}
TIKTOK_FEEDS = {
    "private": ([user_page(0, 10_222)], Private("This user's account is private. Log into an account that has access")),
    "nothing in the feed of someone with posts": (
        [user_page(12), Answer("/api/creator/item_list/", tiktok_feed([], more=True))],
        Private(
            "This user's account is likely either private or all of their videos are private. "
            "Log into an account that has access"
        ),
    ),
    "nobody of that name": ([NOBODY, Answer("/embed/", status=400)], Failed(UNKNOWN)),
    "no page": ([Answer("/@", status=404)], Gone(UNKNOWN)),
    "too many requests": ([Answer("/@", status=429)], Throttled(None, UNKNOWN)),
    "a feed that is none": (
        [user_page(12), Answer("/api/creator/item_list/", "")],
        Failed("Failed to parse JSON"),
    ),
    "a feed of someone who asks too often": (
        [user_page(12), Answer("/api/creator/item_list/", status=429)],
        Throttled(None, "Unable to download JSON metadata: HTTP Error 429: Too Many Requests"),
    ),
}
INSTAGRAM_POSTS = {
    "a login for everything": (
        [HOME, GRANTED, NOTHING, Answer("/p/", url="https://www.instagram.com/accounts/login/?next=x")],
        Throttled(
            None,
            "The webpage request was redirected to the login page. "
            "You have exceeded the rate-limit for accessing posts anonymously",
        ),
    ),
    "not for everybody": (
        [HOME, ruled("Restricted Video", "You must be 18 years old or over to see this video"), NOTHING],
        Private("Restricted Video: You must be 18 years old or over to see this video"),
    ),
    "removed": (
        [HOME, ruled("Post isn't available", "The link may be broken, or the post may have been removed."), NOTHING],
        Gone("Post isn't available: The link may be broken, or the post may have been removed."),
    ),
    "no page": (
        [HOME, GRANTED, NOTHING, Answer("/p/", status=404)],
        Gone("Unable to download webpage: HTTP Error 404: Not Found"),
    ),
    "an empty page": ([HOME, GRANTED, NOTHING, Answer("/p/", instagram_page(None))], Failed(EMPTY)),
    "too many requests": (
        [Answer("instagram.com/$", status=429)],
        Throttled(None, "Unable to download webpage: HTTP Error 429: Too Many Requests"),
    ),
}


@pytest.fixture
def source() -> YtDlp:
    return open_ytdlp(Settings())


def record(platforms: Recorded, *answers: Answer) -> None:
    for one in answers:
        platforms.answer(one.pattern, one.body, status=one.status, url=one.url)


@pytest.mark.parametrize("case", TIKTOK_POSTS)
async def test_why_a_tiktok_post_is_not_seen(case: str, platforms: Recorded, source: YtDlp) -> None:
    answer, expected = TIKTOK_POSTS[case]
    record(platforms, answer)

    assert await source.fetch_post(POST) == expected


@pytest.mark.parametrize("case", TIKTOK_FEEDS)
async def test_why_a_tiktok_feed_is_not_seen(case: str, platforms: Recorded, source: YtDlp) -> None:
    answers, expected = TIKTOK_FEEDS[case]
    record(platforms, *answers)

    assert await source.fetch_profile(USER, Wanted()) == expected


@pytest.mark.parametrize("case", INSTAGRAM_POSTS)
async def test_why_an_instagram_post_is_not_seen(case: str, platforms: Recorded, source: YtDlp) -> None:
    answers, expected = INSTAGRAM_POSTS[case]
    record(platforms, *answers)

    assert await source.fetch_post(REEL) == expected


async def test_a_private_post_of_instagram_is_known_by_its_long_shortcode(platforms: Recorded, source: YtDlp) -> None:
    record(platforms, HOME, GRANTED, NOTHING)

    result = await source.fetch_post(REEL._replace(shortcode="Chunk8-jurw" + "x" * 28))

    assert result == Private("This content is only available for registered users who follow this account")


async def test_the_platform_says_when_to_come_back(platforms: Recorded, source: YtDlp) -> None:
    platforms.answer("/video/", status=429, headers={"Retry-After": "90"})

    with clock.frozen(NOW):
        result = await source.fetch_post(POST)

    assert result == Throttled(
        NOW + dt.timedelta(seconds=90), "Unable to download webpage: HTTP Error 429: Too Many Requests"
    )


def refusal(message: str, *kinds: str) -> Refusal:
    return {"message": message, "kinds": list(kinds), "status": None, "retry_after": None, "warnings": []}


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        ("This video has been removed in your country", ("DownloadError", "GeoRestrictedError")),
        ("The channel is not currently live", ("DownloadError", "UserNotLive")),
        ("Unsupported URL: https://www.tiktok.com/", ("DownloadError", "UnsupportedError")),
        ("An extractor error has occurred.", ("DownloadError", "ExtractorError", "KeyError")),
    ],
)
def test_what_says_nothing_of_what_was_looked_at_is_a_failure(message: str, kinds: tuple[str, ...]) -> None:
    assert meaning(refusal(message, *kinds)) == Failed(message)


def test_what_yt_dlp_advises_its_own_users_is_left_out() -> None:
    said = meaning(refusal("Restricted Video. Use --cookies-from-browser or --cookies for the authentication. See x"))

    assert said == Private("Restricted Video")
