"""Claim, look and record, step by step."""

import datetime as dt
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.history import AccountClosing, PostClosing
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import AccountVideoRow, list_account_videos
from creatoraudit.domain.accounts.commands import delete_account, update_account
from creatoraudit.domain.accounts.inputs import AccountPatch
from creatoraudit.domain.accounts.queries import AccountRow, get_account
from creatoraudit.domain.actor import SYSTEM, Actor
from creatoraudit.domain.creators.commands import link_account, update_creator
from creatoraudit.domain.creators.inputs import CreatorPatch
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.scope import table
from creatoraudit.domain.validation import Platform, validate
from creatoraudit.domain.videos.commands import update_video
from creatoraudit.domain.videos.inputs import VideoPatch
from creatoraudit.domain.videos.queries import get_video
from creatoraudit.ingestion.leases import Lease, claim
from creatoraudit.ingestion.looks import look
from creatoraudit.ingestion.refresh import JITTER, LONGEST_REST, POSTS, Outcome, _parts, _record, next_look, record
from creatoraudit.ingestion.sources.source import Failed, Gone, Observed, Private, Result, Throttled, Unchanged
from factories import a_creator, a_video, an_account, an_organization
from ingestion.faults import EMPTY, GARBAGE
from refreshed import due
from scripted import Scripted, post, seen

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
async def actor(db: Database) -> Actor:
    return await an_organization(db)


async def leased(db: Database) -> Lease:
    """A lease of the only thing that is due."""
    (lease,) = await claim(db, SYSTEM, Platform.TIKTOK, 9, MINUTE)
    return lease


async def refresh(db: Database, result: Any) -> Outcome | None:
    """Looks at the only thing that is due, sees this, and records it."""
    lease = await leased(db)
    return await record(db, lease, await look(Scripted(lambda _: result), lease.subject, 9))


async def feed(db: Database, actor: Actor) -> list[AccountVideoRow]:
    page = PageRequest(limit=200)
    return list((await list_account_videos(db, actor, where=AccountVideoFilter(), page=page)).items)


async def tracked(db: Database, actor: Actor, at: dt.datetime = NOON, **fields: Any) -> AccountRow:
    """An account, tracked since a time."""
    with clock.frozen(at):
        return await an_account(db, actor, **fields)


async def test_what_was_observed_changes_the_account_and_its_feed(db: Database, actor: Actor) -> None:
    account = await tracked(db, actor)
    with clock.frozen(NOON + MINUTE):
        outcome = await refresh(db, seen(100, post(2, 20), post(1, 10)))
    assert outcome is not None
    assert (outcome.recorded.accounts, outcome.recorded.posts, outcome.recorded.discovered) == (1, 2, 2)

    shown = await get_account(db, actor, account.id)
    assert (shown.follower_count, shown.view_count, shown.total_post_count, shown.name) == (100, 30, 2, "Acme")
    assert shown.first_scrape_time == shown.last_scrape_time == NOON + MINUTE
    assert sorted(one.view_count or 0 for one in await feed(db, actor)) == [10, 20]
    row = await due(db, account.id)
    assert (row.lease, row.leased_until, row.attempts, row.is_awaited) == (None, None, 0, False)
    assert row.due_at is not None
    assert abs(row.due_at - (NOON + MINUTE + DAY)) <= JITTER * DAY


async def test_refreshes_go_on_at_the_interval(db: Database, actor: Actor) -> None:
    account = await tracked(db, actor, scrape_interval_hours=6)
    at = NOON
    for views in (10, 25, 40):
        with clock.frozen(at):
            assert await refresh(db, seen(views, post(1, views)))
        next_at = (await due(db, account.id)).due_at
        assert next_at is not None
        assert abs(next_at - at - 6 * HOUR) <= JITTER * 6 * HOUR
        with clock.frozen(next_at - SECOND):
            assert await claim(db, SYSTEM, Platform.TIKTOK, 9, MINUTE) == []
        at = next_at
    shown = await get_account(db, actor, account.id)
    assert (shown.follower_count, shown.view_count) == (40, 40)


@pytest.mark.parametrize(
    "result",
    [Unchanged(), Throttled(None, "slow"), Throttled(NOON + 2 * HOUR, "slow"), Failed("no"), EMPTY, *GARBAGE.values()],
)
async def test_what_was_not_observed_changes_no_number(db: Database, actor: Actor, result: Any) -> None:
    account = await tracked(db, actor)
    with clock.frozen(NOON):
        await refresh(db, seen(100, post(1, 10)))
    before, posts_before = await get_account(db, actor, account.id), await feed(db, actor)

    with clock.frozen(NOON + 2 * DAY):
        said = result(seen(200, post(1, 20))) if callable(result) else result
        outcome = await refresh(db, said)
    assert outcome is not None
    assert outcome.recorded.closings == outcome.recorded.posts == 0
    assert await get_account(db, actor, account.id) == before
    assert await feed(db, actor) == posts_before
    assert (await due(db, account.id)).lease is None


@pytest.mark.parametrize("result", [Gone("no such profile"), Private("friends only")])
async def test_what_is_not_to_be_seen_is_unavailable_and_keeps_its_numbers(
    db: Database, actor: Actor, result: Result
) -> None:
    account = await tracked(db, actor)
    with clock.frozen(NOON):
        await refresh(db, seen(100, post(1, 10)))
    before = await get_account(db, actor, account.id)

    with clock.frozen(NOON + 2 * DAY):
        await refresh(db, result)
    gone = await get_account(db, actor, account.id)
    assert gone == before._replace(is_unavailable=True, last_scrape_time=NOON + 2 * DAY)
    row = await due(db, account.id)
    assert row.due_at is not None
    assert abs(row.due_at - NOON - 3 * DAY) <= JITTER * DAY

    with clock.frozen(NOON + 4 * DAY):
        await refresh(db, seen(110, post(1, 12)))
    back = await get_account(db, actor, account.id)
    assert (back.is_unavailable, back.follower_count, back.view_count) == (False, 110, 12)


async def test_an_account_that_was_never_there_is_unavailable(db: Database, actor: Actor) -> None:
    account = await tracked(db, actor)
    with clock.frozen(NOON):
        await refresh(db, Gone("no such profile"))
    shown = await get_account(db, actor, account.id)
    assert (shown.is_unavailable, shown.follower_count, shown.total_post_count) == (True, 0, 0)


async def test_a_video_is_refreshed_by_itself(db: Database, actor: Actor) -> None:
    with clock.frozen(NOON):
        video = await a_video(db, actor, scrape_interval_hours=2)
        await refresh(db, Observed(None, [post(1, 10)._replace(external_id=video.external_id)]))
    shown = await get_video(db, actor, video.id)
    assert (shown.view_count, shown.first_scrape_time, shown.is_unavailable) == (10, NOON, False)
    row = await due(db, video.id)
    assert row.due_at is not None
    assert abs(row.due_at - NOON - 2 * HOUR) <= JITTER * 2 * HOUR

    with clock.frozen(NOON + DAY):
        await refresh(db, Gone("deleted"))
    gone = await get_video(db, actor, video.id)
    assert (gone.is_unavailable, gone.view_count, gone.last_scrape_time) == (True, 10, NOON + DAY)


class TestNextLook:
    def test_a_source_that_says_when_is_asked_then(self) -> None:
        with clock.frozen(NOON):
            assert next_look(Throttled(NOON + 5 * MINUTE, "slow"), 0, DAY) == (NOON + 5 * MINUTE, 1)
            assert next_look(Throttled(NOON + 999 * DAY, "slow"), 0, DAY) == (NOON + LONGEST_REST, 1)

    @pytest.mark.parametrize("result", [Failed("no"), Throttled(None, "slow"), Throttled(NOON - HOUR, "slow")])
    def test_others_wait_longer_each_time_but_never_longer_than_the_interval(self, result: Result) -> None:
        with clock.frozen(NOON):
            for attempts in range(12):
                waits = [next_look(result, attempts, DAY)[0] - NOON for _ in range(200)]
                ceiling = min(MINUTE * 2**attempts, DAY)
                assert dt.timedelta(seconds=1) <= min(waits) < ceiling / 4
                assert 3 * ceiling / 4 < max(waits) <= ceiling
            assert next_look(result, 10**6, HOUR)[0] <= NOON + HOUR
            assert next_look(result, 3, DAY)[1] == 4

    @pytest.mark.parametrize("result", [seen(), Unchanged(), Gone("no"), Private("no")])
    def test_what_told_something_is_due_after_the_interval(self, result: Result) -> None:
        with clock.frozen(NOON):
            found = [next_look(result, 5, DAY) for _ in range(200)]
        assert {attempts for _, attempts in found} == {0}
        waits = [at - NOON - DAY for at, _ in found]
        assert max(map(abs, waits)) <= JITTER * DAY
        assert max(waits) - min(waits) > JITTER * DAY, "what began together does not stay together"


async def test_failures_in_a_row_are_counted_until_one_look_tells_something(db: Database, actor: Actor) -> None:
    account = await tracked(db, actor)
    for number in range(1, 4):
        with clock.frozen(NOON + number * DAY):
            await refresh(db, Failed("no"))
        assert (await due(db, account.id)).attempts == number
    with clock.frozen(NOON + 9 * DAY):
        await refresh(db, Unchanged())
    assert (await due(db, account.id)).attempts == 0


class TestMeanwhile:
    """What happens while a look is in flight."""

    async def test_paused_nothing_is_recorded(self, db: Database, actor: Actor) -> None:
        account = await tracked(db, actor)
        lease = await leased(db)
        await update_account(db, actor, account.id, validate(AccountPatch, {"is_active": False}))

        assert await record(db, lease, seen()) is None
        assert (await get_account(db, actor, account.id)).last_scrape_time is None
        assert await feed(db, actor) == []
        assert (await due(db, account.id)).due_at is None

    async def test_the_creator_paused_nothing_is_recorded(self, db: Database, actor: Actor) -> None:
        account, creator = await tracked(db, actor), await a_creator(db, actor)
        await link_account(db, actor, creator.id, account.id)
        lease = await leased(db)
        await update_creator(db, actor, creator.id, validate(CreatorPatch, {"is_active": False}))

        assert await record(db, lease, seen()) is None
        assert (await get_account(db, actor, account.id)).last_scrape_time is None

    async def test_a_video_paused_nothing_is_recorded(self, db: Database, actor: Actor) -> None:
        video = await a_video(db, actor)
        lease = await leased(db)
        await update_video(db, actor, video.id, validate(VideoPatch, {"is_active": False}))

        assert await record(db, lease, Observed(None, [post()._replace(external_id=video.external_id)])) is None
        assert (await get_video(db, actor, video.id)).view_count is None

    async def test_removed_nothing_is_recorded(self, db: Database, actor: Actor) -> None:
        account = await tracked(db, actor)
        lease = await leased(db)
        await delete_account(db, actor, account.id)
        assert await record(db, lease, seen()) is None
        assert await feed(db, actor) == []

    async def test_another_interval_counts_from_this_look_on(self, db: Database, actor: Actor) -> None:
        account = await tracked(db, actor, scrape_interval_hours=168)
        with clock.frozen(NOON):
            lease = await leased(db)
            await update_account(db, actor, account.id, validate(AccountPatch, {"scrape_interval_hours": 2}))
            outcome = await record(db, lease, seen())
        assert outcome is not None
        assert abs(outcome.due_at - NOON - 2 * HOUR) <= JITTER * 2 * HOUR

    async def test_whoever_was_too_slow_records_nothing(self, db: Database, actor: Actor) -> None:
        account = await tracked(db, actor)
        with clock.frozen(NOON):
            slow = await leased(db)
        with clock.frozen(NOON + MINUTE):
            quick = await leased(db)
            assert await record(db, slow, seen(999, post(1, 999))) is None
            assert (await due(db, account.id)).lease == quick.token, "it is still the other one's"
            assert await record(db, quick, seen(100, post(1, 10)))
            assert await record(db, slow, seen(999, post(1, 999))) is None
            assert await record(db, quick, seen(888, post(1, 888))) is None, "nor a second time"
        shown = await get_account(db, actor, account.id)
        assert (shown.follower_count, shown.view_count) == (100, 10)


async def test_a_long_feed_takes_several_short_transactions(db: Database, actor: Actor) -> None:
    account = await tracked(db, actor)
    posts = [post(number, number) for number in range(2 * POSTS + 50, 0, -1)]
    statements: list[str] = []
    lease = await leased(db)
    db.on_statement.append(statements.append)
    outcome = await record(db, lease, seen(100, *posts))
    db.on_statement.clear()

    assert outcome is not None
    assert outcome.recorded.discovered == len(posts)
    assert sum(sql.startswith("UPDATE accounts") for sql in statements) == 3
    assert sum(sql.startswith("UPDATE refreshes") for sql in statements) == 1, "the lease ends once"
    shown = await get_account(db, actor, account.id)
    assert (shown.total_post_count, shown.view_count) == (len(posts), sum(range(len(posts) + 1)))


async def test_who_is_killed_between_two_transactions_leaves_nothing_half(db: Database, actor: Actor) -> None:
    account = await tracked(db, actor)
    shown = seen(100, *(post(number, 1) for number in range(POSTS + 50, 0, -1)))
    with clock.frozen(NOON):
        lease = await leased(db)
        first, _ = _parts(lease.subject, shown)
        await db.transact(partial(_record, lease=lease, seen=first))
    half = await get_account(db, actor, account.id)
    assert half.total_post_count == half.view_count == POSTS
    assert half.follower_count == 0
    assert await closing_views(db) == ([POSTS], POSTS)

    with clock.frozen(NOON + MINUTE):
        assert await record(db, await leased(db), shown)
    whole = await get_account(db, actor, account.id)
    assert whole.total_post_count == whole.view_count == POSTS + 50
    assert whole.follower_count == 100
    assert await closing_views(db) == ([POSTS + 50], POSTS + 50)


async def closing_views(db: Database) -> tuple[list[int | None], int]:
    """The views of the accounts' closings, and those of all posts' closings together."""
    async with db.transaction() as tx:
        accounts = (await tx.execute(select(table(AccountClosing).c.views))).scalars().all()
        posts = (await tx.execute(select(table(PostClosing).c.views))).scalars().all()
    return list(accounts), sum(posts)
