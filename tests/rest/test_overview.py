import pytest
from httpx import AsyncClient

from creatoraudit.db.engine import Database
from factories import a_video, an_account, an_organization
from rest.story import EVERYTHING, Story

pytestmark = pytest.mark.usefixtures("today")


async def test_two_windows_and_how_they_differ(client: AsyncClient, db: Database, story: Story) -> None:
    await an_account(db, story.actor, "paused", is_active=False)
    await an_account(db, story.actor, "new")
    await a_video(db, story.actor)
    await an_account(db, await an_organization(db, name="Other"), "theirs")

    answer = await client.get("/v2/overview")
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert list(data) == ["current", "previous", "changes", "type"]
    now, before = EVERYTHING.metrics(6, 0), EVERYTHING.metrics(13, 7)
    assert list(data["current"].items()) == [
        ("total_views", now["views"]),
        ("engagement_rate", now["engagement_rate"]),
        ("active_accounts", 3),
        ("account_videos", 3),
        ("tracked_videos", 3),
    ]
    assert list(data["previous"].items()) == [
        ("total_views", before["views"]),
        ("engagement_rate", before["engagement_rate"]),
        ("active_accounts", 2),
        ("account_videos", 3),
        ("tracked_videos", 2),
    ]
    assert list(data["changes"].items()) == [
        (f"{name}_pct", round(100 * (data["current"][name] - value) / value, 2) if value else 0)
        for name, value in data["previous"].items()
    ]
    assert data["type"] == "overview"


async def test_there_is_no_percentage_of_nothing(client: AsyncClient, story: Story) -> None:
    assert story.accounts
    data = (await client.get("/v2/overview", params={"period": "30d"})).json()["data"]
    assert data["current"]["total_views"] == EVERYTHING.metrics(29, 0)["views"]
    assert set(data["previous"].values()) == set(data["changes"].values()) == {0}


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("period=custom", "period", "must be one of: 7d, 30d, 90d"),
        ("period=", "period", "must not be empty"),
        ("start_date=2026-06-01", "start_date", "is not a known parameter"),
    ],
)
async def test_the_overview_is_asked_strictly(client: AsyncClient, query: str, field: str, message: str) -> None:
    answer = await client.get(f"/v2/overview?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": field, "message": message}]
