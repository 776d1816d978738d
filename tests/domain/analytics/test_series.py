"""How things developed."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.analytics.scopes import ACCOUNTS, CREATORS, VIDEOS
from creatoraudit.domain.analytics.series import Granularity, Series, SeriesInput, series, series_of
from creatoraudit.domain.analytics.totals import measured
from creatoraudit.domain.analytics.windows import Window, last_days
from creatoraudit.domain.validation import validate
from creatoraudit.errors import NotFound, ValidationFailed
from factories import a_creator, a_video, an_account, an_organization
from written import NOON, TODAY, account_closings, ago, post_closings


def column(found: Series, name: str) -> list[Any]:
    """One number of every row."""
    return [row[name] for row in found.rows()]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


async def test_there_is_a_row_a_day_and_a_day_without_an_observation_adds_nothing(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor)
    closings = {
        9: {"views": 1000, "gained_views": 0, "followers": 50},
        3: {"views": 1070, "gained_views": 70, "likes": 4, "gained_likes": 4, "followers": 50},
        1: {"views": 1060, "gained_views": 60, "likes": 6, "gained_likes": 6, "followers": 58, "gained_followers": 8},
    }
    await account_closings(db, account.id, closings)

    found = await series_of(db, actor, ACCOUNTS, account.id, last_days(5))

    assert found.dates == [ago(4), ago(3), ago(2), ago(1), TODAY]
    assert column(found, "views") == [0, 70, 0, -10, 0]
    assert column(found, "engagement") == [0, 4, 0, 2, 0]
    assert column(found, "engagement_rate") == [0, 5.71, 0, 0, 0]
    assert column(found, "followers") == [50, 50, 50, 58, 58]
    assert column(found, "followers_gained") == [0, 0, 0, 8, 0]
    assert column(found, "total_views") == [1000, 1070, 1070, 1060, 1060]
    assert column(found, "total_likes") == [None, 4, 4, 6, 6]


async def test_nothing_is_known_before_the_first_observation(db: Database) -> None:
    actor = await an_organization(db)
    video, never = await a_video(db, actor), await a_video(db, actor, "6749520869598481670")
    await post_closings(db, video.id, {1: {"views": 5, "gained_views": 5}})

    found = await series(db, actor, VIDEOS, [video.id, never.id], last_days(3))

    assert column(found[video.id], "total_views") == [None, 5, 5]
    assert column(found[never.id], "views") == [0, 0, 0]
    assert "followers" not in found[video.id].names


async def test_a_creator_s_rows_are_the_sums_over_its_accounts(db: Database) -> None:
    actor = await an_organization(db)
    creator, empty = await a_creator(db, actor, "Ada"), await a_creator(db, actor, "Bo")
    histories = {
        "one": {8: {"views": 10, "followers": 3}, 2: {"views": 17, "gained_views": 7, "followers": 4}},
        "two": {2: {"views": 100, "followers": None}, 0: {"views": 90, "gained_views": -10, "followers": 20}},
        "three": {},
    }
    for username, closings in histories.items():
        account = await an_account(db, actor, username, creator_id=creator.id)
        if closings:
            await account_closings(db, account.id, closings)

    found = await series(db, actor, CREATORS, [creator.id, empty.id], last_days(4))

    rows = found[creator.id]
    assert column(rows, "views") == [0, 7, 0, -10]
    assert column(rows, "total_views") == [10, 117, 117, 107]
    assert column(rows, "followers") == [3, 4, 4, 24]
    assert column(found[empty.id], "followers") == [None] * 4


async def test_weeks_begin_on_monday_and_months_on_the_first_but_count_only_the_window(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor)
    await account_closings(db, account.id, {day: {"gained_views": 100 - day, "views": 200 - day} for day in range(100)})
    window = Window(dt.date(2026, 5, 28), dt.date(2026, 6, 9))

    weeks = await series_of(db, actor, ACCOUNTS, account.id, window, Granularity.WEEK)
    months = await series_of(db, actor, ACCOUNTS, account.id, window, Granularity.MONTH)

    assert [(str(row["date"]), row["views"]) for row in weeks.rows()] == [
        ("2026-05-25", 4),
        ("2026-06-01", 7),
        ("2026-06-08", 2),
    ]
    assert [(str(row["date"]), row["views"]) for row in months.rows()] == [
        ("2026-05-01", 4),
        ("2026-06-01", 9),
    ]
    assert column(months, "total_views") == [200 - 14, 200 - 5]


@pytest.mark.parametrize("granularity", Granularity)
async def test_a_series_adds_up_to_the_totals_of_its_window(db: Database, granularity: Granularity) -> None:
    actor = await an_organization(db)
    with clock.frozen(NOON - dt.timedelta(days=70)):
        creator = await a_creator(db, actor, "Ada")
        for number in range(3):
            account = await an_account(db, actor, f"account{number}", creator_id=creator.id)
            closings = {
                day: {"gained_views": (70 - day) * number * day % 97, "gained_shares": 70 - day, "followers": day}
                for day in range(number, 70, number + 2)
            }
            await account_closings(db, account.id, closings)
    window = Window(ago(60), ago(3))

    rows = await series_of(db, actor, CREATORS, creator.id, window, granularity)
    total = (await measured(db, actor, CREATORS, [creator.id], window))[creator.id]

    for name in ("views", "shares", "engagement"):
        assert sum(column(rows, name)) == total.values[name]
    assert column(rows, "followers")[-1] == total.values["followers"]
    assert rows.coverage == total.coverage


async def test_one_statement_for_all_and_unknown_things_are_not_found(db: Database) -> None:
    actor, other = await an_organization(db), await an_organization(db)
    accounts = [await an_account(db, actor, f"account{number}") for number in range(3)]
    foreign = await an_account(db, other)
    statements: list[str] = []
    db.on_statement.append(statements.append)

    found = await series(db, actor, ACCOUNTS, [*(account.id for account in accounts), foreign.id], last_days(90))

    assert len(statements) == 1
    assert found.keys() == {account.id for account in accounts}
    with pytest.raises(NotFound, match="Account not found"):
        await series_of(db, actor, ACCOUNTS, foreign.id, last_days(7))


def test_an_unknown_granularity_is_named() -> None:
    with pytest.raises(ValidationFailed) as raised:
        validate(SeriesInput, {"granularity": "hour"})

    assert raised.value.errors == (("granularity", "must be one of: day, week, month"),)
