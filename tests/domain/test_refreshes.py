import datetime as dt
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.commands import delete_account, update_account
from creatoraudit.domain.accounts.inputs import AccountPatch
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.creators.commands import link_account, update_creator
from creatoraudit.domain.creators.inputs import CreatorPatch
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.refreshes import request_account_refresh, request_video_refresh
from creatoraudit.domain.validation import Platform, validate
from creatoraudit.domain.videos.commands import delete_video, update_video
from creatoraudit.domain.videos.inputs import VideoPatch
from creatoraudit.errors import Conflict, NotFound, RateLimited
from factories import a_creator, a_video, an_account, an_organization
from refreshed import due, refreshes, set_due

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)

Make = Callable[..., Awaitable[str]]
Change = Callable[..., Awaitable[object]]


@pytest.fixture
async def actor(db: Database) -> Actor:
    return await an_organization(db)


@pytest.fixture(params=["account", "video"])
def kind(request: pytest.FixtureRequest) -> str:
    """What is tracked: the test runs once for each kind."""
    return str(request.param)


@pytest.fixture
def tracked(db: Database, actor: Actor, kind: str) -> Make:
    """Tracks something, and returns its id."""

    async def make(**fields: object) -> str:
        return (await (an_account if kind == "account" else a_video)(db, actor, **fields)).id

    return make


@pytest.fixture
def change(db: Database, actor: Actor, kind: str) -> Change:
    """Changes what is tracked."""

    async def change(id_: str, **fields: object) -> None:
        if kind == "account":
            await update_account(db, actor, id_, validate(AccountPatch, fields))
        else:
            await update_video(db, actor, id_, validate(VideoPatch, fields))

    return change


@pytest.fixture
def request_refresh(db: Database, actor: Actor, kind: str) -> Change:
    """Asks for a refresh."""
    request = request_account_refresh if kind == "account" else request_video_refresh
    return lambda id_, by=actor: request(db, by, id_, [*Platform])


async def test_what_is_new_is_due_at_once_and_before_everything_else(db: Database, tracked: Make) -> None:
    with clock.frozen(NOON):
        new = await due(db, await tracked())

    assert (new.due_at, new.is_awaited, new.attempts, new.lease) == (NOON, True, 0, None)


async def test_what_is_tracked_paused_is_not_due(db: Database, tracked: Make) -> None:
    paused = await due(db, await tracked(is_active=False))
    assert (paused.due_at, paused.is_awaited) == (None, False)


async def test_pausing_stops_and_resuming_begins_again(db: Database, tracked: Make, change: Change) -> None:
    id_ = await tracked()
    await set_due(db, id_, attempts=3)

    await change(id_, is_active=False)
    assert (await due(db, id_)).due_at is None

    with clock.frozen(NOON):
        await change(id_, is_active=True)
    resumed = await due(db, id_)
    assert (resumed.due_at, resumed.attempts) == (NOON, 0)

    with clock.frozen(NOON + HOUR):
        await change(id_, is_active=True)
    assert (await due(db, id_)).due_at == NOON, "it was not paused"


async def test_pausing_a_creator_stops_its_accounts_only(db: Database, actor: Actor) -> None:
    creator = await a_creator(db, actor)
    linked, other = await an_account(db, actor, "linked"), await an_account(db, actor, "other")
    await link_account(db, actor, creator.id, linked.id)

    await update_creator(db, actor, creator.id, validate(CreatorPatch, {"is_active": False}))
    assert (await due(db, linked.id)).due_at is None
    assert (await due(db, other.id)).due_at is not None

    with clock.frozen(NOON):
        await update_creator(db, actor, creator.id, validate(CreatorPatch, {"is_active": True}))
    assert (await due(db, linked.id)).due_at == NOON


async def test_another_interval_moves_the_next_look(db: Database, tracked: Make, change: Change) -> None:
    id_ = await tracked(scrape_interval_hours=24)
    with clock.frozen(NOON):
        await set_due(db, id_, due_at=NOON + 20 * HOUR)
        await change(id_, scrape_interval_hours=6)
        assert (await due(db, id_)).due_at == NOON + 2 * HOUR
        await change(id_, scrape_interval_hours=12)
        assert (await due(db, id_)).due_at == NOON + 8 * HOUR
        await change(id_, scrape_interval_hours=1)
        assert (await due(db, id_)).due_at == NOON - 3 * HOUR, "overdue by the new interval"


async def test_another_interval_leaves_what_is_due_or_tried_again(db: Database, tracked: Make, change: Change) -> None:
    id_ = await tracked(scrape_interval_hours=1)
    with clock.frozen(NOON):
        for values in ({"due_at": NOON, "attempts": 0}, {"due_at": NOON + MINUTE, "attempts": 2}):
            await set_due(db, id_, **values)
            await change(id_, scrape_interval_hours=24)
            assert (await due(db, id_)).due_at == values["due_at"]
            await change(id_, scrape_interval_hours=1)


async def test_a_refresh_can_be_asked_for_once_a_minute(db: Database, tracked: Make, request_refresh: Change) -> None:
    id_ = await tracked()
    await set_due(db, id_, due_at=NOON + 20 * HOUR, is_awaited=False)
    with clock.frozen(NOON):
        await request_refresh(id_)
    asked = await due(db, id_)
    assert (asked.due_at, asked.is_awaited, asked.requested_at) == (NOON, True, NOON)

    await set_due(db, id_, due_at=NOON + 20 * HOUR)
    with clock.frozen(NOON + dt.timedelta(seconds=18)), pytest.raises(RateLimited) as refused:
        await request_refresh(id_)
    assert refused.value.headers == {"Retry-After": "42"}
    assert (await due(db, id_)).due_at == NOON + 20 * HOUR

    with clock.frozen(NOON + MINUTE):
        await request_refresh(id_)
    assert (await due(db, id_)).due_at == NOON + MINUTE


async def test_what_has_just_been_tracked_may_be_asked_for(tracked: Make, request_refresh: Change) -> None:
    await request_refresh(await tracked())


async def test_no_refresh_of_what_is_paused(db: Database, tracked: Make, request_refresh: Change) -> None:
    id_ = await tracked(is_active=False)
    with pytest.raises(Conflict, match="is paused; resume it first"):
        await request_refresh(id_)
    assert (await due(db, id_)).due_at is None


async def test_no_refresh_of_what_another_organization_tracks(
    db: Database, tracked: Make, request_refresh: Change
) -> None:
    id_ = await tracked()
    for unknown, by in ((id_, await an_organization(db)), (new_id(), await an_organization(db))):
        with pytest.raises(NotFound):
            await request_refresh(unknown, by)
    assert (await due(db, id_)).requested_at is None


async def test_what_is_not_tracked_any_more_is_forgotten(db: Database, actor: Actor) -> None:
    account, video = await an_account(db, actor), await a_video(db, actor)
    await delete_account(db, actor, account.id)
    await delete_video(db, actor, video.id)

    async with db.transaction() as tx:
        assert (await tx.execute(select(func.count()).select_from(refreshes))).scalar_one() == 0
