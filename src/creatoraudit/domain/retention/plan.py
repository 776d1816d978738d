"""Where there is something to roll up: the slices in which all months before a date are done.

Those of later days come first: a day carries what days before it have shown, so that nothing goes that others rest on.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, bindparam, case, cast, func, literal, select

from creatoraudit.db import dialect
from creatoraudit.db.engine import Reader
from creatoraudit.db.history import AccountClosing, PostClosing
from creatoraudit.db.models import Account, Post
from creatoraudit.db.statements import statement
from creatoraudit.db.types import BigInt, Day
from creatoraudit.domain.actor import Tenancy
from creatoraudit.domain.retention.slices import Slice
from creatoraudit.domain.scope import scoped, table

CLOSINGS = 300
"""About how many closings a slice has: few enough that other writers hardly wait."""
_PAGE = 200
"""Accounts, or posts in no feed, that are looked through at once."""
_DAY = dt.timedelta(days=1)
_posts, _accounts = table(Post), table(Account)


class Looked(NamedTuple):
    """How many accounts and posts were looked through, and the slices in which something of theirs may go."""

    things: int
    slices: Sequence[Slice]


async def total(db: Reader) -> int:
    """How many accounts and posts in no feed there are to look through."""
    counts = [await db.fetch(counted(), tuple, {}) for counted in (_total_accounts, _total_posts)]
    return sum(number for ((number,),) in counts)


async def slices(db: Reader, before: dt.date) -> AsyncIterator[Looked]:
    """All that may be rolled up before a day, which is the first of a month."""
    after: Any = "00000000-0000-0000-0000-000000000000"
    while found := await db.fetch(_accounts_after(), tuple, {"after": after, "limit": _PAGE}):
        owners: dict[str, str] = dict(found)
        asked = {"ids": list(owners), "before": before}
        crowded: Counter[tuple[str, dt.date]] = Counter()
        for months in (_crowded_feeds(), _crowded_accounts()):
            for account_id, month, closings in await db.fetch(months, tuple, asked):
                crowded[account_id, month] += closings
        yield Looked(len(found), list(_of_accounts(owners, crowded)))
        after = found[-1][0]
    after = 0
    while found := await db.fetch(_posts_after(), tuple, {"after": after, "limit": _PAGE}):
        of_posts = await db.fetch(_crowded_posts(), tuple, {"ids": [one for one, _ in found], "before": before})
        yield Looked(len(found), list(_of_posts(dict(found), of_posts)))
        after = found[-1][0]


def _of_accounts(owners: dict[str, str], crowded: Counter[tuple[str, dt.date]]) -> Iterator[Slice]:
    for (account_id, month), closings in sorted(crowded.items(), reverse=True):
        end = _end_of(month)
        days = max(end.day * CLOSINGS // closings, 1)
        while end >= month:
            first = max(end - _DAY * (days - 1), month)
            yield Slice(owners[account_id], account_id, [], first, end)
            end = first - _DAY


def _of_posts(owners: dict[int, str], crowded: Sequence[Sequence[Any]]) -> Iterator[Slice]:
    alike: defaultdict[tuple[dt.date, str], list[tuple[int, int]]] = defaultdict(list)
    for post_id, month, closings in crowded:
        alike[month, owners[post_id]].append((post_id, closings))
    for (month, organization_id), posts in sorted(alike.items(), reverse=True):
        some: list[int] = []
        left = CLOSINGS
        for post_id, closings in posts:
            if some and closings > left:
                yield Slice(organization_id, None, some, month, _end_of(month))
                some, left = [], CLOSINGS
            some.append(post_id)
            left -= closings
        yield Slice(organization_id, None, some, month, _end_of(month))


def _end_of(month: dt.date) -> dt.date:
    return (month + 31 * _DAY).replace(day=1) - _DAY


@statement
def _total_accounts() -> Select[Any]:
    return scoped(Account, Tenancy.SYSTEM, func.count())


@statement
def _total_posts() -> Select[Any]:
    return scoped(Post, Tenancy.SYSTEM, func.count()).where(_posts.c.account_video_id.is_(None))


@statement
def _accounts_after() -> Select[Any]:
    rows = scoped(Account, Tenancy.SYSTEM, _accounts.c.id, _accounts.c.organization_id)
    return _page(rows, _accounts.c.id)


@statement
def _posts_after() -> Select[Any]:
    rows = scoped(Post, Tenancy.SYSTEM, _posts.c.id, _posts.c.organization_id)
    return _page(rows.where(_posts.c.account_video_id.is_(None)), _posts.c.id)


def _page(rows: Select[Any], key: ColumnElement[Any]) -> Select[Any]:
    return rows.where(key > bindparam("after", type_=key.type)).order_by(key).limit(bindparam("limit"))


@statement
def _crowded_accounts() -> Select[Any]:
    closings = table(AccountClosing)
    rows = select(*_months(closings, closings.c.account_id)).where(dialect.one_of(closings.c.account_id, "ids"))
    return _crowded(rows, closings, closings.c.account_id, literal(1))


@statement
def _crowded_feeds() -> Select[Any]:
    of_feed = dialect.one_of(_posts.c.account_id, "ids")
    by_post = _crowded_months(_posts.c.account_id).where(of_feed, _posts.c.account_video_id.is_not(None)).subquery()
    whole = (by_post.c.owner, by_post.c.month)
    return select(*whole, cast(func.sum(by_post.c.closings), BigInt)).group_by(*whole)


@statement
def _crowded_posts() -> Select[Any]:
    return _crowded_months(_posts.c.id).where(dialect.one_of(_posts.c.id, "ids"))


def _crowded_months(owner: ColumnElement[Any]) -> Select[Any]:
    """The months of posts with more closings than need stay: a month's end, in the first one also the beginning."""
    closings = table(PostClosing)
    began = dialect.month_of(dialect.utc_day(_posts.c.first_scrape_time))
    most = case((dialect.month_of(closings.c.day) == began, 2), else_=1)
    source = _posts.join(closings, closings.c.post_id == _posts.c.id)
    rows = scoped(Post, Tenancy.SYSTEM, *_months(closings, owner), source=source)
    return _crowded(rows.group_by(owner, began), closings, _posts.c.id, most)


def _months(closings: Table, owner: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    month = dialect.month_of(closings.c.day).label("month")
    return owner.label("owner"), month, func.count().label("closings")


def _crowded(rows: Select[Any], closings: Table, owner: ColumnElement[Any], most: ColumnElement[int]) -> Select[Any]:
    earlier = closings.c.day < bindparam("before", type_=Day())
    return rows.where(earlier).group_by(owner, dialect.month_of(closings.c.day)).having(func.count() > most)
