"""The organization's days, kept by every write, against the same days counted anew and against the sum of the parts."""

import asyncio
import datetime as dt
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, literal, select, update
from sqlmodel import SQLModel

from creatoraudit import clock
from creatoraudit.db import bulk
from creatoraudit.db.engine import Database
from creatoraudit.db.history import AccountClosing, OrganizationDay, PostClosing
from creatoraudit.db.models import Account, AccountVideo, Post, Video, stored
from creatoraudit.demo import DEMO_ID, DemoOptions, build_demo
from creatoraudit.domain.accounts.commands import delete_account
from creatoraudit.domain.accounts.inputs import AccountFilter
from creatoraudit.domain.accounts.queries import list_accounts
from creatoraudit.domain.actor import Actor, acting_for
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.analytics.closings import Coverage, together
from creatoraudit.domain.analytics.metrics import METRICS, percentage
from creatoraudit.domain.analytics.organization import organization_deltas, organization_metrics, organization_series
from creatoraudit.domain.analytics.overview import overview
from creatoraudit.domain.analytics.scopes import ACCOUNTS, CREATORS, VIDEOS
from creatoraudit.domain.analytics.series import Granularity, series
from creatoraudit.domain.analytics.totals import Measured, measured
from creatoraudit.domain.analytics.windows import DAY, Window, preset
from creatoraudit.domain.creators.inputs import CreatorFilter
from creatoraudit.domain.creators.queries import list_creators
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.scope import table
from creatoraudit.domain.videos.commands import delete_video
from creatoraudit.domain.videos.inputs import VideoFilter
from creatoraudit.domain.videos.queries import list_videos
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import AccountObservation, PostObservation, PostSnapshot, ProfileSnapshot
from factories import a_video, an_account, an_organization
from histories import FIRST_DAY, NAMES, History, histories
from households import Action, Household, lived, lives

TODAY = FIRST_DAY + DAY * 18
NOW = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
ALL = PageRequest(200)

some = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
windows = st.builds(
    lambda start, days: Window(start, min(start + DAY * days, TODAY)),
    st.integers(-3, 18).map(lambda day: FIRST_DAY + DAY * day),
    st.integers(0, 21),
)


async def days_of(db: Database, actor: Actor) -> dict[dt.date, dict[str, int]]:
    """The organization's days, over all slots, without those on which nothing changed in the end."""
    columns = table(OrganizationDay).c
    amounts = [func.sum(columns[name]).label(name) for name in rollup.AMOUNTS]
    summed = select(columns.day, *amounts).where(columns.organization_id == actor.organization_id)
    async with db.transaction() as tx:
        found = (await tx.execute(summed.group_by(columns.day))).mappings().all()
    rows = {row["day"]: {name: int(row[name]) for name in rollup.AMOUNTS if row[name]} for row in found}
    return {day: row for day, row in rows.items() if row}


async def rows_of(db: Database, actor: Actor, model: type[SQLModel]) -> list[Any]:
    own = select(table(model)).where(table(model).c.organization_id == actor.organization_id)
    async with db.transaction() as tx:
        return list((await tx.execute(own)).mappings())


async def assert_kept(db: Database, actor: Actor) -> None:
    kept = await days_of(db, actor)
    async with db.transaction() as tx:
        await rollup.rebuild(tx, actor)
    assert kept == await days_of(db, actor)


@some
@given(history=histories(), life=lives, chance=st.randoms())
async def test_every_write_keeps_the_days_as_if_they_were_counted_anew(
    db: Database, history: History, life: list[tuple[int, Action]], chance: random.Random
) -> None:
    household = await lived(db, history, life, chance)

    await assert_kept(db, household.actor)


def added_up(parts: list[Measured], counted: list[Coverage]) -> Measured:
    """What parts come to together, metric by metric as the registry says."""
    values: dict[str, Any] = {}
    for metric in METRICS:
        known = [value for part in parts if (value := part.values.get(metric.name)) is not None]
        values[metric.name] = sum(known) if known or metric.name not in {"saves", "followers"} else None
    values["engagement_rate"] = percentage(values["engagement"], values["views"])
    return Measured(values, together(counted))


@some
@given(history=histories(), life=lives, chance=st.randoms(), window=windows)
async def test_the_organization_and_every_creator_are_the_sums_of_their_parts(
    db: Database, history: History, life: list[tuple[int, Action]], chance: random.Random, window: Window
) -> None:
    household = await lived(db, history, life, chance)

    await assert_the_parts_add_up(household, window)


async def assert_the_parts_add_up(household: Household, window: Window) -> None:
    db, actor = household.db, household.actor
    accounts = (await list_accounts(db, actor, where=AccountFilter(), page=ALL)).items
    videos = (await list_videos(db, actor, where=VideoFilter(), page=ALL)).items
    of_accounts = await measured(db, actor, ACCOUNTS, [one.id for one in accounts], window)
    of_videos = await measured(db, actor, VIDEOS, [one.id for one in videos], window)
    async with db.transaction() as tx:
        feeds = table(AccountVideo).join(table(Video), table(Video).c.post_id == table(AccountVideo).c.post_id)
        both = set((await tx.execute(select(table(Video).c.id).select_from(feeds))).scalars())

    parts = [*of_accounts.values(), *(one for id_, one in of_videos.items() if id_ not in both)]
    entities = [one.coverage for one in (*of_accounts.values(), *of_videos.values())]
    whole = added_up(parts, entities)
    assert await organization_metrics(db, actor, window) == whole
    found = await organization_series(db, actor, window, Granularity.DAY)
    assert found.coverage == whole.coverage
    rows = found.rows()
    last = (await organization_metrics(db, actor, Window(window.end, window.end))).values
    assert {name: rows[-1][name] for name in last} == last
    of_part = {
        **await series(db, actor, ACCOUNTS, list(of_accounts), window),
        **await series(db, actor, VIDEOS, [id_ for id_ in of_videos if id_ not in both], window),
    }
    rows_of_parts = [one.rows() for one in of_part.values()]
    for number, row in enumerate(rows):
        for name in (name for name in row if name.startswith("total_")):
            known = [total for part in rows_of_parts if (total := part[number].get(name)) is not None]
            assert row[name] == (sum(known) if known else None)
    for creator in (await list_creators(db, actor, where=CreatorFilter(), page=ALL)).items:
        own = [of_accounts[one.id] for one in accounts if one.creator_id == creator.id]
        expected = added_up(own, [one.coverage for one in own])
        assert (await measured(db, actor, CREATORS, [creator.id], window))[creator.id] == expected
    with clock.frozen(dt.datetime.combine(window.end, dt.time(), dt.UTC)):
        assert await organization_deltas(db, actor, [window.days]) == {window.days: whole}


@some
@given(history=histories(), life=lives, chance=st.randoms())
async def test_the_overview_counts_what_there_is_now_as_of_the_window_s_end(
    db: Database, history: History, life: list[tuple[int, Action]], chance: random.Random
) -> None:
    household = await lived(db, history, life, chance)
    actor = household.actor
    with clock.frozen(NOW):
        seen = await overview(db, actor)
        ends = (preset("7d"), preset("7d").previous)
    accounts, videos, discovered = [await rows_of(db, actor, model) for model in (Account, Video, AccountVideo)]
    for figures, window in zip((seen.current, seen.previous), ends, strict=True):
        whole = (await organization_metrics(db, actor, window)).values
        assert figures == (
            whole["views"],
            whole["engagement_rate"],
            sum(one["is_active"] and one["added_at"].date() <= window.end for one in accounts),
            sum(one["added_at"].date() <= window.end for one in discovered),
            sum(one["added_at"].date() <= window.end for one in videos),
        )


async def test_the_demo_keeps_its_days(db: Database) -> None:
    options = DemoOptions(accounts=12, videos_per_account=5, days=20, until=TODAY)
    await build_demo(db, options, lambda *_: None)

    await assert_kept(db, acting_for(DEMO_ID))


async def test_writers_that_meet_on_a_day_lose_nothing(db: Database) -> None:
    with clock.frozen(NOW):
        actor = await an_organization(db)
        organization_id = str(actor.organization_id)
        accounts = [(await an_account(db, actor, f"account{number}")).id for number in range(6)]
        doomed = accounts.pop()
        alone = [str(10**18 + number) for number in range(6)]
        videos = [(await a_video(db, actor, name)).id for name in alone]

        def seen(day: int, name: str, account: str | None) -> Any:
            snapshot = PostSnapshot(NOW - DAY * day, name, view_count=10 * (9 - day))
            if account is None:
                return observe(db, organization_id, [PostObservation("tiktok", [snapshot])])
            profile = ProfileSnapshot(NOW - DAY * day, follower_count=day)
            return observe(db, organization_id, [AccountObservation(account, [profile], [snapshot])])

        await asyncio.gather(*(seen(2, name, account) for name, account in zip(alone, [*accounts, None], strict=True)))
        await asyncio.gather(
            *(seen(day, name, account) for name, account in zip(alone, accounts, strict=False) for day in (5, 1)),
            *(seen(day, alone[-1], doomed) for day in (4, 0)),
            *(delete_video(db, actor, video) for video in videos[::2]),
            *(a_video(db, actor, str(10**18 + 100 + number)) for number in range(3)),
            *(an_account(db, actor, f"new{number}") for number in range(5)),
            delete_account(db, actor, doomed),
            delete_account(db, actor, accounts[0]),
        )

    await assert_kept(db, actor)


async def test_the_organization_takes_one_statement_whatever_is_asked_of_it(db: Database) -> None:
    with clock.frozen(NOW):
        actor = await an_organization(db)
        for number in range(3):
            await an_account(db, actor, f"account{number}")
        statements: list[str] = []
        db.on_statement.append(statements.append)
        await organization_metrics(db, actor, preset("90d"))
        await organization_deltas(db, actor, [1, 7, 14, 30])
        await organization_series(db, actor, preset("90d"), Granularity.MONTH)
        await overview(db, actor)

    assert len(statements) == 4


async def test_nothing_of_another_organization_is_counted(db: Database) -> None:
    actor, other = await an_organization(db), await an_organization(db)
    account = await an_account(db, other, platform="instagram")
    seen = AccountObservation(account.id, [ProfileSnapshot(clock.now(), follower_count=3)])
    await observe(db, str(other.organization_id), [seen])

    own, foreign = [await organization_metrics(db, one, preset("7d")) for one in (actor, other)]

    assert (own.values["followers"], own.values["saves"], own.coverage) == (None, None, (0, 0))
    assert (foreign.values["followers"], foreign.values["saves"], foreign.coverage) == (3, 0, (1, 1))


async def test_a_post_tracked_both_ways_counts_once(db: Database) -> None:
    with clock.frozen(NOW):
        actor = await an_organization(db)
        account = await an_account(db, actor, platform="instagram")
        await a_video(db, actor, NAMES[0], platform="instagram")
        for day, views in ((3, 100), (1, 130)):
            seen = [PostSnapshot(NOW - DAY * day, NAMES[0], view_count=views, like_count=day)]
            await observe(db, str(actor.organization_id), [PostObservation("instagram", seen)])
        await observe(db, str(actor.organization_id), [AccountObservation(account.id, [], seen)])

        found = await organization_metrics(db, actor, preset("7d"))
        rows = (await organization_series(db, actor, preset("7d"))).rows()

    assert (found.values["views"], found.values["likes"]) == (30, -2)
    assert [(row["views"], row["total_views"]) for row in rows[-4:]] == [(0, 100), (0, 100), (30, 130), (0, 130)]
    assert found.coverage == (2, 4 + 2)


async def test_late_observations_and_deletion_correct_a_year_of_ten_thousand_posts(db: Database) -> None:
    with clock.frozen(NOW):
        actor = await an_organization(db)
        account = await an_account(db, actor)
    owner = (actor.organization_id, account.id, "tiktok", {}, NOW, NOW - DAY * 364, NOW)
    rows = [(number, str(10**18 + number), new_id(), *owner) for number in range(1, 10_001)]
    closings = [
        stored(
            AccountClosing(
                account_id=account.id,
                day=TODAY - DAY * (365 - day),
                observed_days=day,
                **dict.fromkeys(rollup.COUNTERS, 10_000 * day),
                **dict.fromkeys(GAINS, 10_000 * (day - 1)),
            )
        )
        for day in range(1, 366)
    ]
    posts, of_account = table(Post).c, table(AccountClosing).c
    values = [*[of_account.observed_days] * 6, *[of_account.observed_days - 1] * 6]
    per_post = select(posts.id, of_account.day, literal(0), of_account.observed_days, *values)
    async with db.transaction() as tx:
        await tx.write(bulk.insert(table(Post), POST), rows)
        records = [(row[2], actor.organization_id, row[0], NOW) for row in rows]
        await tx.write(bulk.insert(table(AccountVideo), ("id", "organization_id", "post_id", "added_at")), records)
        await tx.execute(insert(table(AccountClosing)), closings)
        of_feed = table(Post).join(table(AccountClosing), of_account.account_id == posts.account_id)
        names = ["post_id", "day", "second", "observed_days", *rollup.COUNTERS, *GAINS]
        await tx.execute(insert(table(PostClosing)).from_select(names, per_post.select_from(of_feed)))
        scraped = {"first_scrape_time": NOW - DAY * 364, "last_scrape_time": NOW, "tracked_since": TODAY - DAY * 364}
        await tx.execute(update(table(Account)).where(table(Account).c.id == account.id).values(scraped))
        await rollup.rebuild(tx, actor)
    with clock.frozen(NOW):
        await a_video(db, actor, str(10**18 + 7))

    late = NOW - DAY * 400
    posts_seen = [PostSnapshot(late, str(10**18 + number), view_count=0) for number in range(1, 200)]
    seen = AccountObservation(account.id, [ProfileSnapshot(late, follower_count=1)], posts_seen)
    await observe(db, str(actor.organization_id), [seen])
    await assert_kept(db, actor)
    assert (await organization_metrics(db, actor, Window(late.date(), TODAY))).values["views"] == 364 * 10_000 + 199

    await delete_account(db, actor, account.id)
    await assert_kept(db, actor)
    assert (await organization_metrics(db, actor, Window(late.date(), TODAY))).values["views"] == 365


POST = (
    *("id", "external_id", "account_video_id", "organization_id", "account_id", "platform", "platform_data"),
    *("updated_at", "first_scrape_time", "last_scrape_time"),
)
GAINS = tuple(f"gained_{name}" for name in rollup.COUNTERS)


async def test_a_post_that_joins_a_feed_while_someone_tracks_it_counts_once(db: Database, organization: Actor) -> None:
    account = await an_account(db, organization)
    for number in range(8):
        name = str(10**18 + number)
        discovered = PostSnapshot(NOW, name, view_count=9)
        earlier = ProfileSnapshot(NOW - DAY * (number + 2), follower_count=1)
        await asyncio.gather(
            observe(db, str(organization.organization_id), [AccountObservation(account.id, [], [discovered])]),
            a_video(db, organization, name),
            observe(db, str(organization.organization_id), [AccountObservation(account.id, [earlier])]),
        )
    await assert_kept(db, organization)
