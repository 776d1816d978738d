"""What a purge removes, how little of it stays, and that everyone else goes on meanwhile."""

import asyncio
import datetime as dt
from contextlib import aclosing

import pytest
from sqlalchemy import func, select, update

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Database
from creatoraudit.db.history import AccountClosing, OrganizationDay, PostClosing
from creatoraudit.db.models import IdempotencyRecord, Refresh
from creatoraudit.domain.accounts.commands import create_account, delete_account
from creatoraudit.domain.accounts.inputs import AccountCreate
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.organization import organization_metrics
from creatoraudit.domain.analytics.scopes import ACCOUNTS
from creatoraudit.domain.analytics.totals import measured
from creatoraudit.domain.analytics.windows import DAY, Window
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.retention import plan
from creatoraudit.domain.retention.purge import Purge, Purged, kept_since
from creatoraudit.domain.scope import table
from creatoraudit.domain.validation import validate
from creatoraudit.domain.videos.commands import delete_video
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import (
    AccountObservation,
    Observation,
    PostObservation,
    PostSnapshot,
    ProfileSnapshot,
)
from domain.analytics.test_rollup import assert_kept
from factories import a_video, an_account, an_organization

JANUARY = dt.date(2026, 1, 1)
SINCE = dt.date(2026, 4, 1)
NOW = dt.datetime(2026, 4, 10, 12, tzinfo=dt.UTC)
FEED, ALONE = [str(10**18 + number) for number in range(4)], str(2 * 10**18)


async def purge(db: Database) -> Purged:
    found = Purge(db, SINCE)
    async for _ in found.steps():
        pass
    return found.gone


def seen(account_id: str, day: dt.date) -> list[Observation]:
    """A look at the profile, its feed and a post of someone else's; each number is made of the date."""
    number = (day - JANUARY).days + 1
    at = dt.datetime.combine(day, dt.time(12), dt.UTC)
    feed = [PostSnapshot(at, name, view_count=100 * number, like_count=number) for name in FEED]
    alone = PostSnapshot(at, ALONE, view_count=7 * number)
    return [
        AccountObservation(account_id, [ProfileSnapshot(at, follower_count=number)], feed),
        PostObservation("tiktok", [alone]),
    ]


@pytest.fixture
async def actor(db: Database) -> Actor:
    return await an_organization(db)


async def watched(db: Database, actor: Actor, name: str = "acme") -> str:
    """An account that was seen every day for a hundred days, and a video that was too: the account's id."""
    with clock.frozen(dt.datetime.combine(JANUARY, dt.time(), dt.UTC)):
        account = await an_account(db, actor, name)
        await a_video(db, actor, ALONE)
    looks = [one for day in range(100) for one in seen(account.id, JANUARY + DAY * day)]
    await observe(db, str(actor.organization_id), looks)
    return account.id


async def days_by_month(db: Database, model: type[PostClosing | AccountClosing | OrganizationDay]) -> dict[int, int]:
    """How many closings each month has."""
    month = dialect.month_of(table(model).c.day).label("month")
    async with db.transaction() as tx:
        found = (await tx.execute(select(month, func.count()).group_by("month").order_by("month"))).all()
    return {day.month: number for day, number in found}


@pytest.mark.parametrize("closings", [plan.CLOSINGS, 40, 1])
async def test_a_month_is_its_end_and_the_first_one_also_its_beginning(
    db: Database, actor: Actor, closings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "CLOSINGS", closings)  # however many slices it takes
    account_id = await watched(db, actor)
    with clock.frozen(NOW):
        gone = await purge(db)

        assert await days_by_month(db, PostClosing) == {1: 2 * 5, 2: 5, 3: 5, 4: 10 * 5}
        assert await days_by_month(db, AccountClosing) == {1: 2, 2: 1, 3: 1, 4: 10}
        assert await days_by_month(db, OrganizationDay) == {1: 2, 2: 1, 3: 1, 4: 10}
        assert (gone.post_closings, gone.account_closings) == (86 * 5, 86)
        assert gone.organization_days >= 86
        for start, end, views, observed in (
            (JANUARY, NOW.date(), 4 * 99 * 100, 14),
            (dt.date(2026, 2, 1), dt.date(2026, 2, 28), 4 * 28 * 100, 1),
            (dt.date(2026, 2, 10), dt.date(2026, 2, 20), 0, 0),
            (dt.date(2026, 3, 20), dt.date(2026, 4, 2), 4 * (31 + 2) * 100, 3),
        ):
            window = Window(start, end)
            found = (await measured(db, actor, ACCOUNTS, [account_id], window))[account_id]
            assert (found.values["views"], found.coverage) == (views, (observed, window.days)), window
            whole = await organization_metrics(db, actor, window)
            assert whole.coverage == (2 * observed, 2 * window.days)
    await assert_kept(db, actor)


async def test_late_observations_count_as_if_they_had_been_in_time(db: Database) -> None:
    late = [dt.date(2026, 1, 20), dt.date(2026, 2, 28), dt.date(2026, 3, 31), dt.date(2025, 12, 20)]
    numbers = []
    with clock.frozen(NOW):
        for purged_before in (True, False):
            actor = await an_organization(db)
            account = await an_account(db, actor)
            await a_video(db, actor, ALONE)
            looks = [JANUARY + DAY * day for day in range(5, 100, 3) if JANUARY + DAY * day not in late]
            await observe(db, str(actor.organization_id), [one for day in looks for one in seen(account.id, day)])
            if purged_before:
                await purge(db)
            await observe(db, str(actor.organization_id), [one for day in late for one in seen(account.id, day)])
            await assert_kept(db, actor)
            await purge(db)
            await assert_kept(db, actor)
            months = [Window(dt.date(2025, 12, 1), dt.date(2025, 12, 31))]
            months += [Window(dt.date(2026, month, 1), dt.date(2026, month, 28)) for month in (2, 4)]
            months += [Window(dt.date(2026, month, 1), dt.date(2026, month, 31)) for month in (1, 3)]
            months = [one._replace(end=min(one.end, NOW.date())) for one in months]
            numbers.append([await organization_metrics(db, actor, one) for one in months])

    assert numbers[0] == numbers[1]
    assert [one.values["views"] for one in numbers[0]] == [0, 11_803, 3_663, 16_687, 12_617]


async def test_a_purge_that_is_broken_off_is_completed_by_the_next(
    db: Database, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "CLOSINGS", 40)
    await watched(db, actor)
    with clock.frozen(NOW):
        for steps in (1, 2, 3):
            async with aclosing(Purge(db, SINCE).steps()) as begun:
                for _ in range(steps):
                    await anext(begun)
            await assert_kept(db, actor)
        assert (await purge(db)).account_closings > 0
        assert await days_by_month(db, AccountClosing) == {1: 2, 2: 1, 3: 1, 4: 10}
    await assert_kept(db, actor)


async def test_everyone_else_goes_on_writing_meanwhile(
    db: Database, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "CLOSINGS", 40)
    accounts = [await watched(db, actor)]
    with clock.frozen(NOW):
        accounts += [(await an_account(db, actor, f"other{number}")).id for number in range(3)]
        late = [dt.date(2026, 1, 15), dt.date(2026, 2, 15), dt.date(2026, 3, 15), dt.date(2026, 4, 9)]
        doomed = await a_video(db, actor, FEED[0])

        async def others() -> None:
            for day in late:
                for account_id in accounts:
                    await observe(db, str(actor.organization_id), seen(account_id, day))
            await delete_video(db, actor, doomed.id)
            await delete_account(db, actor, accounts[1])

        await asyncio.gather(purge(db), others(), purge(db))
        await assert_kept(db, actor)
        await purge(db)
        assert (await days_by_month(db, AccountClosing))[1] == 2 + len(accounts[2:])
    await assert_kept(db, actor)


async def test_idempotency_records_go_when_their_life_is_over(db: Database, actor: Actor) -> None:
    data = validate(AccountCreate, {"platform": "tiktok", "username": "acme"})
    with clock.frozen(NOW):
        created = await create_account(db, actor, data, idempotency_key="first")
    with clock.frozen(NOW + dt.timedelta(hours=23)):
        assert (await purge(db)).idempotency_records == 0
        assert (await create_account(db, actor, data, idempotency_key="first")).row == created.row
    with clock.frozen(NOW + dt.timedelta(hours=24)):
        assert (await purge(db)).idempotency_records == 1
        async with db.transaction() as tx:
            assert not (await tx.execute(select(table(IdempotencyRecord)))).all()


async def test_a_lease_that_nobody_gave_back_goes(db: Database, actor: Actor) -> None:
    with clock.frozen(NOW):
        await an_account(db, actor)
        leases = table(Refresh)
        async with db.transaction() as tx:
            await tx.execute(update(leases).values(lease=new_id(), leased_until=NOW))
        assert (await purge(db)).leases == 0
    with clock.frozen(NOW + DAY):
        assert (await purge(db)).leases == 1
        async with db.transaction() as tx:
            assert (await tx.execute(select(leases.c.lease, leases.c.leased_until))).all() == [(None, None)]


@pytest.mark.parametrize(
    ("months", "first"), [(None, None), (1, dt.date(2026, 3, 1)), (4, dt.date(2025, 12, 1)), (12, dt.date(2025, 4, 1))]
)
def test_months_before_this_one_are_kept(months: int | None, first: dt.date | None) -> None:
    with clock.frozen(NOW):
        assert kept_since(months) == first
