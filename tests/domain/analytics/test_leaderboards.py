"""Who did best."""

from collections.abc import Iterator
from typing import Any

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.leaderboards import TopCreatorsParams, top_creators
from creatoraudit.domain.analytics.windows import Window, last_days
from creatoraudit.domain.validation import validate
from creatoraudit.errors import ValidationFailed
from factories import a_creator, an_account, an_organization
from written import NOON, TODAY, account_closings, ago


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


def gains(views: int, likes: int = 0, followers: int | None = None, gained_followers: int = 0) -> dict[str, Any]:
    """A closing's cumulative gains."""
    return {
        "gained_views": views,
        "gained_plays": views,
        "gained_likes": likes,
        "followers": followers,
        "gained_followers": gained_followers,
    }


async def a_measured_account(
    db: Database, actor: Actor, username: str, closings: dict[int, dict[str, Any]], **fields: Any
) -> None:
    """An account with a history."""
    account = await an_account(db, actor, username, **fields)
    await account_closings(db, account.id, closings)


async def test_a_creator_s_numbers_are_the_sums_over_its_accounts(db: Database) -> None:
    actor = await an_organization(db)
    creator = (await a_creator(db, actor, "Ada")).id
    fields = {"creator_id": creator, "platform": "instagram"}
    await a_measured_account(db, actor, "one", {9: gains(100, 10, 50, 5), 0: gains(300, 35, 60, 15)}, **fields)
    await a_measured_account(db, actor, "two", {3: gains(80, 8, 7, -1)}, creator_id=creator)
    await a_measured_account(db, actor, "other", {0: gains(9000)})

    top = await top_creators(db, actor)

    (row,) = top.rows
    assert (row.rank, row.creator.id, row.creator.name) == (1, creator, "Ada")
    assert row.metrics == {
        "views": 280,
        "plays": 280,
        "likes": 33,
        "comments": 0,
        "shares": 0,
        "saves": 0,
        "engagement": 33,
        "engagement_rate": 11.79,
        "followers": 67,
        "followers_gained": 9,
    }
    assert row.creator.accounts_summary == {
        "total": 2,
        "platforms": {"instagram": 1, "tiktok": 1},
        "total_followers": 67,
    }
    assert top.window == Window(ago(6), TODAY, "7d")


async def test_only_active_creators_are_ranked_and_those_without_anything_are_zeros(db: Database) -> None:
    actor, other = await an_organization(db), await an_organization(db)
    await a_creator(db, actor, "Paused", is_active=False)
    await a_creator(db, other, "Foreign")
    await a_creator(db, actor, "Empty")

    (row,) = (await top_creators(db, actor)).rows

    assert row.creator.name == "Empty"
    assert set(row.metrics.values()) == {0, None}
    assert (row.metrics["followers"], row.metrics["saves"]) == (None, None)


async def test_ties_are_ordered_by_name_then_id_and_the_rate_as_it_is_shown(db: Database) -> None:
    actor = await an_organization(db)
    ids = {name: (await a_creator(db, actor, name)).id for name in ("b", "C", "a")}
    twin = (await a_creator(db, actor, "A")).id
    for name, views, likes in (("b", 3, 1), ("C", 300_000, 100_001), ("a", 10, 1)):
        await a_measured_account(db, actor, f"of_{name}", {0: gains(views, likes)}, creator_id=ids[name])

    by_rate = await top_creators(db, actor, order_by="engagement_rate")
    by_followers = await top_creators(db, actor, order_by="followers_gained", limit=3)

    assert [(row.rank, row.creator.id) for row in by_rate.rows] == [
        (1, ids["b"]),
        (2, ids["C"]),
        (3, ids["a"]),
        (4, twin),
    ]
    assert [row.metrics["engagement_rate"] for row in by_rate.rows] == [33.33, 33.33, 10.0, 0.0]
    assert [row.creator.id for row in by_followers.rows] == [*sorted([ids["a"], twin]), ids["b"]]


@pytest.mark.parametrize("order_by", ["views", "plays", "likes", "engagement", "engagement_rate", "followers_gained"])
async def test_every_order_ranks_what_it_shows(db: Database, order_by: str) -> None:
    actor = await an_organization(db)
    for number in range(6):
        creator = await a_creator(db, actor, f"creator {number}")
        closings = {40: gains(7, 7), 0: gains(number * 37 % 11, number * 17 % 7, 5, number * 5 % 4)}
        await a_measured_account(db, actor, f"account{number}", closings, creator_id=creator.id)

    rows = (await top_creators(db, actor, window=last_days(30), order_by=order_by)).rows

    shown = [row.metrics[order_by] or 0 for row in rows]
    assert shown == sorted(shown, reverse=True)
    assert len(set(shown)) > 1


async def test_the_number_of_statements_does_not_depend_on_the_creators(db: Database) -> None:
    actor = await an_organization(db)
    counts = []
    statements: list[str] = []
    db.on_statement.append(statements.append)
    for number in range(3):
        await a_creator(db, actor, f"creator {number}")
        statements.clear()
        await top_creators(db, actor)
        counts.append(len(statements))

    assert counts == [3, 3, 3]


@pytest.mark.parametrize("data", [{"period": "custom"}, {"limit": 26}, {"limit": 0}, {"order_by": "followers"}])
def test_bad_parameters_are_named(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed) as raised:
        validate(TopCreatorsParams, data)

    assert [error.field for error in raised.value.errors] == list(data)
