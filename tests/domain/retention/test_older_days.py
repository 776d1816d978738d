"""What a purge makes of older days: of random lives, against what the same numbers were before."""

import datetime as dt
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account, AccountVideo, Creator, Post, Video
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.organization import organization_series
from creatoraudit.domain.analytics.scopes import ACCOUNT_VIDEOS, ACCOUNTS, CREATORS, VIDEOS, Scope
from creatoraudit.domain.analytics.series import Granularity, Series, series
from creatoraudit.domain.analytics.totals import measured
from creatoraudit.domain.analytics.windows import DAY, Window
from creatoraudit.domain.retention.purge import Purge, Purged
from creatoraudit.domain.scope import table
from domain.analytics.test_rollup import assert_kept, assert_the_parts_add_up
from histories import FIRST_DAY, History, histories
from households import Action, lived, lives

KEPT_SINCE = dt.date(2026, 5, 1)
END = dt.date(2026, 5, 31)
NOW = dt.datetime.combine(END, dt.time(12), dt.UTC)
WHOLE = Window(FIRST_DAY, END)
SCOPES: dict[Scope, type[Any]] = {ACCOUNTS: Account, CREATORS: Creator, VIDEOS: Video, ACCOUNT_VIDEOS: AccountVideo}

some = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
days = st.integers(-3, 91).map(lambda day: FIRST_DAY + DAY * day)
windows = st.tuples(days, days).map(sorted).map(lambda pair: Window(pair[0], pair[1]))


def stretched(history: History) -> History:
    """The history over three months instead of half a one, still with several looks a day and a few in a month."""

    def later(at: dt.datetime | None) -> dt.datetime | None:
        return None if at is None else at + DAY * ((at.date() - FIRST_DAY).days * 4)

    posts = tuple(one._replace(published=later(one.published)) for one in history.posts)
    return History(posts, [one._replace(at=later(one.at)) for one in history.seen])


async def purge(db: Database, *, dry_run: bool = False) -> Purged:
    found = Purge(db, KEPT_SINCE, dry_run=dry_run)
    async for _ in found.steps():
        pass
    return found.gone


async def ids_of(db: Database, actor: Actor, model: type[Any]) -> list[str]:
    own = select(table(model).c.id).where(table(model).c.organization_id == actor.organization_id)
    async with db.transaction() as tx:
        return list((await tx.execute(own)).scalars())


async def developed(db: Database, actor: Actor, window: Window, granularity: Granularity) -> dict[str, Any]:
    """How everything developed, gains and totals; how much of it was observed is another question."""
    found: dict[str, Series] = {"organization": await organization_series(db, actor, window, granularity)}
    for scope, model in SCOPES.items():
        found |= await series(db, actor, scope, await ids_of(db, actor, model), window, granularity)
    return {name: one.rows() for name, one in found.items()}


@some
@given(history=histories().map(stretched), life=lives, chance=st.randoms(), window=windows)
async def test_months_stay_as_they_were_and_parts_add_up_on_every_day(
    db: Database, history: History, life: list[tuple[int, Action]], chance: random.Random, window: Window
) -> None:
    household = await lived(db, history, life, chance)
    actor = household.actor
    asked = [(WHOLE, Granularity.MONTH), (Window(KEPT_SINCE, END), Granularity.DAY)]
    with clock.frozen(NOW):
        before = [await developed(db, actor, *one) for one in asked]
        would = await purge(db, dry_run=True)
        assert before == [await developed(db, actor, *one) for one in asked]

        gone = await purge(db)

        assert [await developed(db, actor, *one) for one in asked] == before
        assert (gone.post_closings, gone.account_closings) == (would.post_closings, would.account_closings)
        again = await purge(db)
        assert (again.post_closings, again.account_closings, again.organization_days) == (0, 0, 0)
        await assert_the_parts_add_up(household, window)
        await assert_feeds_add_up(db, actor, window)
    await assert_kept(db, actor)


async def assert_feeds_add_up(db: Database, actor: Actor, window: Window) -> None:
    """Every account gained what the posts of its feed gained, and nothing was observed more often than it could be."""
    records, posts = table(AccountVideo), table(Post)
    feeds = select(posts.c.account_id, records.c.id).join_from(records, posts, posts.c.id == records.c.post_id)
    async with db.transaction() as tx:
        of_feeds = (await tx.execute(feeds.where(posts.c.organization_id == actor.organization_id))).all()
    accounts = await measured(db, actor, ACCOUNTS, await ids_of(db, actor, Account), window)
    videos = await measured(db, actor, ACCOUNT_VIDEOS, [one for _, one in of_feeds], window)
    for id_, account in accounts.items():
        for name in ("views", "likes", "comments"):
            own = [videos[video].values[name] for account_id, video in of_feeds if account_id == id_]
            assert account.values[name] == sum(own), name
    for one in (*accounts.values(), *videos.values()):
        assert one.coverage.expected >= one.coverage.observed >= 0 or one.coverage.expected == 0
