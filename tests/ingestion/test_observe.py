import asyncio
import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.history import AccountClosing, PostClosing
from creatoraudit.db.models import Account, AccountVideo, Post
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import AccountVideoRow, list_account_videos
from creatoraudit.domain.accounts.queries import AccountRow, get_account
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.videos.inputs import VideoFilter
from creatoraudit.domain.videos.queries import list_videos
from creatoraudit.ingestion.observe import Recorded, observe, record
from creatoraudit.ingestion.snapshots import (
    AccountObservation,
    Observation,
    PostObservation,
    PostSnapshot,
    ProfileSnapshot,
)
from factories import a_video, an_account, an_organization
from histories import (
    ACCOUNTS,
    ADDED,
    NAMES,
    TRACKED_ALONE,
    History,
    expected_account_closings,
    expected_post_closings,
    histories,
    observations,
)
from ingestion.stored import everything, rows

on_one_database = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


async def tracking(db: Database, history: History) -> tuple[Actor, dict[str, str]]:
    """An organization that tracks the history's accounts, and some of its posts by themselves."""
    with clock.frozen(ADDED):
        actor = await an_organization(db)
        ids = {name: (await an_account(db, actor, name, platform=platform)).id for name, platform in ACCOUNTS.items()}
        for post in history.posts:
            if post.external_id in TRACKED_ALONE:
                await a_video(db, actor, post.external_id, platform=post.platform)
    return actor, ids


@on_one_database
@given(history=histories(), batch=st.integers(1, 9))
async def test_closings_are_what_the_definitions_make_of_all_observations(
    db: Database, history: History, batch: int
) -> None:
    actor, ids = await tracking(db, history)

    await observe(db, actor.organization_id, observations(history, history.seen, ids), batch=batch)

    expected: dict[Any, Any] = {}
    for post in history.posts:
        expected |= expected_post_closings(history, post)
    found = {(row["name"], row["day"]): row for row in await rows(db, actor, PostClosing)}
    assert {key: {name: found[key][name] for name in row} for key, row in expected.items()} == expected
    assert found.keys() == expected.keys()
    expected = {}
    for account in ACCOUNTS:
        expected |= expected_account_closings(history, account)
    found = {(row["name"], row["day"]): row for row in await rows(db, actor, AccountClosing)}
    assert {key: {name: found[key][name] for name in row} for key, row in expected.items()} == expected
    assert found.keys() == expected.keys()


@on_one_database
@given(history=histories(), batch=st.integers(1, 9), shuffle=st.randoms())
async def test_any_order_gives_the_same(db: Database, history: History, batch: int, shuffle: random.Random) -> None:
    in_order = sorted(history.seen, key=lambda one: one.at)
    shuffled = list(history.seen)
    shuffle.shuffle(shuffled)
    outcomes = []
    for seen in (in_order, shuffled):
        actor, ids = await tracking(db, history)
        await observe(db, actor.organization_id, observations(history, seen, ids), batch=batch)
        outcomes.append(await everything(db, actor))
    assert outcomes[0] == outcomes[1]


@on_one_database
@given(history=histories(), batch=st.integers(1, 9))
async def test_the_same_observations_again_change_nothing(db: Database, history: History, batch: int) -> None:
    actor, ids = await tracking(db, history)
    seen = observations(history, history.seen, ids)
    await observe(db, actor.organization_id, seen, batch=batch)
    before = {model: await rows(db, actor, model) for model in (Account, Post, AccountVideo)}
    closings = await everything(db, actor)

    with clock.frozen(dt.datetime(2030, 1, 1, tzinfo=dt.UTC)):
        again = await observe(db, actor.organization_id, seen)

    assert again.closings == again.discovered == 0
    assert {model: await rows(db, actor, model) for model in before} == before
    assert await everything(db, actor) == closings


DAY = dt.timedelta(days=1)


def shown(external_id: str, at: dt.datetime, views: int | None, **fields: Any) -> PostSnapshot:
    return PostSnapshot(at, external_id, view_count=views, **fields)


async def test_a_feed_is_recorded_whole(db: Database) -> None:
    with clock.frozen(ADDED):
        actor = await an_organization(db)
        account = await an_account(db, actor, "cook", platform="instagram")
    post = shown(
        NAMES[0],
        ADDED,
        70,
        description="Ramen 🍜",
        create_time=ADDED - DAY,
        media_type="video",
        duration=12.5,
        platform_account_id="99",
        platform_data={"product_type": "clips"},
        play_count=90,
        fb_play_count=30,
        fb_like_count=3,
        saved_count=4,
    )
    profile = ProfileSnapshot(ADDED, name="Cook", is_verified=True, follower_count=1000, following_count=5)

    observed = await observe(db, actor.organization_id, [AccountObservation(account.id, [profile], [post])])

    assert observed == Recorded(accounts=1, posts=1, discovered=1, closings=2)
    cook = await get_account(db, actor, account.id)
    assert (cook.name, cook.is_verified, cook.follower_count, cook.following_count) == ("Cook", True, 1000, 5)
    assert (cook.total_post_count, cook.view_count, cook.play_count, cook.saved_count) == (1, 70, 90, 4)
    assert (cook.fb_play_count, cook.ig_play_count, cook.fb_like_count) == (30, 90, 3)
    assert (cook.first_scrape_time, cook.last_scrape_time) == (ADDED, ADDED)
    (video,) = await videos_of(db, actor)
    assert (video.description, video.create_time, video.duration) == ("Ramen 🍜", ADDED - DAY, 12.5)
    assert (video.view_count, video.play_count, video.total_views, video.total_plays) == (70, 90, 100, 120)
    assert (video.account_id, video.account_username, video.platform_account_id) == (account.id, "cook", "99")
    assert (video.added_at, video.platform_data) == (ADDED, {"product_type": "clips"})
    assert [found.id for found in await videos_of(db, actor, q="RAMEN")] == [video.id]


async def test_tiktok_has_neither_plays_of_its_own_nor_saves(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor)
    post = PostSnapshot(ADDED, NAMES[0], play_count=80, saved_count=5, fb_play_count=1)

    await observe(db, actor.organization_id, [AccountObservation(account.id, [], [post])])

    (video,) = await videos_of(db, actor)
    assert (video.view_count, video.play_count, video.total_plays, video.saved_count) == (80, 80, 80, None)
    seen = await get_account(db, actor, account.id)
    assert (seen.view_count, seen.play_count, seen.saved_count, seen.fb_play_count) == (80, 80, None, None)


async def test_what_an_observation_lacks_stays_as_it_was(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor)
    full = shown(NAMES[0], ADDED, 10, like_count=5, description="hello", is_unavailable=False)
    profile = ProfileSnapshot(ADDED, follower_count=7, name="Jo")
    await observe(db, actor.organization_id, [AccountObservation(account.id, [profile], [full])])

    empty = PostSnapshot(ADDED + DAY, NAMES[0])
    await observe(db, actor.organization_id, [AccountObservation(account.id, [ProfileSnapshot(ADDED + DAY)], [empty])])

    (video,) = await videos_of(db, actor)
    assert (video.view_count, video.like_count, video.description) == (10, 5, "hello")
    seen = await get_account(db, actor, account.id)
    assert (seen.follower_count, seen.name, seen.view_count, seen.like_count) == (7, "Jo", 10, 5)
    assert (seen.first_scrape_time, seen.last_scrape_time) == (ADDED, ADDED + DAY)
    assert [row["day"] for row in await rows(db, actor, PostClosing)] == [ADDED.date()]
    assert [row["day"] for row in await rows(db, actor, AccountClosing)] == [ADDED.date()]


async def test_an_older_observation_fills_gaps_and_overwrites_nothing(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor)
    new = shown(NAMES[0], ADDED + DAY, 20, description="now")
    old = shown(NAMES[0], ADDED, 15, like_count=3, description="then", media_type="video")

    await observe(db, actor.organization_id, [AccountObservation(account.id, [], [new])])
    await observe(db, actor.organization_id, [AccountObservation(account.id, [], [old])])

    (video,) = await videos_of(db, actor)
    assert (video.view_count, video.description) == (20, "now")
    assert (video.like_count, video.media_type) == (3, "video")
    assert (video.first_scrape_time, video.last_scrape_time, video.added_at) == (ADDED, ADDED + DAY, ADDED)


async def test_a_video_tracked_alone_finds_its_account(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor, "dancer")
    await a_video(db, actor, NAMES[0])

    seen = shown(NAMES[0], ADDED, 5, account_username="dancer")
    observed = await observe(db, actor.organization_id, [PostObservation("tiktok", [seen])])

    assert (observed.posts, observed.discovered) == (1, 0)
    (video,) = (await list_videos(db, actor, where=VideoFilter(), page=PageRequest(50))).items
    assert (video.view_count, video.account_id, video.account_username) == (5, account.id, "dancer")
    assert (await get_account(db, actor, account.id)).view_count == 0, "only posts of its feed are collected"


async def test_a_video_brings_its_history_into_the_feed_it_is_discovered_in(db: Database) -> None:
    with clock.frozen(ADDED):
        actor = await an_organization(db)
        account = await an_account(db, actor, "dancer")
        await a_video(db, actor, NAMES[0])
    alone = [shown(NAMES[0], ADDED + day * DAY, 10 + day) for day in range(3)]
    await observe(db, actor.organization_id, [PostObservation("tiktok", alone)])

    await observe(
        db, actor.organization_id, [AccountObservation(account.id, [], [shown(NAMES[0], ADDED + 3 * DAY, 20)])]
    )

    closings = sorted(await rows(db, actor, AccountClosing), key=lambda row: row["day"])
    assert [(row["views"], row["gained_views"]) for row in closings] == [(10, 0), (11, 1), (12, 2), (20, 10)]
    (video,) = await videos_of(db, actor)
    assert (video.added_at, video.first_scrape_time) == (ADDED + 3 * DAY, ADDED)


async def test_a_post_in_two_feeds_belongs_to_the_first(db: Database) -> None:
    actor = await an_organization(db)
    first, second = [await an_account(db, actor, name) for name in ("first", "second")]
    for account, views in ((first, 10), (second, 30)):
        post = shown(NAMES[0], ADDED + dt.timedelta(minutes=views), views)
        await observe(db, actor.organization_id, [AccountObservation(account.id, [], [post])])

    (video,) = await videos_of(db, actor)
    assert (video.account_id, video.view_count) == (first.id, 30)
    assert (await get_account(db, actor, first.id)).view_count == 30
    assert (await get_account(db, actor, second.id)).total_post_count == 0


async def test_what_nobody_tracks_leaves_no_trace(db: Database) -> None:
    actor, other = await an_organization(db), await an_organization(db)
    foreign = await an_account(db, other)
    seen = shown(NAMES[0], ADDED, 5)

    observed = await observe(
        db,
        actor.organization_id,
        [AccountObservation(foreign.id, [], [seen]), AccountObservation(new_id()), PostObservation("tiktok", [seen])],
    )

    assert observed == Recorded(unknown=3)
    for organization in (actor, other):
        assert not any([await rows(db, organization, model) for model in (Post, PostClosing, AccountClosing)])


async def test_an_account_that_went_away_keeps_its_numbers(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor)
    gone = ProfileSnapshot(ADDED + DAY, is_unavailable=True)
    await observe(
        db, actor.organization_id, [AccountObservation(account.id, [ProfileSnapshot(ADDED, follower_count=9), gone])]
    )

    seen = await get_account(db, actor, account.id)
    assert (seen.is_unavailable, seen.follower_count) == (True, 9)
    assert len(await rows(db, actor, AccountClosing)) == 1


async def test_a_batch_costs_the_same_statements_whatever_its_size(db: Database) -> None:
    actor = await an_organization(db)
    accounts = [await an_account(db, actor, f"account{number}") for number in range(20)]

    def day(number: int, some: Sequence[AccountRow]) -> list[AccountObservation]:
        at = ADDED + number * DAY
        return [
            AccountObservation(
                account.id,
                [ProfileSnapshot(at, follower_count=number)],
                [shown(f"{account.username[7:]}{post}", at, number) for post in range(len(some))],
            )
            for account in some
        ]

    statements: list[str] = []
    db.on_statement.append(statements.append)
    costs = []
    for number, some in ((0, accounts[:1]), (0, accounts[1:]), (1, accounts[:1]), (1, accounts[1:])):
        statements.clear()
        await observe(db, actor.organization_id, day(number, some), batch=10_000)
        costs.append(len(statements))
    assert costs[0] == costs[1], "everything new"
    assert costs[2] == costs[3] <= 10, "everything known"


async def test_a_refresh_reads_only_last_closings(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor)
    history = [
        AccountObservation(
            account.id,
            [ProfileSnapshot(ADDED + day * DAY, follower_count=day)],
            [shown(NAMES[0], ADDED + day * DAY, day)],
        )
        for day in range(30)
    ]
    await observe(db, actor.organization_id, history)
    read: list[int] = []

    later = AccountObservation(
        account.id, [ProfileSnapshot(ADDED + 40 * DAY, follower_count=1)], [shown(NAMES[0], ADDED + 40 * DAY, 50)]
    )
    async with db.transaction() as tx:
        fetch = tx.fetch

        async def counting(*question: Any) -> list[Any]:
            found = await fetch(*question)
            read.append(len(found))
            return found

        tx.fetch = counting  # type: ignore[method-assign]
        await record(tx, actor.organization_id, [later])
    assert max(read) == 1


async def test_accounts_observed_at_the_same_time_do_not_lose_anything(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor)
    await a_video(db, actor, NAMES[0])
    looks: list[Observation] = []
    for day in range(6):
        at = ADDED + day * DAY
        looks.append(
            AccountObservation(account.id, [ProfileSnapshot(at, follower_count=day)], [shown(NAMES[1], at, day)])
        )
        looks.append(AccountObservation(account.id, [], [shown(NAMES[0], at, day)]))
        looks.append(PostObservation("tiktok", [shown(NAMES[0], at + dt.timedelta(hours=1), 2 * day)]))

    await asyncio.gather(*(observe(db, actor.organization_id, [look]) for look in looks))

    concurrent = await everything(db, actor)
    again = await an_organization(db)
    same = await an_account(db, again)
    await a_video(db, again, NAMES[0])
    for look in looks:
        moved = look._replace(account_id=same.id) if isinstance(look, AccountObservation) else look
        await observe(db, again.organization_id, [moved])
    assert {name: rows_ for name, rows_ in concurrent.items() if name.endswith("Closing")} == {
        name: rows_ for name, rows_ in (await everything(db, again)).items() if name.endswith("Closing")
    }


async def videos_of(db: Database, actor: Actor, **where: Any) -> list[AccountVideoRow]:
    return list((await list_account_videos(db, actor, where=AccountVideoFilter(**where), page=PageRequest(50))).items)
