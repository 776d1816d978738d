"""The same numbers by REST and by GraphQL, for every noun, window and granularity."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from httpx import AsyncClient

from creatoraudit import clock
from creatoraudit.domain.analytics.leaderboards import ORDERS
from creatoraudit.domain.analytics.measures import POST_METRICS
from creatoraudit.domain.analytics.metrics import METRICS, Metric
from creatoraudit.graphql.inputs import field_name
from parity.conftest import UNTIL

Row = dict[str, Any]


class Noun(NamedTuple):
    path: str
    field: str
    metrics: tuple[Metric, ...]
    batch: str | None = None
    """What the REST API calls the ids of a batch."""


NOUNS = {
    "account": Noun("/v2/accounts", "account", METRICS, "account_ids"),
    "creator": Noun("/v2/creators", "creator", METRICS),
    "video": Noun("/v2/videos", "video", POST_METRICS, "video_ids"),
    "account_video": Noun("/v2/account-videos", "accountVideo", POST_METRICS, "video_ids"),
}
WINDOWS: dict[str, tuple[Row, str]] = {
    "default": ({}, ""),
    "7d": ({"period": "7d"}, "window: {period: LAST_7_DAYS}"),
    "30d": ({"period": "30d"}, "window: {period: LAST_30_DAYS}"),
    "90d": ({"period": "90d"}, "window: {period: LAST_90_DAYS}"),
    "custom": (
        {"period": "custom", "start_date": "2026-05-28", "end_date": "2026-06-27"},
        'window: {period: CUSTOM, startDate: "2026-05-28", endDate: "2026-06-27"}',
    ),
    "a day": (
        {"start_date": "2026-06-25", "end_date": "2026-06-25"},
        'window: {startDate: "2026-06-25", endDate: "2026-06-25"}',
    ),
    "into the future": (
        {"start_date": "2026-06-24", "end_date": "2027-01-01"},
        'window: {startDate: "2026-06-24", endDate: "2027-01-01"}',
    ),
    "before anything": (
        {"start_date": "1970-01-01", "end_date": "1970-02-03"},
        'window: {startDate: "1970-01-01", endDate: "1970-02-03"}',
    ),
}
GRANULARITIES = ("day", "week", "month")
META = ("start_date", "end_date", "days", "coverage")


@pytest.fixture(autouse=True)
def _until() -> Iterator[None]:
    with clock.frozen(dt.datetime.combine(UNTIL, dt.time(15), dt.UTC)):
        yield


def selection(names: Sequence[str]) -> str:
    return " ".join(field_name(name) for name in names)


def as_rest(found: Row, names: Sequence[str]) -> Row:
    """The fields of a GraphQL object by REST's names."""
    return {name: found[field_name(name)] for name in names}


async def graphql(client: AsyncClient, query: str) -> Any:
    answer = (await client.post("/graphql", json={"query": query})).json()
    assert "errors" not in answer, answer
    return answer["data"]


async def rest(client: AsyncClient, path: str, params: Row) -> Row:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ids_of(client: AsyncClient, path: str) -> list[str]:
    """Some of a noun's ids, from both ends of its list."""
    listed = [(await rest(client, path, {"limit": 3, "order_direction": way}))["data"] for way in ("asc", "desc")]
    return [one["id"] for part in listed for one in part]


def arguments(*given: str) -> str:
    said = ", ".join(one for one in given if one)
    return f"({said})" if said else ""


def developed(metrics: Sequence[Metric]) -> list[str]:
    """The fields of a point."""
    return ["date", *(one.name for one in metrics), *(f"total_{one.total}" for one in metrics if one.total)]


def series(window: str, granularity: str, metrics: Sequence[Metric]) -> str:
    field = f"series{arguments(window, f'granularity: {granularity.upper()}')}"
    return f"{granularity}: {field} {{ {selection(META)} points {{ {selection(developed(metrics))} }} }}"


@pytest.mark.parametrize("kind", NOUNS)
async def test_every_series(demo_client: AsyncClient, kind: str) -> None:
    noun = NOUNS[kind]
    gained = 0
    for one in await ids_of(demo_client, noun.path):
        for params, window in WINDOWS.values():
            asked = " ".join(series(window, each, noun.metrics) for each in GRANULARITIES)
            found = (await graphql(demo_client, f'{{ {noun.field}(id: "{one}") {{ {asked} }} }}'))[noun.field]
            for granularity in GRANULARITIES:
                expected = await rest(
                    demo_client, f"{noun.path}/{one}/timeseries", params | {"granularity": granularity}
                )
                shown = found[granularity]
                assert [as_rest(point, developed(noun.metrics)) for point in shown["points"]] == expected["data"]
                assert as_rest(shown, META) == {name: expected["meta"][name] for name in META}
                gained += sum(point["views"] for point in expected["data"])
    assert gained > 0


@pytest.mark.parametrize("kind", [kind for kind, noun in NOUNS.items() if noun.batch])
async def test_every_batch_of_metrics(demo_client: AsyncClient, kind: str) -> None:
    noun = NOUNS[kind]
    names = [metric.name for metric in METRICS if metric.in_totals]
    for one in await ids_of(demo_client, noun.path):
        for params, window in WINDOWS.values():
            body = {noun.batch: [one], **params}
            path = "/v2/videos/metrics" if noun.batch == "video_ids" else f"{noun.path}/metrics"
            expected = (await demo_client.post(path, json=body)).json()
            asked = f"metrics{arguments(window)} {{ {selection([*names, *META])} }}"
            found = (await graphql(demo_client, f'{{ {noun.field}(id: "{one}") {{ {asked} }} }}'))[noun.field][
                "metrics"
            ]
            assert as_rest(found, names) == expected["data"][one]
            assert as_rest(found, META) == {name: expected["meta"][name] for name in META}


@pytest.mark.parametrize("kind", ["video", "account_video"])
async def test_every_delta(demo_client: AsyncClient, kind: str) -> None:
    noun, lengths = NOUNS[kind], [7, 1, 30, 7, 365]
    ids = await ids_of(demo_client, noun.path)
    expected = (await demo_client.post("/v2/videos/deltas", json={"video_ids": ids, "windows": lengths})).json()["data"]
    for one in ids:
        query = f'{{ {noun.field}(id: "{one}") {{ deltas(windows: {lengths}) {{ days views }} }} }}'
        found = (await graphql(demo_client, query))[noun.field]["deltas"]
        assert [(f"{delta['days']}d", delta["views"]) for delta in found] == list(expected[one].items())


async def test_the_organization(demo_client: AsyncClient) -> None:
    for params, window in WINDOWS.values():
        asked = " ".join(series(window, each, METRICS) for each in GRANULARITIES)
        measured = f"metrics{arguments(window)} {{ {selection([one.name for one in METRICS])} }}"
        data = await graphql(demo_client, f"{{ viewer {{ organization {{ {asked} {measured} }} }} }}")
        found = data["viewer"]["organization"]
        for granularity in GRANULARITIES:
            expected = await rest(demo_client, "/v2/analytics/timeseries", params | {"granularity": granularity})
            assert [as_rest(point, developed(METRICS)) for point in found[granularity]["points"]] == expected["data"]
            assert as_rest(found[granularity], META) == {name: expected["meta"][name] for name in META}
        days = (await rest(demo_client, "/v2/analytics/timeseries", params))["data"]
        for name in ("views", "likes", "saves", "engagement", "followers_gained"):
            assert found["metrics"][field_name(name)] == sum(day[name] for day in days)
        assert found["metrics"]["followers"] == days[-1]["followers"]


@pytest.mark.parametrize("path", ["", "/accounts", "/creators", "/videos", "/account-videos"])
async def test_every_day(demo_client: AsyncClient, path: str) -> None:
    noun = next((one for one in NOUNS.values() if one.path == f"/v2{path}"), None)
    metrics = noun.metrics if noun else METRICS
    names = ["date", *(one.name for one in metrics)]
    dates = {"start_date": "2026-06-19", "end_date": "2026-06-30"}
    asked = f'series(window: {{startDate: "2026-06-19", endDate: "2026-06-30"}}) {{ points {{ {selection(names)} }} }}'
    for one in await ids_of(demo_client, noun.path) if noun else [None]:
        expected = await rest(demo_client, f"/v2{path}/{one}/analytics" if noun else "/v2/analytics", dates)
        if noun:
            found = (await graphql(demo_client, f'{{ {noun.field}(id: "{one}") {{ {asked} }} }}'))[noun.field]
        else:
            found = (await graphql(demo_client, f"{{ viewer {{ organization {{ {asked} }} }} }}"))["viewer"][
                "organization"
            ]
        assert [as_rest(point, names) for point in found["series"]["points"]] == expected["data"]


@pytest.mark.parametrize("period", ["7d", "30d", "90d"])
async def test_the_overview(demo_client: AsyncClient, period: str) -> None:
    expected = (await rest(demo_client, "/v2/overview", {"period": period}))["data"]
    sections = " ".join(
        f"{section} {{ {selection(list(expected[section]))} }}" for section in ("current", "previous", "changes")
    )
    found = (await graphql(demo_client, f"{{ overview({WINDOWS[period][1]}) {{ {sections} }} }}"))["overview"]

    for section in ("current", "previous", "changes"):
        assert as_rest(found[section], list(expected[section])) == expected[section]
    assert expected["current"]["total_views"] > 0


async def test_every_ranking(demo_client: AsyncClient) -> None:
    names = [metric.name for metric in METRICS if metric.in_rankings]
    for order in ORDERS:
        for period in ("7d", "90d"):
            params = {"period": period, "order_by": order, "limit": 25}
            expected = await rest(demo_client, "/v2/creators/top", params)
            window = WINDOWS[period][1]
            query = f"""{{ topCreators({window}, limit: 25, orderBy: {order.upper()}) {{
                rank metrics {{ {selection([*names, *META[:3]])} }}
                creator {{ databaseId name again: metrics({window}) {{ {selection([*names, *META[:3]])} }} }} }} }}"""
            found = (await graphql(demo_client, query))["topCreators"]
            assert len(found) == len(expected["data"]) > 1
            for place, row in zip(found, expected["data"], strict=True):
                assert (place["rank"], place["creator"]["databaseId"]) == (row["rank"], row["id"])
                assert as_rest(place["metrics"], names) == {name: row[name] for name in names}
                assert as_rest(place["metrics"], META[:3]) == {name: expected["meta"][name] for name in META[:3]}
                assert place["creator"]["again"] == place["metrics"]


WRONG: list[tuple[Row, str]] = [
    ({"period": "custom"}, "window: {period: CUSTOM}"),
    ({"start_date": "2026-06-01"}, 'window: {startDate: "2026-06-01"}'),
    ({"period": "7d", "end_date": "2026-06-01"}, 'window: {period: LAST_7_DAYS, endDate: "2026-06-01"}'),
    (
        {"start_date": "2026-06-02", "end_date": "2026-06-01"},
        'window: {startDate: "2026-06-02", endDate: "2026-06-01"}',
    ),
    (
        {"start_date": "2026-07-01", "end_date": "2026-07-02"},
        'window: {startDate: "2026-07-01", endDate: "2026-07-02"}',
    ),
    (
        {"start_date": "2024-06-30", "end_date": "2026-06-30"},
        'window: {startDate: "2024-06-30", endDate: "2026-06-30"}',
    ),
    (
        {"start_date": "1969-12-31", "end_date": "0001-01-01"},
        'window: {startDate: "1969-12-31", endDate: "0001-01-01"}',
    ),
]


async def test_every_wrong_window(demo_client: AsyncClient) -> None:
    (one, *_) = await ids_of(demo_client, "/v2/accounts")
    for params, window in WRONG:
        refused = (await demo_client.get(f"/v2/accounts/{one}/timeseries", params=params)).json()
        query = f'{{ account(id: "{one}") {{ username series({window}) {{ days }} }} }}'
        answer = (await demo_client.post("/graphql", json={"query": query})).json()

        (error,) = answer["errors"]
        assert error["extensions"]["code"] == refused["code"] == "VALIDATION_ERROR"
        expected = [
            {"field": field_name(wrong["field"]), "message": _in_graphql(wrong["message"])}
            for wrong in refused["errors"]
        ]
        assert error["extensions"]["errors"] == expected
        assert answer["data"]["account"]["series"] is None
        assert answer["data"]["account"]["username"]


def _in_graphql(message: str) -> str:
    return message.replace("start_date", "startDate").replace("end_date", "endDate")
