"""When accounts and videos are looked at next: whoever changes them keeps it up to date, in the same transaction."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, insert, update

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Database, Transaction
from creatoraudit.db.models import Account, Refresh, Video
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.domain.accounts.queries import AccountRow, get_account
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.scope import owned, scoped, table
from creatoraudit.domain.validation import Platform
from creatoraudit.domain.videos.queries import VideoRow, get_video
from creatoraudit.errors import Conflict, NotFound, RateLimited
from creatoraudit.events import Kind

PATIENCE = dt.timedelta(seconds=60)
"""How long after someone asked for a refresh nobody may ask for the same one."""

_refreshes = table(Refresh)
_tracked: dict[Kind, type[Account | Video]] = {"account": Account, "video": Video}


async def request_account_refresh(db: Database, actor: Actor, account_id: str, sourced: Collection[str]) -> AccountRow:
    """Makes an account be looked at before what else is due.

    NotFound; Conflict while it is paused, or where its platform is not `sourced`; RateLimited too soon.
    """
    async with db.transaction() as tx:
        await _request(tx, actor, "account", account_id, sourced)
        return await get_account(tx, actor, account_id)


async def request_video_refresh(db: Database, actor: Actor, video_id: str, sourced: Collection[str]) -> VideoRow:
    """Makes a video be looked at before what else is due.

    NotFound; Conflict while it is paused, or where its platform is not `sourced`; RateLimited too soon.
    """
    async with db.transaction() as tx:
        await _request(tx, actor, "video", video_id, sourced)
        return await get_video(tx, actor, video_id)


class New(NamedTuple):
    """Something that is tracked from now on."""

    id: str
    platform: Platform
    is_active: bool


async def begin(tx: Transaction, actor: Actor, kind: Kind, id_: str, platform: Platform, *, active: bool) -> None:
    """Has something new be looked at as soon as possible, unless it is paused."""
    await begin_many(tx, actor, kind, [New(id_, platform, active)], awaited=active)


async def begin_many(tx: Transaction, actor: Actor, kind: Kind, new: Sequence[New], *, awaited: bool = False) -> None:
    """Has all that is not paused be looked at now; only what is `awaited` goes before everything else that is due."""
    now = clock.now()
    rows = [
        {
            "organization_id": actor.organization_id,
            "platform": one.platform,
            f"{kind}_id": one.id,
            "due_at": now if one.is_active else None,
            "is_awaited": awaited,
            "attempts": 0,
        }
        for one in new
    ]
    await tx.execute(insert(_refreshes), rows)


async def switch(tx: Transaction, actor: Actor, kind: Kind, ids: Sequence[str], *, active: bool) -> None:
    """Pauses what is not paused, or has what is paused be looked at again; a look in flight is not recorded."""
    due = _refreshes.c.due_at
    concerned = (owned(Refresh, actor), dialect.one_of(_refreshes.c[f"{kind}_id"], "ids"))
    resumed = update(_refreshes).where(*concerned, due.is_(None)).values(due_at=clock.now(), attempts=0)
    paused = update(_refreshes).where(*concerned).values(due_at=None, is_awaited=False)
    await tx.execute(resumed if active else paused, {"ids": list(ids)})


async def reschedule(tx: Transaction, actor: Actor, kind: Kind, id_: str, interval_hours: int) -> None:
    """Moves the next look by as much as the interval is about to change; one that is due or tried again stays."""
    due, attempts = _refreshes.c.due_at, _refreshes.c.attempts
    for (before,) in await tx.fetch(_interval(actor.tenancy, kind), tuple, actor.bind(id=id_)):
        waiting = (_refreshes.c[f"{kind}_id"] == id_, attempts == 0, due > clock.now())
        moved = dialect.later(due, interval_hours - before)
        await tx.execute(update(_refreshes).where(owned(Refresh, actor), *waiting).values(due_at=moved))


class _Asked(NamedTuple):
    platform: str
    due_at: dt.datetime | None
    requested_at: dt.datetime | None


async def _request(tx: Transaction, actor: Actor, kind: Kind, id_: str, sourced: Collection[str]) -> None:
    found = await tx.fetch(_locked(actor.tenancy, kind), _Asked._make, actor.bind(id=id_))
    if not found:
        raise NotFound(kind.capitalize())
    now, asked = clock.now(), found[0]
    if asked.due_at is None:
        raise Conflict(f"The {kind} is paused; resume it first.")
    if asked.platform not in sourced:
        label = Platform(asked.platform).label
        raise Conflict(f"Nothing on {label} is refreshed: this server has no source for it. Its operator can name one.")
    if asked.requested_at is not None and now < asked.requested_at + PATIENCE:
        left = asked.requested_at + PATIENCE - now
        raise RateLimited(int(left.total_seconds()), f"A refresh of the {kind} was asked for less than a minute ago.")
    due_now = {"due_at": now, "requested_at": now, "is_awaited": True}
    await tx.execute(update(_refreshes).where(_refreshes.c[f"{kind}_id"] == id_).values(due_now))


@statement
def _interval(tenancy: Tenancy, kind: Kind) -> ByDialect:
    tracked = table(_tracked[kind]).c
    rows = scoped(_tracked[kind], tenancy, tracked.scrape_interval_hours, seek=False)
    return dialect.for_update(rows.where(tracked.id == bindparam("id", type_=tracked.id.type)))


@statement
def _locked(tenancy: Tenancy, kind: Kind) -> ByDialect:
    key = _refreshes.c[f"{kind}_id"]
    rows = scoped(Refresh, tenancy, *(_refreshes.c[name] for name in _Asked._fields), seek=False)
    return dialect.for_update(rows.where(key == bindparam("id", type_=key.type)))
