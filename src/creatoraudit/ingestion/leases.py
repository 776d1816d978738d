"""Who looks at what: a lease makes what is due one worker's own, for a while. No other floor knows of them.

A worker that dies leaves its leases behind; when their time is over anyone may take them. Whoever records must still
hold its lease, so that a worker which was only slow loses its look and nothing is recorded twice.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, false, func, or_, update

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Database, Transaction
from creatoraudit.db.models import Account, Organization, Post, Refresh, Video
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.db.types import Instant
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import scoped, table
from creatoraudit.domain.validation import Platform

_refreshes, _organizations = table(Refresh), table(Organization)
_accounts, _videos, _posts = table(Account), table(Video), table(Post)
_r = _refreshes.c


class Subject(NamedTuple):
    """An account or a video that is due, and what a look at it needs to know."""

    id: int
    organization_id: str
    platform: str
    account_id: str | None
    video_id: str | None
    attempts: int
    username: str | None
    platform_account_id: str | None
    posts: int | None
    lookback_days: int | None
    external_id: str | None
    shortcode: str | None

    @property
    def named(self) -> dict[str, str]:
        """What logs call it: by its id, for they name no people."""
        what = {"account_id": self.account_id} if self.account_id else {"video_id": self.video_id or ""}
        return {"platform": self.platform, **what}

    def __str__(self) -> str:
        return f"{self.platform}:{self.username if self.account_id else self.external_id}"


class Lease(NamedTuple):
    """A subject that is ours until a time."""

    subject: Subject
    token: str
    until: dt.datetime


class NoRoom(Exception):
    """Something is due, but as many looks are in flight at the platform as may be, here and elsewhere."""


class LeaseLost(Exception):
    """The subject is paused or removed, or someone else's by now: nothing of it may be recorded."""


async def claim(
    db: Database,
    actor: Actor,
    platform: Platform,
    limit: int,
    duration: dt.timedelta,
    *,
    account_ids: Sequence[str] | None = None,
    until: dt.datetime | None = None,
    at_once: int | None = None,
) -> list[Lease]:
    """Leases of at most `limit` things that are due by `until`, now by default: first what someone waits for.

    Of the accounts in `account_ids` each that nobody holds and that is not paused counts as due. No more than `at_once`
    looks at the platform are in flight, whoever they are of: NoRoom where they are so many already. A lease counts for
    the first half of its time, in which its look must have ended; who was killed holds nobody up for longer.
    """
    now = clock.now()
    params = actor.bind(platform=platform, now=now, until=until or now, ids=account_ids, limit=limit)
    if account_ids is None:
        whose: tuple[_Which, ...] = ("awaited", "others")
        if not await db.fetch(_claimable(actor.tenancy, "all"), tuple, params | {"limit": 1}):
            return []
    else:
        whose = ("named",)
    token, expiry = new_id(), now + duration
    async with db.transaction() as tx:
        found: list[Subject] = []
        if at_once is not None:
            limit = min(limit, at_once - await _in_flight(tx, platform, now + duration / 2))
            if limit <= 0:
                raise NoRoom
        for which in whose:
            left = limit - len(found)
            if left:
                found += await tx.fetch(_claimable(actor.tenancy, which), Subject._make, params | {"limit": left})
        if found:
            mine = update(_refreshes).where(dialect.one_of(_r.id, "ids")).values(lease=token, leased_until=expiry)
            await tx.execute(mine, {"ids": [one.id for one in found]})
    return [Lease(one, token, expiry) for one in found]


async def _in_flight(tx: Transaction, platform: Platform, until: dt.datetime) -> int:
    """How many leases end after a time, as long as the transaction lasts: nobody else takes any meanwhile."""
    await dialect.exclusively(tx, "looks", platform)
    ((number,),) = await tx.fetch(_leased_beyond(), tuple, {"platform": platform, "until": until})
    return int(number)


async def count_due(db: Database, actor: Actor, platform: Platform) -> int:
    """How much is due now and nobody's."""
    now = clock.now()
    ((total,),) = await db.fetch(_total_due(actor.tenancy), tuple, actor.bind(platform=platform, now=now, until=now))
    return int(total)


class Backlog(NamedTuple):
    """What is due at a platform and nobody's, since when the oldest of it is, and what somebody looks at."""

    due: int
    oldest: dt.datetime | None
    leased: int


async def backlog(db: Database, actor: Actor, platform: Platform) -> Backlog:
    """What there is to be done now."""
    params = actor.bind(platform=platform, now=clock.now())
    ((due, oldest, leased),) = await db.fetch(_backlog(actor.tenancy), tuple, params)
    return Backlog(int(due), oldest, int(leased))


async def release(db: Database, lease: Lease) -> None:
    """Gives a lease back at once, without a look."""
    async with db.transaction() as tx:
        await tx.execute(update(_refreshes).where(*_ours(lease)).values(lease=None, leased_until=None))


async def hold(tx: Transaction, lease: Lease) -> None:
    """Makes sure that the lease stays ours until the transaction ends; LeaseLost if it is not any more.

    Comes after everything else that the transaction locks, as it does where accounts are paused or removed.
    """
    if not await tx.fetch(_held(), tuple, {"id": lease.subject.id, "token": lease.token}):
        raise LeaseLost


async def interval_of(tx: Transaction, actor: Actor, subject: Subject) -> dt.timedelta:
    """How long after a look the next one is due, as it is set by now."""
    kind: Literal["account", "video"] = "account" if subject.account_id else "video"
    params = actor.bind(id=subject.account_id or subject.video_id)
    ((hours,),) = await tx.fetch(_interval(actor.tenancy, kind), tuple, params)
    return dt.timedelta(hours=hours)


async def settle(tx: Transaction, lease: Lease, due_at: dt.datetime, attempts: int) -> None:
    """Ends a lease that is held, and says when the next look is due."""
    settled = {"due_at": due_at, "attempts": attempts, "is_awaited": False, "lease": None, "leased_until": None}
    await tx.execute(update(_refreshes).where(*_ours(lease)).values(settled))


def _ours(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return _r.id == lease.subject.id, _r.lease == lease.token


_Which = Literal["awaited", "others", "all", "named"]


@statement
def _claimable(tenancy: Tenancy, which: _Which) -> Select[Any] | ByDialect:
    source = _refreshes.join(_organizations, _organizations.c.id == _r.organization_id)
    source = source.outerjoin(_accounts, _accounts.c.id == _r.account_id)
    source = source.outerjoin(_videos, _videos.c.id == _r.video_id).outerjoin(_posts, _posts.c.id == _videos.c.post_id)
    columns = (
        *(_r[name] for name in Subject._fields[: Subject._fields.index("username")]),
        func.coalesce(_accounts.c.username, _posts.c.account_username),
        func.coalesce(_accounts.c.platform_account_id, _posts.c.platform_account_id),
        func.coalesce(_accounts.c.max_recent_posts_per_account, _organizations.c.max_recent_posts_per_account),
        func.coalesce(_accounts.c.post_lookback_days, _organizations.c.post_lookback_days),
        _posts.c.external_id,
        _posts.c.shortcode,
    )
    rows = _free(scoped(Refresh, tenancy, *columns, source=source, seek=False), named=which == "named")
    if which in {"awaited", "others"}:
        rows = rows.where(_r.is_awaited if which == "awaited" else ~_r.is_awaited)
    rows = rows.order_by(_r.due_at).limit(bindparam("limit"))
    return rows if which == "all" else dialect.for_update(rows, of=_refreshes, skip_locked=True)


@statement
def _leased_beyond() -> Select[Any]:
    rows = scoped(Refresh, Tenancy.SYSTEM, func.count()).where(_r.platform == bindparam("platform"))
    return rows.where(_r.leased_until > bindparam("until", type_=Instant()))


@statement
def _total_due(tenancy: Tenancy) -> Select[Any]:
    source = _refreshes.join(_organizations, _organizations.c.id == _r.organization_id)
    return _free(scoped(Refresh, tenancy, func.count(), source=source, seek=False), named=False)


@statement
def _backlog(tenancy: Tenancy) -> Select[Any]:
    source = _refreshes.join(_organizations, _organizations.c.id == _r.organization_id)
    now = bindparam("now", type_=Instant())
    is_leased = func.coalesce(_r.leased_until > now, false())
    columns = (
        func.count().filter(~is_leased),
        func.min(_r.due_at, type_=_r.due_at.type).filter(~is_leased),
        func.count().filter(is_leased),
    )
    rows = scoped(Refresh, tenancy, *columns, source=source, seek=False)
    return rows.where(
        _r.due_at <= now,
        _r.platform == bindparam("platform"),
        _organizations.c.is_active,
        _organizations.c.has_subscription,
    )


def _free(rows: Select[Any], *, named: bool) -> Select[Any]:
    """Narrows rows down to what may be looked at now: due, nobody's, and of an organization whose keys work."""
    if named:
        rows = rows.where(dialect.one_of(_r.account_id, "ids"), dialect.checked(_r.due_at).is_not(None))
    else:
        rows = rows.where(_r.due_at <= bindparam("until", type_=Instant()))
    return rows.where(
        (dialect.checked(_r.platform) if named else _r.platform) == bindparam("platform"),
        or_(_r.leased_until.is_(None), _r.leased_until <= bindparam("now", type_=Instant())),
        _organizations.c.is_active,
        _organizations.c.has_subscription,
    )


@statement
def _held() -> ByDialect:
    rows = scoped(Refresh, Tenancy.SYSTEM, _r.id).where(_r.due_at.is_not(None))
    return dialect.for_update(rows.where(_r.id == bindparam("id"), _r.lease == bindparam("token", type_=_r.lease.type)))


@statement
def _interval(tenancy: Tenancy, kind: Literal["account", "video"]) -> Select[Any]:
    tracked = _accounts if kind == "account" else _videos
    rows = scoped(Account if kind == "account" else Video, tenancy, tracked.c.scrape_interval_hours, seek=False)
    return rows.where(tracked.c.id == bindparam("id", type_=tracked.c.id.type))
