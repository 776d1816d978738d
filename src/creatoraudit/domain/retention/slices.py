"""Rolling up one slice: some days of a month of one account and its feed, or of some posts that stand in none.

What stays is a history like any other: the one there would be if nothing had been seen on the days that go. So sums of
parts stay sums of parts on every day, and whatever is observed later finds what it builds on. That is why an account
goes together with its feed, and keeps each day that one of its posts keeps.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import add, attrgetter, sub
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, and_, bindparam, delete, func, select, tuple_
from sqlalchemy import update as update_of

from creatoraudit.db import dialect
from creatoraudit.db.engine import Reader, Transaction
from creatoraudit.db.history import AccountClosing, PostClosing
from creatoraudit.db.models import Account, Post
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.db.types import Day
from creatoraudit.domain.actor import Tenancy, acting_for
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.analytics.rollup import AMOUNTS, COUNTERS, Changes
from creatoraudit.domain.retention.staying import Look, staying
from creatoraudit.domain.scope import scoped, table

_posts, _accounts = table(Post), table(Account)
_DAY = dt.timedelta(days=1)
_FOLLOWERS = ("followers", "gained_followers")
_SUMMED = (*COUNTERS, *(f"gained_{name}" for name in COUNTERS))
"""What an account's closing adds up of its posts'."""
Steps = dict[dt.date, list[int]]


class Slice(NamedTuple):
    """Days of one month, from `first` to `last`, of an account with its feed, or of posts that stand in none."""

    organization_id: str
    account_id: str | None
    post_ids: Sequence[int]
    first: dt.date
    last: dt.date

    @property
    def bound(self) -> dict[str, Any]:
        """What its statements ask for."""
        month_end = (self.first.replace(day=1) + 31 * _DAY).replace(day=1) - _DAY
        days = {"first": self.first, "last": self.last, "month_end": month_end}
        return {"account_id": self.account_id, "ids": list(self.post_ids), **days}


class Gone(NamedTuple):
    """How many closings a slice has lost."""

    post_closings: int = 0
    account_closings: int = 0


class _Closing(NamedTuple):
    """A closing; the organization has counted its day if `is_counted`, and its counters if `is_summed`."""

    owner: Any
    day: dt.date
    is_observed: bool
    stale: Mapping[str, int | None] | None
    totals: Sequence[int | None]
    gained: Sequence[int]
    followers: int | None = None
    gained_followers: int = 0
    is_counted: bool = True
    is_summed: bool = True

    @property
    def amounts(self) -> Iterable[int]:
        """What it adds to the organization's day, apart from that it was observed."""
        known = (total is not None for total in self.totals)
        profile = (self.followers or 0, self.gained_followers, self.followers is not None)
        counted = (*(total or 0 for total in self.totals), *self.gained, *known, *profile)
        return (*counted, *_NOTHING[len(counted) :])


_NOTHING = (0,) * len(AMOUNTS)


class _Series(NamedTuple):
    """One owner's closings of the slice, with the one before it and later ones of the month; and the days that go."""

    before: _Closing | None
    within: list[_Closing]
    later: list[_Closing]
    gone: set[dt.date]


class _Going(NamedTuple):
    """What goes, of posts and of the account they belong to."""

    posts: list[_Series]
    account: list[_Series]

    @property
    def counted(self) -> Gone:
        return Gone(*(sum(len(one.gone) for one in some) for some in self))


async def count(db: Reader, part: Slice) -> Gone:
    """How many closings would go."""
    return (await _going(db, part)).counted


async def roll_up(tx: Transaction, part: Slice) -> Gone:
    """Removes what need not stay, and takes it out of everything that has counted it."""
    if part.account_id is not None:
        await tx.fetch(_locked_account(), tuple, part.bound)
    await tx.fetch(_locked_posts(part.account_id is not None), tuple, part.bound)
    going = await _going(tx, part)
    lacking = _lacking(going.posts)
    changes = Changes()
    for series in going.posts:
        _recount(changes, series, {})
    for series in going.account:
        _recount(changes, series, lacking)
        await _lower(tx, series, lacking)
    await _remove(tx, table(PostClosing), part, going.posts)
    await _remove(tx, table(AccountClosing), part, going.account)
    await rollup.add(tx, acting_for(part.organization_id), changes)
    return going.counted


async def _going(db: Reader, part: Slice) -> _Going:
    with_feed = part.account_id is not None
    found = await db.fetch(_of_posts(with_feed), _post_closing, part.bound)
    posts = [_series(list(rows), part, COUNTERS) for _, rows in groupby(found, attrgetter("owner"))]
    if not with_feed:
        return _Going(posts, [])
    needed = {one.day for series in posts for one in series.within if one.day not in series.gone}
    closings = await db.fetch(_of_account(), _account_closing, part.bound)
    return _Going(posts, [_series(closings, part, _FOLLOWERS[:1], needed)] if closings else [])


def _series(rows: list[_Closing], part: Slice, names: Sequence[str], needed: Collection[dt.date] = ()) -> _Series:
    before = rows[0] if rows[0].day < part.first else None
    within = [one for one in rows if part.first <= one.day <= part.last]
    later = [one for one in rows if one.day > part.last]
    earlier, following = (_look(one[0], names) if one else None for one in ([before] if before else [], later))
    stay = staying([_look(one, names) for one in within], earlier, following, needed)
    return _Series(before, within, later, {one.day for one in within} - stay)


def _look(closing: _Closing, names: Sequence[str]) -> Look:
    values = closing.totals if names is COUNTERS else (closing.followers,)
    known = frozenset(name for name, value in zip(names, values, strict=True) if value is not None)
    stale = closing.stale or {}
    carried = {name for name in known if stale.get(name, 0) is None} if closing.is_observed else known
    return Look(closing.day, known, known.difference(carried))


def _lacking(posts: Iterable[_Series]) -> Steps:
    """By how much less there is to be added up of posts from each day on, because of days that go."""
    steps: Steps = defaultdict(lambda: [0] * len(_SUMMED))
    for series in posts:
        kept = _numbers(series.before)
        lacked = [0] * len(_SUMMED)
        for one in (*series.within, *series.later[:1]):
            now = _numbers(one)
            if one.day not in series.gone:
                kept = now
            lacks = list(map(sub, now, kept))
            steps[one.day] = [
                step + now - before for step, now, before in zip(steps[one.day], lacks, lacked, strict=True)
            ]
            lacked = lacks
    return steps


def _numbers(closing: _Closing | None) -> Sequence[int]:
    if closing is None:
        return [0] * len(_SUMMED)
    return [*(total or 0 for total in closing.totals), *closing.gained]


def _lowered(closings: Iterable[_Closing], lacking: Steps) -> list[_Closing]:
    """Sums over posts, on consecutive days, without what is lacking."""
    less, found = [0] * len(_SUMMED), []
    days = sorted(lacking, reverse=True)
    for one in closings:
        while days and days[-1] <= one.day:
            less = list(map(add, less, lacking[days.pop()]))
        width = len(COUNTERS)
        totals = [None if total is None else total - lost for total, lost in zip(one.totals, less[:width], strict=True)]
        found.append(one._replace(totals=totals, gained=list(map(sub, one.gained, less[width:]))))
    return found


async def _lower(tx: Transaction, series: _Series, lacking: Steps) -> None:
    """Writes the account's sums that days of its posts no longer are part of."""
    stored = [*series.within, *series.later]
    rows = [
        (one.owner, one.day, *one.totals, *one.gained)
        for one, before in zip(_lowered(stored, lacking), stored, strict=True)
        if one.day not in series.gone and _numbers(one) != _numbers(before)
    ]
    if rows:
        closings = table(AccountClosing)
        owner, day = bindparam("owner", type_=closings.c.account_id.type), bindparam("on", type_=Day())
        values = {name: bindparam(f"new_{name}", type_=closings.c[name].type) for name in _SUMMED}
        lowered = update_of(closings).where(closings.c.account_id == owner, closings.c.day == day).values(values)
        names = ["owner", "on", *(f"new_{name}" for name in _SUMMED)]
        await tx.execute(lowered, [dict(zip(names, row, strict=True)) for row in rows])


async def _remove(tx: Transaction, closings: Table, part: Slice, some: Sequence[_Series]) -> None:
    """Deletes closings, and has those after them count fewer observed days."""
    owner = next(iter(closings.primary_key.columns))
    pairs = [(one.within[0].owner, day.isoformat()) for one in some for day in sorted(one.gone)]
    if not pairs:
        return
    named = dialect.paired("gone", owner.type, Day())
    which = tuple_(owner, closings.c.day).in_(select(named.c.key, named.c.value))
    await tx.execute(delete(closings).where(which), {"gone": pairs})
    fewer = [one for series in some for one in _fewer(series, part.last)]
    if fewer:
        span = (closings.c.day >= bindparam("since", type_=Day()), closings.c.day <= bindparam("until", type_=Day()))
        counted = closings.c.observed_days - bindparam("by", type_=closings.c.observed_days.type)
        recount = update_of(closings).where(owner == bindparam("owner", type_=owner.type), *span)
        await tx.execute(recount.values(observed_days=counted), fewer)


def _fewer(series: _Series, last: dt.date) -> list[dict[str, Any]]:
    """By how much each day that stays, and all days after the slice, count fewer observed days."""
    by, found = 0, []
    for one in series.within:
        if one.day in series.gone:
            by += one.is_observed
        elif by:
            found.append({"owner": one.owner, "since": one.day, "until": one.day, "by": by})
    if by:
        found.append({"owner": series.within[0].owner, "since": last + _DAY, "until": dt.date.max, "by": by})
    return found


def _recount(changes: Changes, series: _Series, lacking: Steps) -> None:
    """Counts what stays in the place of what there was, as far as the organization counts it."""
    stored = [*series.within, *series.later]
    for one in series.within:
        if one.day in series.gone and one.is_observed and one.is_counted:
            changes.count("observed_days", one.day, -1)
    if not any(one.is_summed for one in stored):
        return
    start: Iterable[int] = _NOTHING if series.before is None else series.before.amounts
    last = start
    for one in stored:
        changes.step(one.day, map(sub, last, now := list(one.amounts)))
        last = now
    last = start
    for one in _lowered(stored, lacking):
        if one.day not in series.gone:
            changes.step(one.day, map(sub, now := list(one.amounts), last))
            last = now


def _post_closing(values: Sequence[Any]) -> _Closing:
    owner, day, stale, video_id, account_video_id, *counters = values
    totals, gained = counters[: len(COUNTERS)], counters[len(COUNTERS) :]
    is_video = video_id is not None
    is_summed = is_video and account_video_id is None
    return _Closing(owner, day, True, stale, totals, gained, is_counted=is_video, is_summed=is_summed)


def _account_closing(values: Sequence[Any]) -> _Closing:
    owner, day, stale, second, followers, gained_followers, *counters = values
    totals, gained = counters[: len(COUNTERS)], counters[len(COUNTERS) :]
    return _Closing(owner, day, second is not None, stale, totals, gained, followers, gained_followers)


def _neighbours(closings: Table, owner: Any) -> tuple[Any, Any]:
    """An owner's closings of the slice, the one before it and the next one of the month; and whether it has any."""
    first, last, month_end = (bindparam(name, type_=Day()) for name in ("first", "last", "month_end"))
    earlier, later, within = (closings.alias(name) for name in ("earlier", "later", "within_slice"))
    key = next(iter(closings.primary_key.columns)).name
    before = select(func.max(earlier.c.day)).where(earlier.c[key] == owner, earlier.c.day < first)
    after = select(func.min(later.c.day)).where(later.c[key] == owner, later.c.day > last, later.c.day <= month_end)
    since, until = (one.correlate_except(own).scalar_subquery() for one, own in ((before, earlier), (after, later)))
    span = and_(closings.c.day >= func.coalesce(since, first), closings.c.day <= func.coalesce(until, last))
    some = select(within.c[key]).where(within.c[key] == owner, within.c.day >= first, within.c.day <= last)
    return span, some.correlate_except(within).exists()


def _which_posts(with_feed: bool) -> Any:
    if with_feed:
        return and_(
            _posts.c.account_id == bindparam("account_id", type_=_posts.c.account_id.type),
            _posts.c.account_video_id.is_not(None),
        )
    return and_(dialect.one_of(_posts.c.id, "ids"), dialect.checked(_posts.c.account_video_id).is_(None))


@statement
def _of_posts(with_feed: bool) -> Select[Any]:
    closings = table(PostClosing)
    span, some = _neighbours(closings, _posts.c.id)
    columns = (_posts.c.id, closings.c.day, closings.c.stale, _posts.c.video_id, _posts.c.account_video_id)
    counters = (closings.c[name] for name in _SUMMED)
    source = _posts.join(closings, closings.c.post_id == _posts.c.id)
    rows = scoped(Post, Tenancy.SYSTEM, *columns, *counters, source=source)
    return rows.where(_which_posts(with_feed), some, span).order_by(_posts.c.id, closings.c.day)


@statement
def _of_account() -> Select[Any]:
    closings = table(AccountClosing)
    id_ = bindparam("account_id", type_=closings.c.account_id.type)
    earlier = closings.alias("earlier")
    first, month_end = (bindparam(name, type_=Day()) for name in ("first", "month_end"))
    before = select(func.max(earlier.c.day)).where(earlier.c.account_id == id_, earlier.c.day < first).scalar_subquery()
    names = ("account_id", "day", "stale", "second", *_FOLLOWERS, *_SUMMED)
    rows = select(*(closings.c[name] for name in names)).where(closings.c.account_id == id_)
    return rows.where(closings.c.day >= func.coalesce(before, first), closings.c.day <= month_end).order_by(
        closings.c.day
    )


@statement
def _locked_account() -> ByDialect:
    account = scoped(Account, Tenancy.SYSTEM, _accounts.c.id)
    return dialect.for_update(account.where(_accounts.c.id == bindparam("account_id", type_=_accounts.c.id.type)))


@statement
def _locked_posts(with_feed: bool) -> ByDialect:
    _, some = _neighbours(table(PostClosing), _posts.c.id)
    rows = scoped(Post, Tenancy.SYSTEM, _posts.c.id).where(_which_posts(with_feed), some).order_by(_posts.c.id)
    return dialect.for_update(rows)
