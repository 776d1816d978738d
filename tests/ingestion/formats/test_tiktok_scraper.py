import datetime as dt
from typing import Any

import pytest

from creatoraudit.ingestion.formats.entry import Sighting
from creatoraudit.ingestion.formats.snapshot import Malformed
from creatoraudit.ingestion.formats.tiktok_scraper import entries_of
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot

AT = dt.datetime(2020, 12, 22, 12, tzinfo=dt.UTC)
ELEMENT: dict[str, Any] = {
    "id": "6907228749016714497",
    "text": "Confidence went 📈",
    "createTime": "1608214517",
    "authorMeta": {
        "id": "504898250456910053",
        "secUid": "MS4w",
        "name": "Ada.L",
        "nickName": "Ada",
        "verified": True,
        "private": False,
        "signature": "Bio",
        "avatar": "https://cdn.example/ada.jpg",
        "following": 195,
        "fans": 43_500,
        "heart": "1093998",
        "video": 3,
        "digg": 95,
    },
    "musicMeta": {"musicId": "42", "musicName": "original sound", "musicAuthor": "Ada", "playUrl": "https://…"},
    "covers": {"default": "https://cdn.example/1.jpg", "origin": "https://cdn.example/2.jpg"},
    "imageUrl": "https://cdn.example/3.jpg",
    "webVideoUrl": "https://www.tiktok.com/@ada.l/video/6907228749016714497",
    "videoUrl": "https://cdn.example/1.mp4",
    "videoMeta": {"height": 1024, "width": 576, "duration": 15},
    "diggCount": 3710,
    "shareCount": 50,
    "playCount": 44_800,
    "commentCount": 68,
    "hashtags": [{"id": "1", "name": "fyp", "title": "", "cover": []}],
    "downloaded": False,
}


def test_an_element_shows_a_post_and_whoever_published_it() -> None:
    assert entries_of(ELEMENT, AT) == [
        Sighting(
            "tiktok",
            "ada.l",
            ProfileSnapshot(
                AT,
                name="Ada",
                description="Bio",
                profile_pic_url_original="https://cdn.example/ada.jpg",
                is_verified=True,
                is_unavailable=False,
                platform_account_id="504898250456910053",
                following_count=195,
                profile_post_count=3,
                follower_count=43_500,
            ),
        ),
        Sighting(
            "tiktok",
            "ada.l",
            PostSnapshot(
                AT,
                "6907228749016714497",
                account_username="ada.l",
                platform_account_id="504898250456910053",
                description="Confidence went 📈",
                create_time=dt.datetime(2020, 12, 17, 14, 15, 17, tzinfo=dt.UTC),
                media_type="video",
                duration=15,
                is_unavailable=False,
                cover_image_url_original="https://cdn.example/1.jpg",
                video_url_original="https://cdn.example/1.mp4",
                platform_data={
                    "hashtags": ["fyp"],
                    "music": {"id": "42", "name": "original sound", "author": "Ada"},
                },
                view_count=44_800,
                like_count=3_710,
                comment_count=68,
                share_count=50,
            ),
        ),
    ]


def test_numbers_that_were_not_loaded_are_not_zeros() -> None:
    author = {"name": "ada", "following": 0, "fans": 0, "video": 0}

    profile, post = entries_of({"id": "7", "authorMeta": author}, AT)

    assert profile.seen == ProfileSnapshot(AT)
    assert post.seen == PostSnapshot(AT, "7", account_username="ada", media_type="video", is_unavailable=False)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": 7}, "id must be a string"),
        ({"playCount": "many"}, "playCount must be an integer"),
        ({"playCount": -1}, "playCount must be at least 0"),
        ({"createTime": "yesterday"}, "createTime must be the Unix time at which the post was published"),
        ({"createTime": 0}, "createTime must be the Unix time at which the post was published"),
        ({"authorMeta": {"name": "a b"}}, "authorMeta.name must be a TikTok username"),
        ({"authorMeta": {}}, "authorMeta.name is required"),
        ({"authorMeta": None}, "authorMeta must be an object"),
        ({"hashtags": [{}]}, "hashtags[0].name is required"),
        ({"videoMeta": {"duration": -1}}, "videoMeta.duration must be a number of seconds, at least 0"),
    ],
)
def test_what_is_wrong_is_named_as_the_tool_names_it(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(Malformed, match=f"^{message.replace('[', '.').replace(']', '.')}"):
        entries_of(ELEMENT | fields, AT)


def test_somebody_has_to_say_when_it_was_seen() -> None:
    with pytest.raises(Malformed, match="--at"):
        entries_of(ELEMENT, None)
