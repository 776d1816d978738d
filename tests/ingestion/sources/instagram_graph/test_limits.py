"""The API is left alone before it refuses, and after it has."""

import datetime as dt
from typing import Any

import orjson
import pytest

from creatoraudit import clock
from creatoraudit.ingestion.sources.source import (
    Source,
    Throttled,
    Wanted,
)
from graph_api import GraphApi
from graph_looks import BLUE, HOUR, NOW, look, reels, reference
from services import LocalService


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
