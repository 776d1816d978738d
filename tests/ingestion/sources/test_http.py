"""The `http` source against a service on a real socket: what it asks, what it makes of answers, what it refuses."""

import datetime as dt
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from creatoraudit import clock
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources.registry import open_source
from creatoraudit.ingestion.sources.source import (
    Failed,
    Gone,
    Observed,
    PostReference,
    Private,
    ProfileReference,
    Result,
    Source,
    SourceUnavailable,
    Throttled,
    Unchanged,
    Wanted,
)
from creatoraudit.settings import Settings
from services import LocalService, Reply, local_service

NOW = dt.datetime(2026, 6, 14, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
COOK = ProfileReference(Platform.TIKTOK, "cook", "6784")
POST = PostReference(Platform.TIKTOK, "7380000000000000001", None, "cook", "6784")
SECRET = "a-secret"


@pytest.fixture
def service() -> Iterator[LocalService]:
    with local_service() as service, clock.frozen(NOW):
        yield service


def settings(service: LocalService, **others: Any) -> Settings:
    return Settings(http_source_url=f"{service.url}/tracker/", http_source_token=SECRET, **others)


@pytest.fixture
async def source(service: LocalService) -> AsyncIterator[Source]:
    source = open_source("http", settings(service))
    yield source
    await source.close()


async def failure(source: Source) -> str:
    """Why a look at the profile failed."""
    result = await source.fetch_profile(COOK, Wanted())
    assert isinstance(result, Failed)
    return result.why


async def test_the_service_is_asked_for_what_is_wanted(service: LocalService, source: Source) -> None:
    since = dt.datetime(2026, 6, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    await source.fetch_profile(COOK, Wanted(30, since))
    await source.fetch_profile(ProfileReference(Platform.INSTAGRAM, "cook"), Wanted())
    await source.fetch_post(POST)

    assert [(asked.path, asked.params) for asked in service.asked] == [
        (
            "/tracker/profile",
            {
                "platform": "tiktok",
                "username": "cook",
                "platform_account_id": "6784",
                "posts": "30",
                "since": "2026-06-01T00:00:00Z",
            },
        ),
        ("/tracker/profile", {"platform": "instagram", "username": "cook"}),
        (
            "/tracker/post",
            {
                "platform": "tiktok",
                "external_id": "7380000000000000001",
                "account_username": "cook",
                "platform_account_id": "6784",
            },
        ),
    ]
    assert {asked.headers["Authorization"] for asked in service.asked} == {f"Bearer {SECRET}"}


async def test_a_service_without_a_token_is_sent_none(service: LocalService) -> None:
    source = open_source("http", Settings(http_source_url=service.url))
    await source.fetch_profile(COOK, Wanted())
    await source.close()
    assert "Authorization" not in service.asked[0].headers


async def test_what_the_service_shows_is_what_was_seen(service: LocalService, source: Source) -> None:
    service.answers(
        {
            "profile": {"name": "The Cook", "follower_count": 3, "is_verified": None},
            "posts": [
                {"external_id": "7380000000000000001", "view_count": 0, "create_time": "2026-06-13T10:00:00+02:00"},
                {"external_id": "7380000000000000002", "at": "2026-06-14T09:00:00Z", "account_username": "@Other"},
            ],
        }
    )

    seen = await source.fetch_profile(COOK, Wanted())

    assert isinstance(seen, Observed)
    assert seen.profile == ProfileSnapshot(NOW, name="The Cook", follower_count=3, is_unavailable=False)
    assert sorted(seen.posts) == [
        PostSnapshot(
            NOW - dt.timedelta(minutes=30),
            "7380000000000000002",
            account_username="other",
            is_unavailable=False,
        ),
        PostSnapshot(
            NOW,
            "7380000000000000001",
            account_username="cook",
            create_time=dt.datetime(2026, 6, 13, 8, tzinfo=dt.UTC),
            is_unavailable=False,
            view_count=0,
        ),
    ]


async def test_one_post_is_shown_without_a_profile(service: LocalService, source: Source) -> None:
    service.answers({"post": {"view_count": 7, "is_unavailable": True}})
    assert await source.fetch_post(POST) == Observed(
        None, [PostSnapshot(NOW, POST.external_id, is_unavailable=True, view_count=7)]
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (304, Unchanged()),
        (404, Gone("closed for good")),
        (410, Gone("closed for good")),
        (403, Private("closed for good")),
        (429, Throttled(None, "closed for good")),
        (400, Failed("closed for good")),
        (401, Failed("closed for good")),
        (500, Failed("closed for good")),
        (503, Failed("closed for good")),
    ],
)
async def test_a_status_says_how_a_look_ended(
    service: LocalService, source: Source, status: int, expected: Result
) -> None:
    service.answers(b"" if status == 304 else {"why": "closed\nfor good"}, status)
    assert await source.fetch_profile(COOK, Wanted()) == expected
    assert await source.fetch_post(POST) == expected


@pytest.mark.parametrize("body", [b"", b"<h1>Not Found</h1>", [], {"why": 1}])
async def test_a_status_speaks_for_itself(service: LocalService, source: Source, body: Any) -> None:
    service.answers(body, 404)
    assert await source.fetch_profile(COOK, Wanted()) == Gone("the service answered 404")


@pytest.mark.parametrize(
    ("header", "retry_at"),
    [
        ("120", NOW + dt.timedelta(minutes=2)),
        ("Sun, 14 Jun 2026 10:00:00 GMT", NOW + dt.timedelta(minutes=30)),
        ("soon", None),
        ("-5", None),
        ("9" * 30, None),
    ],
)
async def test_when_to_come_back_is_honoured(
    service: LocalService, source: Source, header: str, retry_at: dt.datetime | None
) -> None:
    service.answers(status=429, retry_after=header)
    assert await source.fetch_profile(COOK, Wanted()) == Throttled(retry_at, "the service answered 429")


@pytest.mark.parametrize("body", [{}, [], {"profile": {}}, {"profile": {"at": "2026-06-14T09:30:00Z", "name": None}}])
async def test_an_empty_answer_is_a_failure(service: LocalService, source: Source, body: Any) -> None:
    service.answers(body)
    assert "cannot be read" in await failure(source)
    service.answers({"post": body if isinstance(body, dict) and "profile" not in body else {"external_id": "1"}})
    assert isinstance(await source.fetch_post(POST), Failed)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"profile": {"follower_count": "12"}}, "profile: follower_count must be an integer"),
        ({"profile": {"follower_count": -1}}, "profile: follower_count must be at least 0"),
        ({"profile": {"followers": 1}}, "profile: followers is not a known field, did you mean 'follower_count'?"),
        ({"profile": {"name": "x"}, "posts": [{"external_id": "1"}, {}]}, "posts[1]: external_id is required"),
        (
            {"profile": {"name": "x"}, "posts": [{"external_id": "1", "like_count": 1.5}]},
            "posts[0]: like_count must be an integer",
        ),
        ({"profile": [], "posts": {}}, "profile must be an object; posts must be an array"),
        ({"posts": []}, "profile is required"),
        ({"profile": {"name": "x"}, "post": []}, "post is not a known field, did you mean 'posts'?"),
        (b"not json", "it must be a JSON object"),
        (b'{"profile": {"follower_count": 99999999999999999999}}', "profile: follower_count must be"),
    ],
)
async def test_what_is_wrong_with_an_answer_is_named(
    service: LocalService, source: Source, body: Any, said: str
) -> None:
    service.answers(body)
    assert said in await failure(source)


async def test_an_answer_about_another_post_is_not_taken_for_this_one(service: LocalService, source: Source) -> None:
    service.answers({"post": {"external_id": "7", "view_count": 1}})
    assert await source.fetch_post(POST) == Failed(
        "the service's answer cannot be read: it is about the post 7, not about 7380000000000000001"
    )


async def test_a_service_that_falls_silent_is_given_up(service: LocalService) -> None:
    source = open_source("http", settings(service, http_source_timeout=0.2))
    service.reply = lambda _: Reply(None)
    assert await failure(source) == "there was no answer within 0.2 seconds"
    service.reply = lambda _: Reply(b'{"profile": ', promised=100)
    assert "there was no answer" in await failure(source)
    await source.close()


async def test_an_answer_is_read_up_to_a_size(service: LocalService) -> None:
    source = open_source("http", settings(service, http_source_max_bytes=1024))
    service.answers({"profile": {"name": "x" * 900}})
    assert isinstance(await source.fetch_profile(COOK, Wanted()), Observed)
    service.answers({"profile": {"name": "x" * 5_000_000}})
    assert await failure(source) == "the answer is larger than 1024 bytes"
    await source.close()


async def test_nobody_is_followed_elsewhere(service: LocalService, source: Source) -> None:
    service.answers(status=302, location="http://169.254.169.254/")
    assert await failure(source) == "the service answered 302"
    assert len(service.asked) == 1


async def test_a_service_that_is_not_there_is_a_failure() -> None:
    with local_service() as service:
        pass
    source = open_source("http", settings(service))
    assert "there was no answer" in await failure(source)
    await source.close()


async def test_the_token_is_nowhere_to_be_read(
    service: LocalService, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (None, "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, name)
    for status in (200, 401, 500):
        service.answers({"why": "no"}, status)
        assert SECRET not in repr(await source.fetch_profile(COOK, Wanted()))
    assert "HTTP Request" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in repr(settings(service))


def test_a_source_without_a_url_says_what_to_set() -> None:
    with pytest.raises(SourceUnavailable, match="CREATORAUDIT_HTTP_SOURCE_URL"):
        open_source("http", Settings())


@pytest.mark.parametrize("url", ["scraper.internal", "ftp://x", "https://u:p@host/x", "https://host/x?key=1", ""])
def test_a_url_is_plain(url: str) -> None:
    with pytest.raises(ValueError, match="must be http://HOST or https://HOST"):
        Settings(http_source_url=url)
