"""What things gained over one window."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.scopes import ACCOUNTS, CREATORS, VIDEOS_OF_EITHER_KIND
from creatoraudit.domain.analytics.totals import (
    AccountMetricsInput,
    AccountVideoMetricsInput,
    VideoMetricsInput,
    account_video_totals,
    measured,
    totals,
)
from creatoraudit.domain.analytics.windows import Window, last_days, preset
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.validation import validate
from creatoraudit.errors import ValidationFailed
from factories import a_creator, a_video, an_account, an_account_video, an_organization
from written import NOON, account_closings, ago, post_closings


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


async def tracked(db: Database, actor: Actor, username: str, since: int, **fields: Any) -> str:
    """The id of an account that has been tracked for so many days before today."""
    with clock.frozen(NOON - dt.timedelta(days=since)):
        return (await an_account(db, actor, username, **fields)).id


async def test_an_account_s_gains_are_those_of_the_window_alone(db: Database) -> None:
    actor = await an_organization(db)
    account = await tracked(db, actor, "acme", since=40, platform="instagram")
    counters = ("views", "plays", "likes", "comments", "shares", "saves")
    before, within, after = (
        {f"gained_{name}": place * scale for place, name in enumerate(counters, start=1)} for scale in (100, 120, 900)
    )
    await account_closings(
        db,
        account,
        {
            40: before | {"followers": 50},
            29: within | {"followers": 56, "gained_followers": 6},
            0: after | {"followers": 70, "gained_followers": 20},
        },
    )

    found = await totals(db, actor, ACCOUNTS, [account], Window(ago(30), ago(1)))

    assert found.values == {
        account: {
            "views": 20,
            "plays": 40,
            "likes": 60,
            "comments": 80,
            "shares": 100,
            "saves": 120,
            "engagement": 240,
            "engagement_rate": 1200.0,
            "followers": 56,
            "followers_gained": 6,
        }
    }


async def test_coverage_is_observed_by_expected_days_of_all_that_was_found(db: Database) -> None:
    actor = await an_organization(db)
    always = await tracked(db, actor, "always", since=50)
    lately = await tracked(db, actor, "lately", since=2)
    await account_closings(db, always, {day: {} for day in range(51)})
    await account_closings(db, lately, {0: {}})

    both = await totals(db, actor, ACCOUNTS, [always, lately], preset("7d"))
    one = await totals(db, actor, ACCOUNTS, [lately], preset("7d"))
    earlier = await totals(db, actor, ACCOUNTS, [lately], Window(ago(20), ago(3)))

    assert (both.coverage, one.coverage, earlier.coverage) == (0.8, 0.3333, None)


async def test_a_post_is_expected_from_the_day_its_tracking_began(db: Database) -> None:
    actor = await an_organization(db)
    account_id = await tracked(db, actor, "acme", since=9)
    (account,) = [one for one in [await an_account(db, actor, "other")] if one.id != account_id]
    video = await a_video(db, actor)
    discovered = await an_account_video(db, actor, account, first_scrape_time=NOON - dt.timedelta(days=3))
    await post_closings(db, discovered.id, {3: {}, 2: {}})

    found = await measured(db, actor, VIDEOS_OF_EITHER_KIND, [video.id, discovered.id], preset("30d"))

    assert {one: tuple(result.coverage) for one, result in found.items()} == {video.id: (0, 1), discovered.id: (2, 4)}


async def test_things_without_data_are_zeros_and_the_rest_is_not_found(db: Database) -> None:
    actor, other = await an_organization(db), await an_organization(db)
    empty = await tracked(db, actor, "empty", since=0)
    foreign, unknown = await tracked(db, other, "foreign", since=0), new_id()

    found = await totals(db, actor, ACCOUNTS, [unknown, empty, foreign, empty, unknown], preset("30d"))

    assert found.not_found == [unknown, foreign]
    assert {name: value for name, value in found.values[empty].items() if value != 0} == {
        "saves": None,
        "followers": None,
    }


async def test_a_creator_s_totals_are_the_sums_over_its_accounts_of_today(db: Database) -> None:
    actor = await an_organization(db)
    creator, empty = await a_creator(db, actor, "Ada"), await a_creator(db, actor, "Bo")
    for username, gain in (("one", 5), ("two", 7)):
        account = await tracked(db, actor, username, since=1, creator_id=creator.id)
        await account_closings(db, account, {0: {"gained_views": gain, "followers": gain}})

    found = await measured(db, actor, CREATORS, [creator.id, empty.id], last_days(1))

    assert (found[creator.id].values["views"], found[creator.id].values["followers"]) == (12, 12)
    assert found[creator.id].coverage.share == 1.0
    assert (found[empty.id].values["views"], found[empty.id].coverage.share) == (0, None)


async def test_account_videos_are_found_by_post_id_on_their_own_platform_only(db: Database) -> None:
    actor, other = await an_organization(db), await an_organization(db)
    account, picture_account = await an_account(db, actor), await an_account(db, actor, "pic", platform="instagram")
    clip, picture = await an_account_video(db, actor, account), await an_account_video(db, actor, picture_account)
    foreign = await an_account_video(db, other, await an_account(db, other))
    single = await a_video(db, actor)
    for record, gain in ((clip, 3), (picture, 4), (foreign, 5), (single, 6)):
        await post_closings(db, record.id, {0: {"gained_views": gain}})

    data = {
        "instagram_post_ids": [picture.post_id, clip.post_id],
        "tiktok_video_ids": [foreign.post_id, clip.post_id, clip.post_id, 10**18],
    }
    found = await account_video_totals(db, actor, validate(AccountVideoMetricsInput, data), preset("7d"))

    assert {one: values["views"] for one, values in found.values.items()} == {
        str(picture.post_id): 4,
        str(clip.post_id): 3,
    }
    assert found.not_found == [str(clip.post_id), str(foreign.post_id), str(10**18)]


@pytest.mark.parametrize("days", [7, 90])
async def test_one_statement_whatever_the_number_of_ids(db: Database, days: int) -> None:
    actor = await an_organization(db)
    accounts = [await tracked(db, actor, f"account{number}", since=0) for number in range(3)]
    statements: list[str] = []
    db.on_statement.append(statements.append)

    await totals(db, actor, ACCOUNTS, accounts, last_days(days))

    assert len(statements) == 1


@pytest.mark.parametrize(
    ("model", "data", "field", "detail"),
    [
        (AccountMetricsInput, {"account_ids": []}, "account_ids", None),
        (
            AccountMetricsInput,
            {"account_ids": [new_id()] * 201},
            "account_ids",
            "account_ids must have at most 200 items.",
        ),
        (VideoMetricsInput, {"video_ids": [new_id(), 5]}, "video_ids[1]", None),
        (AccountVideoMetricsInput, {}, "tiktok_video_ids", None),
        (AccountVideoMetricsInput, {"instagram_post_ids": [0]}, "instagram_post_ids[0]", None),
        (AccountVideoMetricsInput, {"instagram_post_ids": ["1"]}, "instagram_post_ids[0]", None),
        (
            AccountVideoMetricsInput,
            {"instagram_post_ids": [1] * 101, "tiktok_video_ids": [1] * 100},
            "tiktok_video_ids",
            "tiktok_video_ids and instagram_post_ids must have at most 200 items together.",
        ),
    ],
)
def test_bad_input_names_the_item(model: Any, data: dict[str, Any], field: str, detail: str | None) -> None:
    with pytest.raises(ValidationFailed) as raised:
        validate(model, data)

    assert [error.field for error in raised.value.errors] == [field]
    assert raised.value.detail == (detail or "Request failed validation.")
