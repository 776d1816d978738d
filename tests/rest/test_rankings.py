import pytest
from httpx import AsyncClient

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import a_creator, an_account
from rest.objects import TOP_CREATOR
from written import account_closings

pytestmark = pytest.mark.usefixtures("today")


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
