import datetime as dt
from typing import Any

import orjson
import pytest

from creatoraudit.ingestion.formats.snapshot import (
    Malformed,
    PostFields,
    ProfileFields,
    object_of,
    post_of,
    profile_of,
)
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot

AT = dt.datetime(2026, 6, 14, 9, 30, tzinfo=dt.UTC)
PROFILE = ProfileSnapshot(
    AT,
    name="Ada",
    description="Bio\n😍",
    profile_pic_url="https://media.example/ada.jpg",
    profile_pic_url_original="https://cdn.example/ada.jpg",
    is_verified=True,
    is_unavailable=False,
    link_in_bio="https://links.example/ada",
    platform_account_id="42",
    following_count=0,
    profile_post_count=12,
    follower_count=2**63 - 1,
)
POST = PostSnapshot(
    AT,
    "6907228749016714497",
    shortcode="CxYz",
    account_username="ada",
    platform_account_id="42",
    description="小技 #fyp",
    create_time=AT - dt.timedelta(days=3),
    media_type="video",
    duration=12.5,
    is_unavailable=False,
    cover_image_url="https://media.example/1.jpg",
    cover_image_url_original="https://cdn.example/1.jpg",
    video_url="https://media.example/1.mp4",
    video_url_original="https://cdn.example/1.mp4",
    platform_data={"music": {"id": 1}},
    fb_play_count=1,
    fb_like_count=2,
    view_count=3,
    play_count=4,
    like_count=5,
    comment_count=6,
    share_count=7,
    saved_count=8,
)


def test_a_snapshot_can_say_everything_that_is_recorded() -> None:
    assert tuple(ProfileFields.model_fields) == ProfileSnapshot._fields
    assert tuple(PostFields.model_fields) == PostSnapshot._fields


@pytest.mark.parametrize("profile", [PROFILE, ProfileSnapshot(AT), ProfileSnapshot(AT, follower_count=0)])
def test_a_profile_comes_back_from_its_json(profile: ProfileSnapshot) -> None:
    seen = orjson.loads(orjson.dumps(object_of(profile), option=orjson.OPT_UTC_Z))

    assert seen["at"] == "2026-06-14T09:30:00Z"
    assert profile_of(seen) == profile


@pytest.mark.parametrize("post", [POST, PostSnapshot(AT, "1"), PostSnapshot(AT, "1", view_count=0)])
def test_a_post_comes_back_from_its_json(post: PostSnapshot) -> None:
    assert post_of(orjson.loads(orjson.dumps(object_of(post), option=orjson.OPT_UTC_Z))) == post


@pytest.mark.parametrize(
    "given", ["2026-06-14T09:30:00Z", "2026-06-14T11:30:00+02:00", "2026-06-14T09:30:00.999Z", "20260614T093000Z"]
)
def test_times_are_whole_seconds_of_utc(given: str) -> None:
    at = profile_of({"at": given}).at

    assert at == AT
    assert at.tzinfo is dt.UTC


def test_an_object_without_a_time_is_of_the_time_it_was_asked_for() -> None:
    assert post_of({"external_id": "1"}, AT).at == AT
    assert post_of({"external_id": "1", "at": "2026-06-01T00:00:00Z"}, AT).at == dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def test_usernames_are_given_as_people_write_them() -> None:
    assert post_of({"external_id": "1", "account_username": "@Ada.L"}, AT).account_username == "ada.l"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"view_count": -1}, "view_count must be at least 0"),
        ({"view_count": 2**63}, "view_count must be at most 9223372036854775807"),
        ({"view_count": 2**70}, "view_count must be at most 9223372036854775807"),
        ({"view_count": 1.0}, "view_count must be an integer"),
        ({"view_count": "5"}, "view_count must be an integer"),
        ({"view_count": True}, "view_count must be an integer"),
        ({"likes_count": 5}, "likes_count is not a known field, did you mean 'like_count'?"),
        ({"external_id": 5}, "external_id must be a string"),
        ({"external_id": "CxYz"}, "external_id must be the platform's own number of the post, as a string of digits"),
        ({"external_id": "9" * 19}, "external_id must be the platform's own number of the post, as a string of digits"),
        ({"external_id": "٣"}, "external_id must be the platform's own number of the post, as a string of digits"),
        ({"at": "2026-06-14T09:30:00"}, "at must have a time zone, as 2026-06-14T09:30:00Z has"),
        ({"at": "yesterday"}, "at must be a time in ISO 8601, such as 2026-06-14T09:30:00Z"),
        ({"at": 1_781_429_400}, "at must be a time in ISO 8601, such as 2026-06-14T09:30:00Z"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at must be a time in ISO 8601, such as 2026-06-14T09:30:00Z"),
        ({"at": "1970-01-01T00:00:00Z"}, "at must not be before 2010: neither platform was there yet"),
        ({"create_time": 0}, "create_time must be a time in ISO 8601, such as 2026-06-14T09:30:00Z"),
        ({"media_type": "reel"}, "media_type must be one of: video, image, carousel"),
        ({"duration": -1}, "duration must be a number of seconds, at least 0"),
        ({"duration": float("nan")}, "duration must be a number of seconds, at least 0"),
        ({"is_unavailable": "no"}, "is_unavailable must be a boolean"),
        ({"description": "a\0b"}, "description must not contain the character U+0000"),
        ({"description": "\ud800"}, "description must be valid Unicode"),
        ({"account_username": "a b"}, "account_username must be a username of letters, digits, dots and underscores"),
        ({"platform_data": []}, "platform_data must be an object"),
        ({"platform_data": {"a": "\0"}}, "platform_data must not contain the character U+0000"),
        ({"platform_data": {"a": 2**70}}, "platform_data must be an object of JSON with integers of at most 64 bits"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(Malformed) as refused:
        post_of({"at": "2026-06-14T09:30:00Z", "external_id": "1"} | fields)

    assert str(refused.value) == message


def test_everything_that_is_wrong_is_named() -> None:
    with pytest.raises(Malformed) as refused:
        profile_of({"follower_count": -1, "following_count": "5", "followers": 3})

    assert str(refused.value) == (
        "at is required; following_count must be an integer; follower_count must be at least 0; "
        "followers is not a known field, did you mean 'follower_count'?"
    )
