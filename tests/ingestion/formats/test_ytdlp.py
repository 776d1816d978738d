"""What yt-dlp prints becomes snapshots that say no more than it knows. The files say how they were made."""

import datetime as dt
import json
from typing import Any

import pytest

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.formats.snapshot import Malformed, object_of
from creatoraudit.ingestion.formats.snapshot import post_of as post_of_object
from creatoraudit.ingestion.formats.ytdlp import feed_of, is_feed, platform_of, post_of, username_in
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from recorded_platforms import DATA, instagram_media, tiktok_items

SEC_UID = "MS4wLjABAAAAkG3vQx7Zb1TnYc_Rw0uP5eJdLh9sMfXa2oViE-8tBqWzNgUyHrKjDpCl4S6mO3xA"
AT = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
COUNTERS = {"view_count": "view_count", "like_count": "like_count", "comment_count": "comment_count"} | {
    "repost_count": "share_count"
}


def printed(name: str) -> list[dict[str, Any]]:
    """What `yt-dlp -j` or `-J` printed, a line each."""
    return [json.loads(line) for line in (DATA / f"ytdlp_{name}").read_text().splitlines()]


def a_post(**changed: Any) -> dict[str, Any]:
    """A line of a TikTok post, changed."""
    return printed("tiktok_post.jsonl")[0] | changed


def test_a_line_of_a_tiktok_post_is_a_post() -> None:
    (line,) = printed("tiktok_post.jsonl")

    assert (platform_of(line), is_feed(line), username_in(line)) == (Platform.TIKTOK, False, "creator_6d155ccbeb")
    assert post_of(line) == PostSnapshot(
        at=dt.datetime.fromtimestamp(line["epoch"], dt.UTC),
        external_id="6898699405898059010",
        account_username="creator_6d155ccbeb",
        platform_account_id=SEC_UID,
        description="Iphone bend test🤗 #tiktok #viral #fyp #iphone #test #bend",
        create_time=dt.datetime(2020, 11, 24, 14, 37, 5, tzinfo=dt.UTC),
        media_type="video",
        duration=19.0,
        is_unavailable=False,
        cover_image_url_original=line["thumbnail"],
        view_count=15_300_000,
        like_count=936_200,
        comment_count=27_100,
        share_count=21_100,
    )


def test_lines_of_a_flat_feed_have_all_that_the_feed_shows() -> None:
    posts = [post_of(line, AT) for line in printed("tiktok_flat_feed.jsonl")]

    assert [
        (one.at, one.external_id, one.view_count, one.like_count, one.comment_count, one.share_count) for one in posts
    ] == [
        (AT, item["id"], stats["playCount"], stats["diggCount"], stats["commentCount"], stats["shareCount"])
        for item in tiktok_items()
        for stats in [item["stats"]]
    ]
    assert [one.create_time for one in posts] == [
        dt.datetime.fromtimestamp(item["createTime"], dt.UTC) for item in tiktok_items()
    ]
    assert [one.description for one in posts] == [item["desc"] for item in tiktok_items()]
    assert {(one.account_username, one.platform_account_id) for one in posts} == {("creator_6d155ccbeb", SEC_UID)}
    assert {one.media_type for one in posts} == {None}, "a feed does not tell films from slide shows"


def test_a_playlist_tells_a_profile_by_its_posts() -> None:
    (line,) = printed("tiktok_feed.json")

    feed = feed_of(line)

    seen_at = dt.datetime.fromtimestamp(line["epoch"], dt.UTC)
    assert (platform_of(line), is_feed(line), feed.username) == (Platform.TIKTOK, True, "creator_6d155ccbeb")
    assert feed.profile == ProfileSnapshot(
        seen_at, name="Creator 6d155ccbeb", is_unavailable=False, platform_account_id=SEC_UID
    )
    assert feed.posts == [post_of(one, seen_at) for one in printed("tiktok_flat_feed.jsonl")]


def test_an_instagram_post_is_known_by_its_media_id() -> None:
    (line,) = printed("instagram_reel.jsonl")

    assert platform_of(line) is Platform.INSTAGRAM
    assert post_of(line, AT) == PostSnapshot(
        at=AT,
        external_id=instagram_media("reel")["pk"],
        shortcode="Chunk8-jurw",
        account_username="instagram",
        platform_account_id="25025320",
        description="Summer vibes ☀️ #InstagramReels",
        create_time=dt.datetime(2022, 8, 26, 15, 53, 51, tzinfo=dt.UTC),
        media_type="video",
        duration=5.016,
        is_unavailable=False,
        cover_image_url_original="https://scontent.cdninstagram.example/v/t51/Chunk8-jurw_1080.jpg?oe=66F1",
        view_count=3_120_457,
        like_count=504_120,
        comment_count=8_713,
    )


def test_every_line_of_a_carousel_is_the_whole_post() -> None:
    lines = printed("instagram_carousel.jsonl")

    posts = [post_of(line, AT) for line in lines]

    assert [line["id"] for line in lines] == ["BQ0dSaohpPW", "BQ0dTpOhuHT"]
    assert {(one.shortcode, one.media_type, one.duration, one.like_count) for one in posts} == {
        ("BQ0eAlwhDrw", "carousel", None, 1_289_310)
    }


def test_a_picture_has_no_views_and_hidden_likes_are_not_zero() -> None:
    (line,) = printed("instagram_picture.jsonl")

    post = post_of(line)

    assert line["like_count"] == -1, "as Instagram writes that they are hidden"
    assert (post.media_type, post.view_count, post.like_count, post.comment_count) == ("image", None, None, 412)


@pytest.mark.parametrize("name", COUNTERS)
@pytest.mark.parametrize("nonsense", [None, -1, float("nan"), float("inf"), 12.0, "12", True, 2**63, [12], {"n": 12}])
def test_what_is_no_count_was_not_observed(name: str, nonsense: Any) -> None:
    line = a_post(**{name: nonsense})
    missing = {other: value for other, value in line.items() if other != name}

    assert getattr(post_of(line), COUNTERS[name]) is None
    assert post_of(missing) == post_of(line)


def test_a_zero_that_was_observed_stands() -> None:
    assert post_of(a_post(repost_count=0)).share_count == 0


@pytest.mark.parametrize(
    ("timestamp", "upload_date", "expected"),
    [
        (1_606_228_625, None, dt.datetime(2020, 11, 24, 14, 37, 5, tzinfo=dt.UTC)),
        (1_606_228_625.7, "20201125", dt.datetime(2020, 11, 24, 14, 37, 5, tzinfo=dt.UTC)),
        (None, "20201124", dt.datetime(2020, 11, 24, tzinfo=dt.UTC)),
        (0, "20201124", dt.datetime(2020, 11, 24, tzinfo=dt.UTC)),
        (-5, None, None),
        (10**18, None, None),
        (float("nan"), "soon", None),
        ("1606228625", 20201124, None),
        (None, "19700101", None),
    ],
)
def test_when_a_post_was_published(timestamp: Any, upload_date: Any, expected: dt.datetime | None) -> None:
    assert post_of(a_post(timestamp=timestamp, upload_date=upload_date)).create_time == expected


@pytest.mark.parametrize("nonsense", [0, -3, float("nan"), float("inf"), "19", None])
def test_a_length_that_is_none_was_not_observed(nonsense: Any) -> None:
    assert post_of(a_post(duration=nonsense)).duration is None


@pytest.mark.parametrize(
    ("uploader", "url", "expected"),
    [
        ("Creator_6D", "https://www.tiktok.com/@someone/video/1", "creator_6d"),
        (None, "https://www.tiktok.com/@Some.One/video/1", "some.one"),
        (None, f"https://www.tiktok.com/@{SEC_UID}/video/1", None),
        (None, "https://www.tiktok.com/@_/video/1", None),
        (None, None, None),
    ],
)
def test_who_published_it_is_told_by_the_name_or_the_link(
    uploader: str | None, url: str | None, expected: str | None
) -> None:
    line = a_post(uploader=uploader, webpage_url=url, url=None)

    assert (username_in(line), post_of(line).account_username) == (expected, expected)


def test_nothing_comes_through_that_no_database_takes_or_no_import_reads() -> None:
    nonsense = {"description": "a\0b\ud83dc", "channel_id": "x\0", "timestamp": 10, "thumbnails": 7, "formats": "none"}
    post = post_of(a_post(**nonsense, upload_date=None))

    assert (post.description, post.platform_account_id, post.create_time) == ("abc", "x", None)
    assert post_of_object(object_of(post)) == post


def test_sound_alone_may_be_a_slide_show_or_a_film() -> None:
    assert post_of(a_post(formats=[{"vcodec": "none", "acodec": "aac"}])).media_type is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"extractor_key": "Youtube"},
            "extractor_key must be one of: TikTok, Instagram, TikTokUser; 'Youtube' is not tracked",
        ),
        ({"extractor_key": "TikTokLive"}, "extractor_key must be one of: .*; 'TikTokLive' is not tracked"),
        ({"extractor_key": "TikTokUser"}, "extractor_key must be that of a post; 'TikTokUser' is a playlist"),
        ({"extractor_key": None, "extractor": None}, "extractor_key must be one of: .*; 'None' is not tracked"),
        ({"id": "abc", "webpage_url": None, "url": None}, "id must be a TikTok post: its URL or its numeric id"),
        ({"id": 5, "webpage_url": None, "url": None}, "id must be a TikTok post: its URL or its numeric id"),
        ({"epoch": None}, "epoch must be the Unix time at which yt-dlp looked"),
        ({"epoch": "yesterday"}, "epoch must be the Unix time at which yt-dlp looked"),
    ],
)
def test_what_is_no_post_of_ours_is_refused_with_a_reason(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(Malformed, match=message):
        post_of(a_post(**changed))


def test_a_post_is_no_feed() -> None:
    with pytest.raises(Malformed, match="extractor_key must be one of: TikTokUser"):
        feed_of(a_post())
