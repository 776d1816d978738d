"""Purging once a day, by whichever process comes first."""

import asyncio
import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.history import PostClosing
from creatoraudit.db.models import IdempotencyRecord
from creatoraudit.domain import chores
from creatoraudit.domain.accounts.commands import create_account
from creatoraudit.domain.accounts.inputs import AccountCreate
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.windows import DAY
from creatoraudit.domain.scope import table
from creatoraudit.domain.validation import validate
from creatoraudit.events import Events
from creatoraudit.ingestion.housekeeping import CHORE, purge_if_due
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import PostObservation, PostSnapshot
from creatoraudit.ingestion.worker import Worker, working
from creatoraudit.settings import Settings
from factories import a_video, an_organization
from waiting import until

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
NAME = str(10**18)
Stopping = Callable[[], asyncio.Future[None]]


@pytest.fixture
async def going_on() -> asyncio.Future[None]:
    """Tells nobody to stop."""
    return asyncio.get_running_loop().create_future()


@pytest.fixture
async def actor(db: Database) -> Actor:
    return await an_organization(db)


async def leave_a_record(db: Database, actor: Actor, key: str) -> None:
    data = validate(AccountCreate, {"platform": "tiktok", "username": key})
    await create_account(db, actor, data, idempotency_key=key)


async def total(db: Database, model: type[IdempotencyRecord | PostClosing]) -> int:
    async with db.transaction() as tx:
        return int((await tx.execute(select(func.count()).select_from(table(model)))).scalar_one())


async def test_it_is_done_once_a_day_by_one_of_several(
    db: Database, actor: Actor, going_on: asyncio.Future[None]
) -> None:
    with clock.frozen(NOON):
        await leave_a_record(db, actor, "first")
        assert sorted(await asyncio.gather(*(purge_if_due(db, None, going_on) for _ in range(4)))) == [
            *[False] * 3,
            True,
        ]
    with clock.frozen(NOON + DAY - dt.timedelta(minutes=1)):
        assert not await purge_if_due(db, None, going_on)
    assert await total(db, IdempotencyRecord) == 1
    with clock.frozen(NOON + DAY):
        assert await purge_if_due(db, None, going_on)
    assert await total(db, IdempotencyRecord) == 0


async def test_a_process_that_dies_leaves_it_to_another(
    db: Database, actor: Actor, going_on: asyncio.Future[None]
) -> None:
    with clock.frozen(NOON - DAY):
        await leave_a_record(db, actor, "first")
    with clock.frozen(NOON):
        assert await chores.take(db, CHORE) is not None  # and nothing is heard of it any more
        assert not await purge_if_due(db, None, going_on)
    with clock.frozen(NOON + chores.LEASE):
        assert await purge_if_due(db, None, going_on)
    assert await total(db, IdempotencyRecord) == 0


async def test_one_that_is_told_to_stop_leaves_it_to_another_at_once(
    db: Database, actor: Actor, going_on: asyncio.Future[None]
) -> None:
    with clock.frozen(NOON - DAY):
        await leave_a_record(db, actor, "first")
    stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    stopped.set_result(None)
    with clock.frozen(NOON):
        assert not await purge_if_due(db, None, stopped)
        assert await purge_if_due(db, None, going_on)


async def test_older_days_go_when_a_month_has_ended_and_only_where_that_is_set(
    db: Database, actor: Actor, going_on: asyncio.Future[None]
) -> None:
    with clock.frozen(NOON):
        await a_video(db, actor, NAME)
        seen = [PostSnapshot(NOON - DAY * day, NAME, view_count=1_000 - day) for day in range(60)]
        await observe(db, str(actor.organization_id), [PostObservation("tiktok", seen)])
        assert await purge_if_due(db, None, going_on)
        assert await total(db, PostClosing) == 60
    with clock.frozen(NOON + DAY):
        assert await purge_if_due(db, 1, going_on)
        assert await total(db, PostClosing) == 2 + 31 + 14  # April's, from the 16th on, are two of them
        late = PostSnapshot(NOON - DAY * 50, NAME, view_count=950)
        await observe(db, str(actor.organization_id), [PostObservation("tiktok", [late])])
    with clock.frozen(NOON + DAY * 2):
        assert await purge_if_due(db, 1, going_on)
        assert await total(db, PostClosing) == 2 + 1 + 31 + 14  # it has been through these months
    with clock.frozen(NOON + DAY * 20):
        assert await purge_if_due(db, 1, going_on)
        assert await total(db, PostClosing) == 2 + 1 + 14


async def test_a_worker_does_it_whatever_it_has_sources_for(db: Database, actor: Actor, database_url: str) -> None:
    with clock.frozen(NOON):
        await leave_a_record(db, actor, "first")

    async def is_gone() -> bool:
        return await total(db, IdempotencyRecord) == 0

    with clock.frozen(NOON + DAY):
        async with working(Worker(db, {}, Settings(database_url=database_url), Events(None))):
            await until(is_gone)
