"""The numbers of 1,000 real posts over REST, against plain Python over the file."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from httpx import AsyncClient

from creatoraudit import clock
from creatoraudit.domain.analytics.leaderboards import ORDERS
from real_posts import FIGURES, SEEN_AT, a_real_world, all_rows, by_author, day_before, real_posts

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = dict(zip(FIGURES.values(), ("views", "likes", "comments", "shares"), strict=True))
DAY = str(SEEN_AT.date())


@pytest.fixture(autouse=True)
def _then() -> Iterator[None]:
    with clock.frozen(SEEN_AT):
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(shared_database_url: str) -> AsyncIterator[AsyncClient]:
    """A client of the file of the day, and of the day before."""
    async with a_real_world(shared_database_url, and_before=True) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def accounts(client: AsyncClient) -> dict[str, str]:
    """The ids of everyone who published a post, by username."""
    return {account["username"]: account["id"] for account in await all_rows(client, "accounts")}


def is_new(post: dict[str, Any]) -> bool:
    """Whether it was published since the day on which tracking began."""
    return bool(post["createTime"] >= (SEEN_AT - dt.timedelta(days=1, hours=12)).timestamp())


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
    new = [post for post in posts if is_new(post)]
    expected = gained(posts)
    assert last["date"] == DAY
    assert last.items() >= expected.items()
    assert last["engagement_rate"] == round(100 * expected["engagement"] / expected["views"], 2)
    for figure, name in NAMES.items():
        assert last[f"total_{name}"] == sum(post[figure] for post in posts)
        assert before[f"total_{name}"] == sum(day_before(post[figure]) for post in posts)
        assert before[name] == sum(day_before(post[figure]) for post in new)


async def test_every_account_is_the_sum_of_its_posts(client: AsyncClient, accounts: dict[str, str]) -> None:
    posts = by_author(real_posts())
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


async def test_every_post_gained_what_the_file_says(client: AsyncClient) -> None:
    posts = {post["id"]: post for post in real_posts()}
    found = await all_rows(client, "account-videos")
    assert len(found) == len(posts)
    for start in range(0, len(found), 200):
        some = {str(one["post_id"]): posts[one["external_id"]] for one in found[start : start + 200]}
        asked = {"tiktok_video_ids": [*map(int, some)], "start_date": DAY, "end_date": DAY}
        body = (await client.post("/v2/account-videos/metrics", json=asked)).json()
        assert body["data"] == {post_id: gained([post]) for post_id, post in some.items()}


@pytest.mark.parametrize("period", ["7d", "30d", "90d"])
async def test_the_overview_is_the_file_at_a_glance(client: AsyncClient, period: str) -> None:
    """What was published since the day before is a gain wholly, of the rest what it gained since."""
    posts = real_posts()
    values = in_all(posts)

    shown = (await client.get("/v2/overview", params={"period": period})).json()["data"]

    assert shown["current"] == {
        "total_views": values["views"],
        "engagement_rate": values["engagement_rate"],
        "active_accounts": len(by_author(posts)),
        "account_videos": len(posts),
        "tracked_videos": 0,
    }
    assert shown["previous"]["total_views"] == shown["previous"]["account_videos"] == 0


async def test_creators_rank_as_their_posts_do(client: AsyncClient, accounts: dict[str, str]) -> None:
    teams = {f"Team {number}": sorted(accounts)[number :: len(accounts) // 2][:3] for number in range(12)}
    for team, members in teams.items():
        creator = (await client.post("/v2/creators", json={"name": team})).json()["data"]["id"]
        for member in members:
            await client.put(f"/v2/creators/{creator}/accounts/{accounts[member]}")
    posts = by_author(real_posts())
    of_team = {team: [post for name in names for post in posts[name]] for team, names in teams.items()}
    values = {team: in_all(of_team[team]) for team in teams}

    for order_by in ORDERS:
        ranked = (await client.get("/v2/creators/top", params={"order_by": order_by, "limit": 25})).json()["data"]
        scores = {team: values[team][order_by] for team in teams}
        assert [row["name"] for row in ranked] == sorted(teams, key=lambda team: (-scores[team], team.casefold()))
        for row in ranked:
            assert row.items() >= values[row["name"]].items()


def in_all(posts: Sequence[dict[str, Any]]) -> dict[str, float]:
    """What posts gained on the day of the file and the one before."""
    values: dict[str, float] = {
        name: sum(post[figure] if is_new(post) else post[figure] - day_before(post[figure]) for post in posts)
        for figure, name in NAMES.items()
    }
    values["plays"], values["followers_gained"] = values["views"], 0
    values["engagement"] = values["likes"] + values["comments"] + values["shares"]
    rate = 100 * values["engagement"] / values["views"] if values["views"] > 0 else 0
    return values | {"engagement_rate": round(rate, 2)}
