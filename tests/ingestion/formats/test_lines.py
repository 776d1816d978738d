"""Our own format, one object at a time."""

import datetime as dt
from typing import Any

import pytest

from creatoraudit import clock
from creatoraudit.ingestion.formats import entry
from creatoraudit.ingestion.formats.entry import Sighting
from creatoraudit.ingestion.formats.lines import entries_of, object_of_entry
from creatoraudit.ingestion.formats.snapshot import Malformed
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot

AT = dt.datetime(2026, 6, 14, 9, 30, tzinfo=dt.UTC)
TEXT = "2026-06-14T09:30:00Z"
ID = "01900000-0000-7000-8000-000000000001"


def test_an_object_with_an_external_id_is_a_post_and_any_other_a_profile() -> None:
    post = {"platform": "tiktok", "external_id": "1", "account_username": "@Ada", "at": TEXT}
    assert entries_of(post) == (Sighting("tiktok", "ada", PostSnapshot(AT, "1", account_username="ada")),)
    assert entries_of(post | {"kind": "post"}) == entries_of(post)

    profile = {"platform": "instagram", "username": "https://www.instagram.com/Ada/", "at": TEXT}
    assert entries_of(profile) == (Sighting("instagram", "ada", ProfileSnapshot(AT)),)


def test_a_post_that_was_looked_up_by_itself_was_in_no_feed() -> None:
    said = {"platform": "tiktok", "external_id": "1", "account_username": "ada", "at": TEXT, "in_feed": False}

    assert entries_of(said) == (Sighting("tiktok", None, PostSnapshot(AT, "1", account_username="ada")),)


def test_what_does_not_say_when_was_seen_at_the_time_that_is_given() -> None:
    (sighting,) = entries_of({"platform": "tiktok", "username": "ada"}, AT)

    assert isinstance(sighting, Sighting)
    assert sighting.seen.at == AT


ENTRIES: list[entry.Entry] = [
    Sighting("tiktok", "ada", ProfileSnapshot(AT, follower_count=3)),
    Sighting("instagram", "ada", PostSnapshot(AT, "1", account_username="ada", view_count=0)),
    Sighting("instagram", None, PostSnapshot(AT, "1", account_username="ada", like_count=1)),
    Sighting("instagram", None, PostSnapshot(AT, "1")),
    entry.Organization(id=ID, name="Acme", account_quota=5, created_at=AT),
    entry.Creator(id=ID, name="Ada", is_active=False, metadata={"tier": 1}, added_at=AT),
    entry.Account(id=ID, platform="tiktok", username="ada", creator_id=ID, category="dance", added_at=AT),  # type: ignore[arg-type]
    entry.Video(id=ID, post_id=7, platform="instagram", external_id="1", shortcode="B", added_at=AT, updated_at=AT),  # type: ignore[arg-type]
    entry.AccountVideo(id=ID, post_id=7, platform="tiktok", external_id="1", account_username="ada", added_at=AT),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("said", ENTRIES, ids=lambda said: type(said).__name__)
def test_whatever_is_written_is_read_as_the_same(said: entry.Entry) -> None:
    written = object_of_entry(said)
    written = {name: value.isoformat() if name.endswith("at") else value for name, value in written.items()}

    assert entries_of(written) == (said,)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "story"}, "kind must be one of: profile, post, organization, creator, account, video, account_video"),
        ({"kind": None}, "kind must be one of: profile, post, organization, creator, account, video, account_video"),
        ({"platform": "youtube"}, "platform must be one of: instagram, tiktok"),
        (
            {"username": "a b"},
            "username must be a TikTok username (2–24 letters, digits, dots or underscores), or the URL",
        ),
        ({"view_count": 5}, "view_count is not a known field"),
        ({"kind": "account", "at": None}, "at is not a known field"),
        ({"at": "2031-01-01T00:00:00Z"}, "at must not be in the future"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], message: str) -> None:
    with clock.frozen(AT), pytest.raises(Malformed) as refused:
        entries_of({"platform": "tiktok", "username": "ada", "at": TEXT} | fields)

    assert str(refused.value).startswith(message)
