"""The worker at work, in this process: what it takes on, and how it ends."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from sqlalchemy import make_url

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.commands import update_account
from creatoraudit.domain.accounts.inputs import AccountPatch
from creatoraudit.domain.accounts.queries import AccountRow, get_account
from creatoraudit.domain.actor import SYSTEM, Actor
from creatoraudit.domain.creators.commands import update_creator
from creatoraudit.domain.creators.inputs import CreatorPatch
from creatoraudit.domain.refreshes import request_account_refresh
from creatoraudit.domain.validation import Platform, validate
from creatoraudit.domain.videos.queries import get_video
from creatoraudit.events import Events, Refreshed
from creatoraudit.ingestion import worker as work
from creatoraudit.ingestion.sources.source import PostReference, ProfileReference, Result, Throttled
from creatoraudit.ingestion.worker import Worker, working
from creatoraudit.settings import Settings
from factories import a_creator, a_video, an_account, an_organization
from ingestion.faults import KINDS, Faulty
from outages import Line
from refreshed import due, set_due
from scripted import Scripted, seen
from waiting import DEADLINE_SECONDS, until

LONG = dt.timedelta(hours=1)


@pytest.fixture
async def actor(db: Database) -> Actor:
    return await an_organization(db)


@asynccontextmanager
async def a_worker(db: Database, source: Any, events: Events | None = None, **settings: Any) -> AsyncIterator[Worker]:
    """A worker for TikTok, at work."""
    worker = Worker(db, {Platform.TIKTOK: source}, Settings(**settings), events or Events(), actor=SYSTEM)
    async with working(worker):
        yield worker


class Held(Scripted):
    """A source that answers when it is let go; it counts who waits for it."""

    def __init__(self) -> None:
        super().__init__(self._wait)
        self.waiting = self.most = 0
        self.let_go = asyncio.Event()

    async def _wait(self, _: ProfileReference | PostReference) -> Result:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await self.let_go.wait()
        finally:
            self.waiting -= 1
        return seen()

    async def has(self, waiting: int) -> bool:
        """Whether so many wait."""
        return self.waiting == waiting


async def test_whatever_is_tracked_is_seen_within_two_seconds(db: Database, actor: Actor) -> None:
    async def both() -> bool:
        found = await get_account(db, actor, account.id), await get_video(db, actor, video.id)
        return None not in {one.last_scrape_time for one in found}

    async with a_worker(db, Scripted()):
        account, video = await an_account(db, actor), await a_video(db, actor)
        await until(both, seconds=2)
    assert (await get_account(db, actor, account.id)).follower_count == 100
    assert (await get_video(db, actor, video.id)).view_count == 10


async def test_what_is_paused_is_not_looked_at_until_it_is_resumed(db: Database, actor: Actor) -> None:
    source = Scripted()
    paused = await an_account(db, actor, "paused", is_active=False)
    async with a_worker(db, source):
        other = await an_account(db, actor, "other")
        await until(lambda: seen_once(db, actor, other.id))
        assert [one.username for one in source.asked if isinstance(one, ProfileReference)] == ["other"]
        await update_account(db, actor, paused.id, validate(AccountPatch, {"is_active": True}))
        await until(lambda: seen_once(db, actor, paused.id))


@pytest.mark.parametrize("what", ["account", "creator"])
async def test_who_is_paused_while_somebody_looks_stops_at_once(db: Database, actor: Actor, what: str) -> None:
    """The look that is in flight is not recorded, and no other one follows, though it is due."""
    creator = await a_creator(db, actor)
    account, source = await an_account(db, actor, "paused", creator_id=creator.id), Held()
    async with a_worker(db, source):
        await until(lambda: source.has(1))
        if what == "account":
            await update_account(db, actor, account.id, validate(AccountPatch, {"is_active": False}))
        else:
            await update_creator(db, actor, creator.id, validate(CreatorPatch, {"is_active": False}))
        source.let_go.set()
        other = await an_account(db, actor, "other")
        await until(lambda: seen_once(db, actor, other.id))
        assert [one.username for one in source.asked if isinstance(one, ProfileReference)] == ["paused", "other"]
    shown = await get_account(db, actor, account.id)
    assert (shown.is_active, shown.last_scrape_time, shown.follower_count) == (False, None, 0)


async def seen_once(db: Database, actor: Actor, account_id: str) -> bool:
    return (await get_account(db, actor, account_id)).last_scrape_time is not None


async def test_what_is_asked_for_is_looked_at_again(db: Database, actor: Actor) -> None:
    account, source = await an_account(db, actor), Scripted()
    async with a_worker(db, source):
        await until(lambda: seen_once(db, actor, account.id))
        await request_account_refresh(db, actor, account.id, [*Platform])
        await until(lambda: looks(source, 2))


async def looks(source: Scripted, number: int) -> bool:
    return len(source.asked) >= number


async def test_no_more_looks_are_in_flight_than_may_be(db: Database, actor: Actor) -> None:
    accounts = [await an_account(db, actor, f"user{number}") for number in range(7)]
    source = Held()
    async with a_worker(db, source, refresh_concurrency=3):
        await until(lambda: source.has(3))
        source.let_go.set()
        for account in accounts:
            await until(lambda account=account: seen_once(db, actor, account.id))
    assert source.most == 3
    assert len(source.asked) == len(accounts), "each was looked at once"


async def test_several_workers_share_the_looks_that_may_be_in_flight(db: Database, actor: Actor) -> None:
    accounts = [await an_account(db, actor, f"user{number}") for number in range(9)]
    source, other = Held(), Database(db.url.render_as_string(hide_password=False))
    async with a_worker(db, source, refresh_concurrency=3), a_worker(other, source, refresh_concurrency=3):
        await until(lambda: source.has(3))
        await asyncio.sleep(3 * work.POLL_SECONDS)  # long enough for both to take more
        source.let_go.set()
        for account in accounts:
            await until(lambda account=account: seen_once(db, actor, account.id))
    await other.close()
    assert source.most == 3
    assert len(source.asked) == len(accounts), "each was looked at once"


async def test_several_workers_look_at_everything_once(db: Database, actor: Actor) -> None:
    accounts = [await an_account(db, actor, f"user{number}") for number in range(40)]
    databases = [Database(db.url.render_as_string(hide_password=False)) for _ in range(3)]
    source = Scripted()
    async with (
        a_worker(databases[0], source),
        a_worker(databases[1], source),
        a_worker(databases[2], source),
    ):
        for account in accounts:
            await until(lambda account=account: seen_once(db, actor, account.id))
    for one in databases:
        await one.close()
    names = [one.username for one in source.asked if isinstance(one, ProfileReference)]
    assert sorted(names) == sorted(account.username for account in accounts)


async def test_a_source_that_asks_for_it_is_left_alone(db: Database, actor: Actor) -> None:
    for number in range(5):
        await an_account(db, actor, f"user{number}")
    source = Scripted(lambda _: Throttled(clock.now() + LONG, "slow down"))
    async with a_worker(db, source, refresh_concurrency=1):
        await until(lambda: looks(source, 1))
        source.says = None
        await asyncio.sleep(3 * work.POLL_SECONDS)
    assert len(source.asked) == 1

    again = Scripted()
    async with a_worker(db, again):  # another process does not know, and finds out by itself
        await until(lambda: looks(again, 4))


async def test_after_its_rest_a_source_is_asked_again(db: Database, actor: Actor) -> None:
    account = await an_account(db, actor)
    answers = iter([Throttled(clock.now() + dt.timedelta(seconds=2), "slow down"), seen()])
    source = Scripted(lambda _: next(answers))
    async with a_worker(db, source):
        await until(lambda: seen_once(db, actor, account.id))
    assert len(source.asked) == 2


async def test_whatever_goes_wrong_everything_is_refreshed(db: Database, actor: Actor) -> None:
    accounts = [await an_account(db, actor, f"user{number}") for number in range(20)]
    source = Faulty(Scripted(), seed=5, share=0.5, kinds=[kind for kind in KINDS if kind != "throttled"])

    async def through(account: AccountRow) -> bool:
        if (await due(db, account.id)).lease is None:  # as if the time for another look had come
            await set_due(db, account.id, due_at=clock.now())
        shown = await get_account(db, actor, account.id)
        assert (shown.follower_count, shown.view_count, shown.total_post_count) in {(0, 0, 0), (100, 10, 1)}
        return shown.follower_count > 0

    async with a_worker(db, source, refresh_timeout=0.1):
        for account in accounts:
            await until(lambda account=account: through(account))


async def test_who_subscribes_hears_of_what_is_committed(db: Database, actor: Actor) -> None:
    events = Events()
    async with events.subscribe(actor.organization_id or "", "account") as heard:
        account = await an_account(db, actor)
        async with a_worker(db, Scripted(), events):
            async with asyncio.timeout(DEADLINE_SECONDS):
                event = await anext(heard)
            assert event == Refreshed(actor.organization_id or "", "account", account.id)
            assert (await get_account(db, actor, account.id)).follower_count == 100
    await events.close()


async def test_who_is_told_to_stop_ends_what_is_about_to_end(db: Database, actor: Actor) -> None:
    account, source = await an_account(db, actor), Held()
    async with a_worker(db, source) as worker:
        await until(lambda: source.has(1))
        worker.stop()
        await an_account(db, actor, "too.late")
        source.let_go.set()
    assert (await get_account(db, actor, account.id)).follower_count == 100
    assert len(source.asked) == 1


async def test_who_is_told_to_stop_gives_the_rest_back(
    db: Database, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "GRACE_SECONDS", 0.1)
    account, source = await an_account(db, actor), Held()
    async with a_worker(db, source):
        await until(lambda: source.has(1))
        assert (await due(db, account.id)).lease is not None
    row = await due(db, account.id)
    assert (row.lease, row.leased_until, row.attempts) == (None, None, 0)

    after = Scripted()
    async with a_worker(db, after):
        await until(lambda: seen_once(db, actor, account.id))


async def test_each_look_is_told_at_debug_and_nobody_by_name(db: Database, actor: Actor) -> None:
    with structlog.testing.capture_logs() as lines:
        account, source = await an_account(db, actor, "acme"), Scripted()
        async with a_worker(db, source):
            await until(lambda: seen_once(db, actor, account.id))
    (look,) = [line for line in lines if line["event"] == "looked"]
    assert (look["log_level"], look["platform"], look["account_id"]) == ("debug", "tiktok", account.id)
    assert (look["result"], look["posts"]) == ("observed", 1)
    assert "acme" not in str(lines)
    (summary,) = [line for line in lines if line["event"] == "refreshed"]
    assert summary == {
        "event": "refreshed",
        "log_level": "info",
        "platform": Platform.TIKTOK,
        "observed": 1,
        "new_posts": 1,
    }


async def test_what_was_seen_while_the_database_was_away_is_recorded_when_it_is_back(empty_postgres_url: str) -> None:
    url = make_url(empty_postgres_url)
    line = Line(url.host or "127.0.0.1", url.port or 5432)
    await line.mend()
    far = url.set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False)
    near_db, far_db = Database(empty_postgres_url), Database(far)
    actor = await an_organization(near_db)
    account, source = await an_account(near_db, actor), Held()
    with structlog.testing.capture_logs() as lines:
        async with a_worker(far_db, source):
            await until(lambda: source.has(1))
            await line.cut()
            source.let_go.set()
            await until(lambda: said(lines, "nothing is refreshed: the database does not answer"))
            await line.mend()
            await until(lambda: seen_once(near_db, actor, account.id))
            await until(lambda: said(lines, "the database answers again"))
    assert len(source.asked) == 1
    await near_db.close()
    await far_db.close()
    await line.cut()


async def said(lines: list[Any], what: str) -> bool:
    return any(line["event"] == what for line in lines)
