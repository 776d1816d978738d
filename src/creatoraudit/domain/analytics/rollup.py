"""What each day changed about an organization as a whole, written in the transaction that changes it.

An organization is the accounts it tracks and the posts that stand in nobody's feed, so that a post tracked both ways
counts once. Its days hold differences: writers only add, readers only sum, and neither depends on the number of
accounts.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterable, Sequence
from operator import add as plus
from operator import itemgetter, sub
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, cast, delete, func, literal_column, select, union_all

from creatoraudit.db import bulk, dialect
from creatoraudit.db.engine import Transaction
from creatoraudit.db.history import AccountClosing, OrganizationDay, PostClosing
from creatoraudit.db.models import Account, AccountVideo, Post, Video
from creatoraudit.db.statements import Statement, statement
from creatoraudit.db.types import BigInt
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.analytics.scopes import post_tracked_since
from creatoraudit.domain.scope import scoped, table

_days = table(OrganizationDay)
_accounts, _posts, _videos, _account_videos = table(Account), table(Post), table(Video), table(AccountVideo)

AMOUNTS = tuple(column.name for column in _days.c if not column.primary_key)
"""What a day counts, in the order of its amounts: first of counters, then of profiles, then of things."""


_ADD = bulk.add(_days, ("organization_id", "day", "slot", *AMOUNTS))


class Changes:
    """What changes about an organization, day by day."""

    def __init__(self, days: dict[dt.date, list[int]] | None = None) -> None:
        self.days = {} if days is None else days

    def step(self, day: dt.date, amounts: Iterable[int]) -> None:
        """Adds to all amounts of a day."""
        self.days[day] = list(map(plus, self.days.get(day, _NOTHING), amounts))

    def add(self, other: "Changes") -> None:
        """Adds all that another one adds."""
        for day, amounts in other.days.items():
            self.step(day, amounts)

    def take(self, other: "Changes") -> None:
        """Takes away all that another one adds."""
        for day, amounts in other.days.items():
            self.days[day] = list(map(sub, self.days.get(day, _NOTHING), amounts))

    def count(self, name: str, day: dt.date, by: int = 1) -> None:
        """Adds to one amount of a day."""
        self.days.setdefault(day, list(_NOTHING))[_PLACES[name]] += by


_NOTHING = (0,) * len(AMOUNTS)
_PLACES = {name: place for place, name in enumerate(AMOUNTS)}


async def add(tx: Transaction, actor: Actor, changes: Changes) -> None:
    """Writes what changed, as the last thing of its transaction: the days stay locked until that ends."""
    slot = random.randrange(dialect.parallel_writers(tx.dialect))  # noqa: S311 - spreads writers, hides nothing
    rows = [
        (actor.organization_id, day, slot, *amounts)
        for day, amounts in sorted(changes.days.items(), key=itemgetter(0))
        if any(amounts)
    ]
    await tx.write(_ADD, rows)


async def of_accounts(tx: Transaction, actor: Actor, ids: Sequence[str]) -> Changes:
    """All that accounts and their feeds count for."""
    return await _counted(tx, actor, _of_accounts, ids)


async def of_videos(tx: Transaction, actor: Actor, post_ids: Sequence[int]) -> Changes:
    """All that posts count for because they are tracked by themselves."""
    return await _counted(tx, actor, _of_videos, post_ids)


async def compact(tx: Transaction, actor: Actor, days: Sequence[dt.date]) -> int:
    """Makes one row of all slots of each of the days, and none where nothing is counted; returns how many rows went."""
    which = (_days.c.organization_id == actor.organization_id, dialect.one_of(_days.c.day, "days"))
    taken = delete(_days).where(*which).returning(_days.c.day, *(_days.c[name] for name in AMOUNTS))
    found = (await tx.execute(taken, {"days": list(days)})).all()
    changes = Changes()
    for one in found:
        changes.step(one.day, one[1:])
    rows = [(actor.organization_id, day, 0, *counted) for day, counted in changes.days.items() if any(counted)]
    await tx.write(_ADD, rows)
    return len(found) - len(rows)


async def rebuild(tx: Transaction, actor: Actor) -> None:
    """Counts the organization's days anew, while nobody else writes."""
    await tx.execute(delete(_days).where(_days.c.organization_id == actor.organization_id))
    for counted in (_of_accounts, _of_videos):
        await add(tx, actor, await _counted(tx, actor, counted))


async def _counted(
    tx: Transaction, actor: Actor, counted: Callable[[Tenancy, bool], Statement], ids: Sequence[Any] | None = None
) -> Changes:
    found = await tx.fetch(counted(actor.tenancy, ids is not None), tuple, actor.bind(ids=ids))
    return Changes({day: amounts for day, *amounts in found})


@statement
def _of_accounts(tenancy: Tenancy, narrowed: bool) -> Select[Any]:
    closings, posts = table(AccountClosing), _posts.c
    step = _steps(closings, "account_id")
    of_profile = {
        "followers": step(func.coalesce(closings.c.followers, 0)),
        "known_followers": step(_known(closings.c.followers)),
        "gained_followers": step(closings.c.gained_followers),
        "observed_days": step(closings.c.observed_days),
    }
    measured = _rows(closings.c.day, **_counters(closings, step), **of_profile)
    expected = _rows(_accounts.c.tracked_since, entities=_ONE)
    active = _rows(dialect.utc_day(_accounts.c.added_at), active_accounts=case((_accounts.c.is_active, 1), else_=0))
    discovered = _rows(dialect.utc_day(_account_videos.c.added_at), account_videos=_ONE)
    with_closings = _accounts.join(closings, closings.c.account_id == _accounts.c.id)
    feeds = _account_videos.join(_posts, posts.id == _account_videos.c.post_id)
    parts = [
        (scoped(Account, tenancy, *measured, source=with_closings), _accounts.c.id),
        (scoped(Account, tenancy, *expected), _accounts.c.id),
        (scoped(Account, tenancy, *active), _accounts.c.id),
        (scoped(AccountVideo, tenancy, *discovered, source=feeds), posts.account_id),
    ]
    return _sums([part.where(dialect.one_of(key, "ids")) if narrowed else part for part, key in parts])


@statement
def _of_videos(tenancy: Tenancy, narrowed: bool) -> Select[Any]:
    closings = table(PostClosing)
    step = _steps(closings, "post_id")
    in_no_feed = _posts.c.account_video_id.is_(None)
    counters = {name: case((in_no_feed, value), else_=0) for name, value in _counters(closings, step).items()}
    measured = _rows(closings.c.day, **counters, observed_days=step(closings.c.observed_days))
    expected = _rows(post_tracked_since(), entities=_ONE)
    tracked = _rows(dialect.utc_day(_videos.c.added_at), tracked_videos=_ONE)
    source = _videos.join(_posts, _posts.c.id == _videos.c.post_id)
    parts = [
        scoped(Video, tenancy, *measured, source=source.join(closings, closings.c.post_id == _posts.c.id)),
        scoped(Video, tenancy, *expected, source=source.outerjoin(_accounts, _accounts.c.id == _posts.c.account_id)),
        scoped(Video, tenancy, *tracked, source=source),
    ]
    return _sums([part.where(dialect.one_of(_posts.c.id, "ids")) if narrowed else part for part in parts])


COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves")
_ONE: ColumnElement[int] = literal_column("1", BigInt)
Step = Callable[[ColumnElement[Any]], ColumnElement[int]]


def _counters(closings: Table, step: Step) -> dict[str, ColumnElement[int]]:
    """What a closing adds about counters."""
    columns = closings.c
    totals = {name: step(func.coalesce(columns[name], 0)) for name in COUNTERS}
    gains = {f"gained_{name}": step(columns[f"gained_{name}"]) for name in COUNTERS}
    known = {f"known_{name}": step(_known(columns[name])) for name in COUNTERS}
    return totals | gains | known


def _known(value: ColumnElement[Any]) -> ColumnElement[int]:
    return case((value.is_(None), 0), else_=1)


def _steps(closings: Table, owner: str) -> Step:
    """Makes, of a closing's value, by how much it differs from that of its owner's closing before."""
    window: dict[str, Any] = {"partition_by": closings.c[owner], "order_by": closings.c.day}
    return lambda value: value - func.coalesce(func.lag(value).over(**window), 0)


def _rows(day: ColumnElement[Any], **amounts: ColumnElement[int]) -> list[ColumnElement[Any]]:
    nothing = literal_column("0", BigInt)
    return [day.label("day"), *(amounts.get(name, nothing).label(name) for name in AMOUNTS)]


def _sums(parts: Iterable[Select[Any]]) -> Select[Any]:
    rows = union_all(*parts).subquery()
    summed = [cast(func.sum(rows.c[name]), BigInt).label(name) for name in AMOUNTS]
    return select(rows.c.day, *summed).group_by(rows.c.day)
