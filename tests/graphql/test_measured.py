"""What every noun gained and how it developed, asked as a client asks it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.measures import POST_METRICS
from creatoraudit.domain.analytics.metrics import METRICS
from creatoraudit.graphql.inputs import field_name
from factories import a_creator, a_video, an_account, an_account_video
from written import NOON, account_closings, post_closings

from .conftest import Ask, Send


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


def gains(views: int, likes: int = 0, followers: int | None = None) -> dict[str, Any]:
    """A closing's cumulative gains, and totals that are 1,000 more."""
    return {
        "views": 1000 + views,
        "gained_views": views,
        "likes": 1000 + likes,
        "gained_likes": likes,
        "followers": followers,
    }


def post_gains(views: int) -> dict[str, Any]:
    return {"views": 1000 + views, "gained_views": views}


async def an_account_of_a_creator(db: Database, actor: Actor) -> str:
    """An account that was observed 9, 3 and 1 days ago; its id."""
    creator = await a_creator(db, actor)
    with clock.frozen(NOON.replace(day=5)):
        account = await an_account(db, actor, creator_id=creator.id)
    await account_closings(db, account.id, {9: gains(0), 3: gains(70, 4, 50), 1: gains(60, 6, 58)})
    return account.id


async def test_metrics_are_those_of_the_window(db: Database, organization: Actor, ask: Ask) -> None:
    account = await an_account_of_a_creator(db, organization)
    fields = "startDate endDate days coverage views plays saves engagement engagementRate followers followersGained"
    windows = ["", "(window: {period: LAST_7_DAYS})", '(window: {startDate: "2026-06-11", endDate: "2027-01-01"})']
    shown = " ".join(f"w{i}: metrics{window} {{ {fields} }}" for i, window in enumerate(windows))

    for noun in (f'account(id: "{account}")', "creators { nodes"):
        answer = await ask(f"{{ {noun} {{ {shown} }} }}" if "(" in noun else f"{{ {noun} {{ {shown} }} }} }}")
        found = answer["account"] if "account" in answer else answer["creators"]["nodes"][0]

        same = {"plays": 0, "saves": None, "followers": 58, "followersGained": 0}
        assert found["w0"] == same | {
            "startDate": "2026-05-16",
            "endDate": "2026-06-14",
            "days": 30,
            "coverage": 0.3,
            "views": 60,
            "engagement": 6,
            "engagementRate": 10.0,
        }
        assert found["w1"] == found["w0"] | {"startDate": "2026-06-08", "days": 7, "coverage": 0.2857}
        assert found["w2"] == found["w1"] | {"startDate": "2026-06-11", "days": 4, "coverage": 0.5}


async def test_deltas_are_windows_that_end_today(db: Database, organization: Actor, ask: Ask) -> None:
    account = await an_account_of_a_creator(db, organization)
    shown = "days startDate endDate views engagementRate followers coverage"

    found = await ask(f'{{ account(id: "{account}") {{ deltas(windows: [4, 1, 4, 14]) {{ {shown} }} }} }}')
    usual = await ask(f'{{ account(id: "{account}") {{ deltas {{ days }} }} }}')

    same = {"endDate": "2026-06-14", "followers": 58}
    assert found["account"]["deltas"] == [
        same | {"days": 4, "startDate": "2026-06-11", "views": 60, "engagementRate": 10.0, "coverage": 0.5},
        same | {"days": 1, "startDate": "2026-06-14", "views": 0, "engagementRate": 0.0, "coverage": 0.0},
        same | {"days": 14, "startDate": "2026-06-01", "views": 60, "engagementRate": 10.0, "coverage": 0.3},
    ]
    assert [one["days"] for one in usual["account"]["deltas"]] == [1, 7, 14, 30]


async def test_a_series_has_a_point_for_every_bucket(db: Database, organization: Actor, ask: Ask) -> None:
    account = await an_account_of_a_creator(db, organization)

    async def series(arguments: str) -> Any:
        points = "date views followers totalViews totalLikes"
        document = f"series({arguments}) {{ startDate endDate days coverage points {{ {points} }} }}"
        return (await ask(f'{{ account(id: "{account}") {{ {document} }} }}'))["account"]["series"]

    days = await series('window: {startDate: "2026-06-10", endDate: "2026-06-13"}')
    weeks = await series("window: {period: LAST_7_DAYS}, granularity: WEEK")
    months = await series('window: {startDate: "2026-05-20", endDate: "2026-06-14"}, granularity: MONTH')

    assert {name: days[name] for name in ("startDate", "endDate", "days", "coverage")} == {
        "startDate": "2026-06-10",
        "endDate": "2026-06-13",
        "days": 4,
        "coverage": 0.5,
    }
    assert [list(point.values()) for point in days["points"]] == [
        ["2026-06-10", 0, None, 1000, 1000],
        ["2026-06-11", 70, 50, 1070, 1004],
        ["2026-06-12", 0, 50, 1070, 1004],
        ["2026-06-13", -10, 58, 1060, 1006],
    ]
    assert [list(point.values()) for point in weeks["points"]] == [["2026-06-08", 60, 58, 1060, 1006]]
    assert [list(point.values()) for point in months["points"]] == [
        ["2026-05-01", 0, None, None, None],
        ["2026-06-01", 60, 58, 1060, 1006],
    ]


async def test_posts_of_both_kinds_are_measured_where_they_stand_together(
    db: Database, organization: Actor, ask: Ask, statements: Callable[[], Any]
) -> None:
    video = await a_video(db, organization)
    discovered = await an_account_video(db, organization, await an_account(db, organization))
    await post_closings(db, video.id, {9: post_gains(0), 0: post_gains(5)})
    await post_closings(db, discovered.id, {1: post_gains(0), 0: post_gains(7)})
    ids = [
        (await ask(f'{{ video(id: "{video.id}") {{ id }} }}'))["video"]["id"],
        (await ask(f'{{ accountVideo(id: "{discovered.id}") {{ id }} }}'))["accountVideo"]["id"],
    ]
    shown = "metrics { views coverage } deltas(windows: [1]) { views } series { points { date totalViews } }"

    with statements() as seen:
        found = await ask(f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Post {{ {shown} }} }} }}", ids=ids)

    assert [one["metrics"]["views"] for one in found["nodes"]] == [5, 7]
    assert [one["deltas"] for one in found["nodes"]] == [[{"views": 5}], [{"views": 7}]]
    assert [one["series"]["points"][-1]["totalViews"] for one in found["nodes"]] == [1005, 1007]
    assert len(seen) == 2 + 3


async def test_only_what_is_selected_is_read(
    db: Database, organization: Actor, ask: Ask, statements: Callable[[], Any]
) -> None:
    account = await an_account_of_a_creator(db, organization)

    async def columns(shown: str) -> set[str]:
        with statements() as seen:
            await ask(f'{{ account(id: "{account}") {{ {shown} }} }}')
        names = {"gained_views", "gained_likes", "gained_comments", "gained_shares", "followers", "observed_days"}
        return {name for name in names if name in seen[-1].partition("FROM")[0]}

    assert await columns("metrics { views }") == {"gained_views", "observed_days"}
    assert await columns("metrics { views @include(if: false) followers }") == {"followers", "observed_days"}
    assert await columns("metrics { ...M } } } fragment M on Metrics { ... { views") == {
        "gained_views",
        "observed_days",
    }
    assert await columns("series { points { followers } }") == {"followers"}
    assert await columns("series { coverage }") == {"gained_views", "observed_days"}
    assert await columns("series { points { totalLikes } }") >= {"gained_likes"}
    assert await columns("deltas { engagement }") == {
        "gained_likes",
        "gained_comments",
        "gained_shares",
        "observed_days",
    }


WRONG = {
    'metrics(window: {startDate: "2026-06-10", endDate: "2026-06-09"})': "endDate must not be before startDate",
    "metrics(window: {period: CUSTOM})": "startDate is required with period custom; endDate is required with period",
    'metrics(window: {startDate: "2026-06-10"})': "endDate is required with period custom",
    'metrics(window: {period: LAST_7_DAYS, endDate: "2026-06-10"})': "endDate goes with period custom only",
    'metrics(window: {startDate: "2026-06-15", endDate: "2026-06-15"})': "startDate must not be in the future",
    'metrics(window: {startDate: "2024-06-13", endDate: "2026-06-14"})': "endDate must be at most 729 days after",
    'metrics(window: {startDate: "1969-12-31", endDate: "1970-01-01"})': "startDate must be a date as YYYY-MM-DD, not",
    'series(window: {startDate: "2026-06-10", endDate: "2026-06-09"})': "endDate must not be before startDate",
    "deltas(windows: [])": "windows must have at least 1 item",
    "deltas(windows: [1, 0])": "windows[1] must be at least 1",
    "deltas(windows: [366])": "windows[0] must be at most 365",
    "deltas(windows: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])": "windows must have at most 10 items",
}


@pytest.mark.parametrize("field", WRONG)
async def test_a_wrong_window_fails_its_own_field(db: Database, organization: Actor, send: Send, field: str) -> None:
    await an_account(db, organization)

    answer = (
        await send(f"{{ accounts {{ nodes {{ username wrong: {field} {{ days }} metrics {{ days }} }} }} }}")
    ).json()

    (error,) = answer["errors"]
    assert error["message"].startswith(WRONG[field])
    assert error["path"] == ["accounts", "nodes", 0, "wrong"]
    assert error["extensions"]["code"] == "VALIDATION_ERROR"
    assert answer["data"]["accounts"]["nodes"] == [{"username": "acme", "wrong": None, "metrics": {"days": 30}}]


@pytest.mark.parametrize("date", ['"2026-02-30"', '"20260614"', '"2026-6-1"', '"2026-06-14T00:00:00Z"', "20260614"])
async def test_what_is_no_date_is_refused_before_anything_runs(send: Send, date: str) -> None:
    response = await send(f"{{ accounts {{ nodes {{ metrics(window: {{startDate: {date}}}) {{ days }} }} }} }}")

    assert response.status_code == 400
    assert "Date must be a day of the calendar as YYYY-MM-DD" in response.json()["errors"][0]["message"]


async def test_an_absent_window_and_null_mean_the_default(db: Database, organization: Actor, ask: Ask) -> None:
    await an_account(db, organization)
    document = """query ($w: WindowInput, $p: Period, $d: Date) { accounts { nodes {
        a: metrics(window: $w) { days } b: metrics(window: {period: $p, endDate: $d}) { days } c: metrics { days }
    } } }"""

    for variables in ({}, {"w": None, "p": None, "d": None}):
        (found,) = (await ask(document, **variables))["accounts"]["nodes"]
        assert found == {name: {"days": 30} for name in "abc"}


async def test_definitions_say_what_every_number_means(ask: Ask) -> None:
    fields = "name field description formula nullRule unit rollUp platforms isOfPosts version"
    found = (await ask(f"{{ metricDefinitions {{ {fields} }} }}"))["metricDefinitions"]

    assert [one["name"] for one in found] == [metric.name for metric in METRICS]
    assert [one["field"] for one in found] == [field_name(metric.name) for metric in METRICS]
    assert [one["name"] for one in found if one["isOfPosts"]] == [metric.name for metric in POST_METRICS]
    (rate,) = [one for one in found if one["name"] == "engagement_rate"]
    assert (rate["unit"], rate["rollUp"], rate["platforms"]) == ("PERCENT", "DERIVED", ["INSTAGRAM", "TIKTOK"])
    (saves,) = [one for one in found if one["name"] == "saves"]
    assert (saves["unit"], saves["rollUp"], saves["platforms"]) == ("COUNT", "SUM", ["INSTAGRAM"])
