"""Daily rows and series of every scope, against plain sums over what was seen."""

import datetime as dt
from typing import Any

import pytest
from httpx import AsyncClient

from creatoraudit.domain.actor import Actor
from rest.objects import DAILY, SERIES
from rest.story import ALONE, BOTH, COOK, DANCER, EVERYTHING, JAM, PIE, SPIN, TRACKED, Story, Sum
from written import TODAY, ago

NOBODY = "01977f0e-0000-7000-8000-000000000000"

pytestmark = pytest.mark.usefixtures("today")


def measured(story: Story, actor: Actor) -> list[tuple[str, str, str, Sum]]:
    """Every scope: its path, its name, its id and what its numbers are the sums of."""
    return [
        ("", "organization", str(actor.organization_id), EVERYTHING),
        (f"/accounts/{story.accounts['cook']}", "account", story.accounts["cook"], COOK),
        (f"/accounts/{story.accounts['dancer']}", "account", story.accounts["dancer"], DANCER),
        (f"/creators/{story.creator}", "creator", story.creator, BOTH),
        (f"/videos/{story.tracked[PIE]}", "video", story.tracked[PIE], Sum((PIE,))),
        (f"/videos/{story.tracked[ALONE]}", "video", story.tracked[ALONE], Sum((ALONE,))),
        (f"/account-videos/{story.discovered[JAM]}", "account_video", story.discovered[JAM], Sum((JAM,))),
        (f"/account-videos/{story.discovered[SPIN]}", "account_video", story.discovered[SPIN], Sum((SPIN,))),
    ]


async def test_a_row_a_day(client: AsyncClient, organization: Actor, story: Story) -> None:
    for path, scope, one, expected in measured(story, organization):
        answer = await client.get(f"/v2{path}/analytics")
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["data"] == [expected.day(days) for days in range(29, -1, -1)], path
        assert list(body["data"][0]) == [name for name in DAILY if expected.accounts or not name.startswith("follow")]
        coverage = body["meta"].pop("coverage")
        assert coverage is not None
        assert 0 < coverage < 1
        assert list(body["meta"].items()) == [
            ("scope", scope),
            ("id", one),
            ("start_date", str(ago(29))),
            ("end_date", str(TODAY)),
            ("days", 30),
        ]


async def test_a_row_a_bucket(client: AsyncClient, organization: Actor, story: Story) -> None:
    """The window begins on a Wednesday; weeks begin on Monday."""
    weeks = {"2026-06-01": (11, 7), "2026-06-08": (6, 0)}
    assert (ago(11).weekday(), ago(7), ago(6)) == (2, dt.date(2026, 6, 7), dt.date(2026, 6, 8))
    window = {"start_date": str(ago(11)), "end_date": str(TODAY)}
    for path, scope, one, expected in measured(story, organization):
        answer = await client.get(f"/v2{path or '/analytics'}/timeseries", params=window | {"granularity": "week"})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["data"] == [
            {"date": date, **expected.metrics(first, last), **expected.totals(last)}
            for date, (first, last) in weeks.items()
        ], path
        assert list(body["data"][0]) == [name for name in SERIES if expected.accounts or not name.startswith("follow")]
        assert list(body["meta"]) == [
            *("scope", "id", "start_date", "end_date", "days", "coverage", "period", "granularity")
        ]
        said = {"scope": scope, "id": one, **window, "days": 12, "period": "custom", "granularity": "week"}
        assert body["meta"].items() >= said.items()


async def test_days_and_months_of_one_window(client: AsyncClient, organization: Actor, story: Story) -> None:
    for path, _, _, expected in measured(story, organization):
        url = f"/v2{path or '/analytics'}/timeseries"
        by_day = (await client.get(url, params={"period": "30d"})).json()
        assert by_day["data"] == [expected.day(days) | expected.totals(days) for days in range(29, -1, -1)]
        assert (by_day["meta"]["period"], by_day["meta"]["granularity"]) == ("30d", "day")
        assert (await client.get(url)).json() == by_day
        by_month = (await client.get(url, params={"period": "30d", "granularity": "month"})).json()
        assert by_month["data"] == [
            {"date": "2026-05-01", **expected.metrics(29, 14), **expected.totals(14)},
            {"date": "2026-06-01", **expected.metrics(13, 0), **expected.totals(0)},
        ]


async def test_coverage_tells_how_much_was_seen(client: AsyncClient, organization: Actor, story: Story) -> None:
    days = TRACKED + 1
    seen = {
        f"/accounts/{story.accounts['cook']}": (3, days),
        f"/creators/{story.creator}": (5, 2 * days),
        f"/videos/{story.tracked[ALONE]}": (2, days),
        f"/account-videos/{story.discovered[JAM]}": (2, days),
    }
    for path, (observed, expected) in seen.items():
        meta = (await client.get(f"/v2{path}/analytics")).json()["meta"]
        assert meta["coverage"] == round(observed / expected, 4), path
    earlier = {"start_date": str(ago(20)), "end_date": str(ago(TRACKED + 1))}
    for path, *_ in measured(story, organization):
        answer = (await client.get(f"/v2{path}/analytics", params=earlier)).json()
        assert answer["meta"]["coverage"] is None
        assert {row["views"] for row in answer["data"]} == {0}


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ({"start_date": str(ago(3))}, ago(3), TODAY),
        ({"end_date": str(ago(40))}, ago(69), ago(40)),
        ({"start_date": str(ago(3)), "end_date": "2999-01-01"}, ago(3), TODAY),
        ({"start_date": str(ago(729))}, ago(729), TODAY),
        ({"start_date": str(TODAY), "end_date": str(TODAY)}, TODAY, TODAY),
    ],
)
async def test_either_date_may_be_left_out(client: AsyncClient, asked: Any, start: dt.date, end: dt.date) -> None:
    body = (await client.get("/v2/analytics", params=asked)).json()
    days = (end - start).days + 1
    assert body["meta"].items() >= {"start_date": str(start), "end_date": str(end), "days": days}.items()
    dates = [row["date"] for row in body["data"]]
    assert dates == [str(start + dt.timedelta(days=number)) for number in range(days)]


NOUNS = ("", "/accounts/{}", "/videos/{}", "/account-videos/{}", "/creators/{}")
WRONG_DATES = [
    ("start_date=2026-06-10&end_date=2026-06-09", "end_date", "must not be before start_date"),
    ("start_date=2026-06-15", "start_date", "must not be in the future"),
    ("start_date=2024-06-14&end_date=2026-06-14", "end_date", "must be at most 729 days after start_date"),
    ("start_date=14.06.2026", "start_date", "must be a date as YYYY-MM-DD, not before 1970-01-01"),
    ("end_date=", "end_date", "must not be empty"),
]
WRONG_WINDOWS = [
    ("period=custom&end_date=2026-06-10", "start_date", "is required with period custom"),
    ("start_date=2026-06-10", "end_date", "is required with period custom"),
    ("period=7d&start_date=2026-06-10", "start_date", "goes with period custom only, not with 7d"),
    ("period=8d", "period", "must be one of: 7d, 30d, 90d, custom"),
    ("granularity=hour", "granularity", "must be one of: day, week, month"),
    ("granularity=", "granularity", "must not be empty"),
]


@pytest.mark.parametrize("noun", NOUNS)
async def test_what_is_no_window_is_named_before_anything_is_looked_for(client: AsyncClient, noun: str) -> None:
    path = "/v2" + noun.format(NOBODY)
    for query, field, message in [*WRONG_DATES, ("period=7d", "period", "is not a known parameter")]:
        answer = await client.get(f"{path}/analytics?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"field": field, "message": message}]
    path = path if noun else f"{path}/analytics"
    for query, field, message in [*WRONG_DATES[:1], *WRONG_DATES[2:], *WRONG_WINDOWS]:
        answer = await client.get(f"{path}/timeseries?{query}")
        assert answer.status_code == 422
        assert {"field": field, "message": message} in answer.json()["errors"]
        if "729" in message:
            assert answer.json()["detail"] == "A window has at most 730 days."


@pytest.mark.parametrize(
    ("noun", "name"),
    [("accounts", "Account"), ("videos", "Video"), ("account-videos", "Account video"), ("creators", "Creator")],
)
async def test_there_is_no_history_of_what_is_not_there(client: AsyncClient, noun: str, name: str) -> None:
    for kind in ("analytics", "timeseries"):
        answer = await client.get(f"/v2/{noun}/{NOBODY}/{kind}")
        assert (answer.status_code, answer.json()["detail"]) == (404, f"{name} not found.")
