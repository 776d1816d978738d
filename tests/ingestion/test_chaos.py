"""A thousand accounts, a source that fails in every way, and workers that are killed at any moment."""

import asyncio
import datetime as dt
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Select, func, insert, or_, select, update

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.history import AccountClosing, PostClosing
from creatoraudit.db.models import Account, AccountVideo, Post, stored
from creatoraudit.domain import refreshes as due_times
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import table
from creatoraudit.domain.validation import Platform
from factories import an_organization
from ingestion.lapse import AGO, BEGAN, JOURNAL, Line, journal, shown
from installed import install_source
from refreshed import organization_days, refreshes
from servers import STOP_SECONDS
from waiting import until
from workers import start_worker

ACCOUNTS = 1_000
PAUSED = 20
WORKERS = 3
KILLS = 8
SETTLE_SECONDS = 120

_accounts, _posts = table(Account), table(Post)


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the workers are started with."""
    install_source(tmp_path / "site", "lapse", "ingestion.lapse:open_lapse")
    monkeypatch.setenv(JOURNAL, str(tmp_path / "journal"))
    monkeypatch.setenv(BEGAN, str(time.time()))
    return {
        "DATABASE_URL": database_url,
        "SOURCE_TIKTOK": "lapse",
        "REFRESH_CONCURRENCY": "24",
        "REFRESH_TIMEOUT": "2",
    }


class Gang:
    """Workers, of which there are always as many: who is killed is replaced."""

    def __init__(self, home: Path, settings: dict[str, str]) -> None:
        self.killed: dict[int, float] = {}
        self._home = home
        self._settings = settings
        self._members = [self._one() for _ in range(WORKERS)]

    def kill(self, which: int) -> None:
        """Ends one as a power cut would."""
        victim = self._members[which]
        victim.send_signal(signal.SIGKILL)
        assert victim.wait(STOP_SECONDS) == -signal.SIGKILL, "it was alive"
        self.killed[victim.pid] = time.time()
        self._members[which] = self._one()

    def stop(self) -> list[int]:
        """Tells all to stop; their exit statuses."""
        for member in self._members:
            member.terminate()
        return [member.wait(STOP_SECONDS) for member in self._members]

    def end(self) -> None:
        for member in self._members:
            member.kill()
            member.wait(STOP_SECONDS)

    def _one(self) -> subprocess.Popen[bytes]:
        return start_worker(self._home / "workers.log", self._settings, site=self._home / "site")


@pytest.fixture
def gang(tmp_path: Path, settings: dict[str, str]) -> Iterator[Gang]:
    gang = Gang(tmp_path, settings)
    yield gang
    gang.end()


async def a_crowd(db: Database) -> Actor:
    """An organization that has tracked a thousand accounts for long, and has paused some."""
    began = clock.now() - AGO - dt.timedelta(hours=1)
    actor = await an_organization(db, created_at=began)
    accounts = [
        Account(
            id=new_id(),
            organization_id=actor.organization_id or "",
            platform=Platform.TIKTOK,
            username=f"user{number}",
            is_active=number >= PAUSED,
            added_at=began,
            tracked_since=began.date(),
        )
        for number in range(ACCOUNTS)
    ]
    async with db.transaction() as tx:
        await tx.execute(insert(_accounts), [stored(account) for account in accounts])
        looks = [due_times.New(account.id, Platform.TIKTOK, account.is_active) for account in accounts]
        await due_times.begin_many(tx, actor, "account", looks)
        await rollup.rebuild(tx, actor)
    return actor


async def pass_time(db: Database, *which: ColumnElement[bool]) -> None:
    """Makes looks be due, as if their time had come."""
    now = clock.now()
    async with db.transaction() as tx:
        await tx.execute(update(refreshes).where(refreshes.c.due_at > now, *which).values(due_at=now))


async def rows(db: Database, question: Select[Any]) -> list[Any]:
    async with db.transaction() as tx:
        return list((await tx.execute(question)).all())


async def test_whatever_happens_every_observation_stands_once(db: Database, gang: Gang, tmp_path: Path) -> None:
    actor = await a_crowd(db)
    chance = random.Random(4)
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.5, 2.5))
        gang.kill(chance.randrange(WORKERS))
        await pass_time(db, or_(refreshes.c.attempts > 0, refreshes.c.id % 20 == 0))

    unseen = select(_accounts.c.id).where(_accounts.c.follower_count == 0)
    again = select(table(AccountClosing).c.day).where(table(AccountClosing).c.observed_days > 1)

    async def all_are_seen_and_some_again() -> bool:
        await pass_time(db, or_(refreshes.c.attempts > 0, refreshes.c.id % 20 == 0, refreshes.c.account_id.in_(unseen)))
        left = await rows(db, unseen.where(_accounts.c.is_active).limit(1))
        return not left and bool(await rows(db, again.limit(1)))

    await until(all_are_seen_and_some_again, SETTLE_SECONDS, pause=0.5)
    assert gang.stop() == [0] * WORKERS, (tmp_path / "workers.log").read_text()[-3000:]

    nobody_looked_twice_at_a_time(journal(tmp_path / "journal"), gang.killed)
    assert await rows(db, select(refreshes.c.id).where(refreshes.c.lease.is_not(None))) == []
    paused = await rows(db, select(_accounts.c.username, _accounts.c.last_scrape_time).where(~_accounts.c.is_active))
    assert [at for _, at in paused] == [None] * PAUSED
    assert {line.username for line in journal(tmp_path / "journal")}.isdisjoint(name for name, _ in paused)
    await every_profile_was_so(db)
    await every_post_was_so(db)
    await accounts_are_the_sums_of_their_posts(db)
    before = await organization_days(db)
    async with db.transaction() as tx:
        await rollup.rebuild(tx, actor)
    assert await organization_days(db) == before


def nobody_looked_twice_at_a_time(lines: list[Line], killed: dict[int, float]) -> None:
    looking: dict[str, int] = {}
    for line in lines:
        if line.what == "ends":
            del looking[line.username]
            continue
        other = looking.get(line.username)
        assert other is None or killed.get(other, line.at + 1) <= line.at, f"{other} and {line.pid}: {line.username}"
        looking[line.username] = line.pid
    assert len(lines) > ACCOUNTS


def instant(day: dt.date, second: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(seconds=second)


async def every_profile_was_so(db: Database) -> None:
    """Each day's closing is what the platform showed at that second, and gains are the differences between them."""
    days = table(AccountClosing).c
    source = table(AccountClosing).join(_accounts, _accounts.c.id == days.account_id)
    columns = (_accounts.c.username, days.day, days.second, days.followers, days.gained_followers, days.observed_days)
    series: dict[str, list[Any]] = {}
    for username, *closing in await rows(db, select(*columns).select_from(source).order_by(days.day)):
        series.setdefault(username, []).append(closing)
    assert len(series) == ACCOUNTS - PAUSED
    for username, closings in series.items():
        first = closings[0][2]
        for number, (day, second, followers, gained, observed_days) in enumerate(closings, start=1):
            profile, _ = shown(username, instant(day, second))
            assert followers == profile.follower_count
            assert (gained, observed_days) == (followers - first, number)


async def every_post_was_so(db: Database) -> None:
    """Likewise of posts."""
    days = table(PostClosing).c
    source = table(PostClosing).join(_posts, _posts.c.id == days.post_id)
    columns = (
        *(_posts.c.account_username, _posts.c.external_id, days.day, days.second),
        *(days.views, days.likes, days.comments, days.shares, days.gained_views, days.observed_days),
    )
    series: dict[str, list[Any]] = {}
    for username, external_id, day, second, *values in await rows(
        db, select(*columns).select_from(source).order_by(days.day)
    ):
        (post,) = (one for one in shown(username, instant(day, second))[1] if one.external_id == external_id)
        assert values[:4] == [post.view_count, post.like_count, post.comment_count, post.share_count]
        series.setdefault(external_id, []).append(values)
    for closings in series.values():
        assert [values[-1] for values in closings] == list(range(1, len(closings) + 1))
        assert all(after[0] - before[0] == after[-2] - before[-2] for before, after in pairwise(closings))


async def accounts_are_the_sums_of_their_posts(db: Database) -> None:
    """An account's counters, and its last closing, are the sums over its feed."""
    feed, days = table(AccountVideo).join(_posts, table(AccountVideo).c.post_id == _posts.c.id), table(AccountClosing)
    of_feed = select(_posts.c.account_id, func.count(), func.sum(_posts.c.view_count), func.sum(_posts.c.like_count))
    sums = {
        id_: tuple(map(int, found))
        for id_, *found in await rows(db, of_feed.select_from(feed).group_by(_posts.c.account_id))
    }
    names = ("total_post_count", "view_count", "like_count")
    accounts = await rows(
        db, select(_accounts.c.id, *(_accounts.c[name] for name in names)).where(_accounts.c.is_active)
    )
    assert {id_: tuple(found) for id_, *found in accounts} == sums
    closings = await rows(db, select(days.c.account_id, days.c.views, days.c.likes).order_by(days.c.day))
    assert {id_: (sums[id_][0], *found) for id_, *found in closings} == sums
