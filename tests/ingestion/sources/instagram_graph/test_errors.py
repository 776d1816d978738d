"""What errors and answers of no documented shape mean, and that the token is told to nobody."""

import datetime as dt
import logging
from typing import Any

import pytest

from creatoraudit.ingestion.sources.registry import open_source
from creatoraudit.ingestion.sources.source import (
    Failed,
    Gone,
    Result,
    Source,
    Throttled,
    Wanted,
)
from graph_api import TOKEN, USER_ID, GraphApi, a_reel
from graph_looks import BLUE, DAY, NOW, reference, settings
from services import LocalService, Reply


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
