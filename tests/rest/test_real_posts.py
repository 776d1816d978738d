"""The numbers of 1,000 real posts over REST, against plain Python over the file."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from httpx import AsyncClient

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.creators.commands import link_account
from factories import a_creator
from real_posts import FIGURES, SEEN_AT, day_before, observe_real_posts, real_posts

NAMES = dict(zip(FIGURES.values(), ("views", "likes", "comments", "shares"), strict=True))
DAY = str(SEEN_AT.date())


@pytest.fixture(autouse=True)
def _then() -> Iterator[None]:
    with clock.frozen(SEEN_AT):
        yield


@pytest.fixture
async def accounts(client: AsyncClient, db: Database, organization: Actor) -> dict[str, str]:
    """The ids of everyone who published a post, by username."""
    await observe_real_posts(db, organization, and_before=True)
    found: list[dict[str, Any]] = []
    url: str | None = "/v2/accounts?limit=200"
    while url is not None:
        answer = await client.get(url)
        found += answer.json()["data"]
        url = answer.links.get("next", {}).get("url")
    return {account["username"]: account["id"] for account in found}


def by_author() -> dict[str, list[dict[str, Any]]]:
    """The posts of the file by who published them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for post in real_posts():
        found.setdefault(post["authorMeta"]["name"], []).append(post)
    return found


def gained(posts: list[dict[str, Any]]) -> dict[str, int]:
    """What posts gained on the day of the file."""
    values = {name: sum(post[figure] - day_before(post[figure]) for post in posts) for figure, name in NAMES.items()}
    engagement = values["likes"] + values["comments"] + values["shares"]
    return values | {"plays": values["views"], "engagement": engagement}


async def test_the_organization_is_the_sum_of_the_file(client: AsyncClient, accounts: dict[str, str]) -> None:
    assert accounts
    body = (await client.get("/v2/analytics/timeseries", params={"period": "7d"})).json()
    before, last = body["data"][-2:]
    posts = real_posts()
    new = [post for post in posts if post["createTime"] >= (SEEN_AT - dt.timedelta(days=1, hours=12)).timestamp()]
    expected = gained(posts)
    assert last["date"] == DAY
    assert last.items() >= expected.items()
    assert last["engagement_rate"] == round(100 * expected["engagement"] / expected["views"], 2)
    for figure, name in NAMES.items():
        assert last[f"total_{name}"] == sum(post[figure] for post in posts)
        assert before[f"total_{name}"] == sum(day_before(post[figure]) for post in posts)
        assert before[name] == sum(day_before(post[figure]) for post in new)


async def test_every_account_is_the_sum_of_its_posts(client: AsyncClient, accounts: dict[str, str]) -> None:
    posts = by_author()
    names = sorted(accounts)
    shares: list[dict[str, int]] = []
    for start in range(0, len(names), 200):
        some = names[start : start + 200]
        asked = {"account_ids": [accounts[name] for name in some], "start_date": DAY, "end_date": DAY}
        body = (await client.post("/v2/accounts/metrics", json=asked)).json()
        assert body["data"] == {accounts[name]: gained(posts[name]) for name in some}
        assert (body["meta"]["not_found"], body["meta"]["days"]) == ([], 1)
        shares += body["data"].values()
    assert {name: sum(share[name] for share in shares) for name in shares[0]} == gained(real_posts())


async def test_creators_rank_as_their_posts_do(
    client: AsyncClient, db: Database, organization: Actor, accounts: dict[str, str]
) -> None:
    teams = {f"Team {number}": sorted(accounts)[number :: len(accounts) // 2][:3] for number in range(12)}
    for team, members in teams.items():
        creator = await a_creator(db, organization, team)
        for member in members:
            await link_account(db, organization, creator.id, accounts[member])
    posts = by_author()
    values = {team: gained([post for name in names for post in posts[name]]) for team, names in teams.items()}

    def rate(team: str) -> float:
        return round(100 * values[team]["engagement"] / values[team]["views"], 2) if values[team]["views"] > 0 else 0

    for order_by in ("views", "engagement", "engagement_rate"):
        ranked = (await client.get("/v2/creators/top", params={"order_by": order_by, "limit": 25})).json()["data"]
        scores = {team: rate(team) if order_by == "engagement_rate" else values[team][order_by] for team in teams}
        assert [row["name"] for row in ranked] == sorted(teams, key=lambda team: (-scores[team], team.casefold()))
        for row in ranked:
            assert row.items() >= values[row["name"]].items()
            assert row["engagement_rate"] == rate(row["name"])
