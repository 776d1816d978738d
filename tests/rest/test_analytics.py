from collections.abc import Iterator

import pytest
from httpx import AsyncClient

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import a_creator, a_video, an_account, an_account_video
from rest.objects import TOP_CREATOR
from written import NOON, account_closings, post_closings

UNKNOWN = "01977f0e-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


async def test_deltas_of_both_kinds_of_video(client: AsyncClient, db: Database, organization: Actor) -> None:
    video = await a_video(db, organization)
    found = await an_account_video(db, organization, await an_account(db, organization))
    await post_closings(db, video.id, {8: {"gained_views": 0}, 1: {"gained_views": 40}, 0: {"gained_views": 55}})

    ids = [video.id.upper(), UNKNOWN, found.id, video.id]
    answer = await client.post("/v2/videos/deltas", json={"video_ids": ids, "windows": [7, 1, 7]})
    assert answer.status_code == 200
    assert answer.json() == {
        "data": {video.id: {"7d": 55, "1d": 15}, found.id: {"7d": 0, "1d": 0}},
        "meta": {"windows": [7, 1], "video_count": 2, "not_found": [UNKNOWN]},
    }
    by_default = await client.post("/v2/videos/deltas", json={"video_ids": [video.id]})
    assert by_default.json()["data"] == {video.id: {"1d": 15, "7d": 55, "14d": 55, "30d": 55}}
    assert by_default.json()["meta"]["windows"] == [1, 7, 14, 30]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "video_ids"),
        ({"video_ids": []}, "video_ids"),
        ({"video_ids": [UNKNOWN] * 201}, "video_ids"),
        ({"video_ids": [UNKNOWN, "17"]}, "video_ids[1]"),
        ({"video_ids": UNKNOWN}, "video_ids"),
        ({"video_ids": [UNKNOWN], "windows": []}, "windows"),
        ({"video_ids": [UNKNOWN], "windows": [1] * 11}, "windows"),
        ({"video_ids": [UNKNOWN], "windows": [1, 366]}, "windows[1]"),
        ({"video_ids": [UNKNOWN], "windows": [0]}, "windows[0]"),
        ({"video_ids": [UNKNOWN], "windows": None}, "windows"),
    ],
)
async def test_a_batch_says_what_is_wrong(client: AsyncClient, body: dict[str, object], field: str) -> None:
    answer = await client.post("/v2/videos/deltas", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_too_many_ids_are_told_the_bound(client: AsyncClient) -> None:
    answer = await client.post("/v2/videos/deltas", json={"video_ids": [UNKNOWN] * 201})
    assert answer.json()["detail"] == "video_ids must have at most 200 items."


async def test_the_top_creators(client: AsyncClient, db: Database, organization: Actor) -> None:
    for name, gain in (("Ada", 10), ("Bob", 30), ("Cleo", 0)):
        creator = await a_creator(db, organization, name)
        account = await an_account(db, organization, f"{name}_x", creator_id=creator.id)
        day = {"gained_views": 100 * gain, "gained_likes": 3 * gain, "followers": gain, "gained_followers": -gain}
        await account_closings(db, account.id, {0: day})
    await a_creator(db, organization, "Dan", is_active=False)

    answer = (await client.get("/v2/creators/top")).json()
    assert [list(row) for row in answer["data"]] == [TOP_CREATOR] * 3
    assert [(row["rank"], row["name"], row["views"]) for row in answer["data"]] == [
        (1, "Bob", 3000),
        (2, "Ada", 1000),
        (3, "Cleo", 0),
    ]
    assert answer["data"][0] == answer["data"][0] | {
        "type": "creator",
        "likes": 90,
        "engagement": 90,
        "engagement_rate": 3.0,
        "followers": 30,
        "followers_gained": -30,
        "accounts_summary": {"total": 1, "platforms": {"tiktok": 1}, "total_followers": 30},
    }
    assert list(answer["meta"].items()) == [
        ("period", "7d"),
        ("start_date", "2026-06-08"),
        ("end_date", "2026-06-14"),
        ("days", 7),
        ("order_by", "views"),
    ]
    asked = {"order_by": "followers_gained", "period": "90d", "limit": 2}
    answer = (await client.get("/v2/creators/top", params=asked)).json()
    assert [row["name"] for row in answer["data"]] == ["Cleo", "Ada"]
    assert (answer["meta"]["days"], answer["meta"]["order_by"]) == (90, "followers_gained")


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("limit=26", "limit", "must be at most 25"),
        ("limit=0", "limit", "must be at least 1"),
        ("period=1d", "period", "must be one of: 7d, 30d, 90d"),
        ("period=custom", "period", "must be one of: 7d, 30d, 90d"),
        ("period=7d&period=7d", "period", "must be given once"),
        ("order_by=", "order_by", "must not be empty"),
        ("order_direction=asc", "order_direction", "is not a known parameter"),
    ],
)
async def test_the_ranking_is_asked_strictly(client: AsyncClient, query: str, field: str, message: str) -> None:
    answer = await client.get(f"/v2/creators/top?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": field, "message": message}]
