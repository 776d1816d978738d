"""Purging: what is kept no longer goes, in short transactions, so that everyone else goes on working.

It may be ended after any step, and begun anew at any time: each step leaves things as they may stay.
"""

import datetime as dt
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Select, and_, bindparam, case, delete, func, tuple_, update
from sqlalchemy.sql.dml import Delete, Update

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.history import OrganizationDay
from creatoraudit.db.models import IdempotencyRecord, Refresh
from creatoraudit.db.statements import statement
from creatoraudit.db.types import Day, Instant
from creatoraudit.domain import idempotency
from creatoraudit.domain.actor import Tenancy, acting_for
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.retention import plan
from creatoraudit.domain.retention.slices import count, roll_up
from creatoraudit.domain.scope import scoped, table

LEFT_BEHIND = dt.timedelta(days=1)
"""How long after its end a lease that nobody gave back is forgotten."""
_AT_ONCE = 1_000
"""Records, leases or days of an organization in one transaction."""
_records, _refreshes, _days = table(IdempotencyRecord), table(Refresh), table(OrganizationDay)


def kept_since(months: int | None) -> dt.date | None:
    """The first of the month from which on every day is kept, so many months before this one; None: all there are."""
    if months is None:
        return None
    today = clock.today()
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return dt.date(max(year, 1), month + 1, 1)


@dataclass
class Purged:
    """How much has gone."""

    idempotency_records: int = 0
    leases: int = 0
    post_closings: int = 0
    account_closings: int = 0
    organization_days: int = 0


class Step(NamedTuple):
    """How much of how much is done, and of what."""

    doing: str
    done: int
    total: int


class Purge:
    """One purge: of what has outlived its time, and of the days before `kept_since`, the first of a month, if given."""

    def __init__(self, db: Database, kept_since: dt.date | None, *, dry_run: bool = False) -> None:
        self.gone = Purged()
        self._db = db
        self._kept_since = kept_since
        self._dry_run = dry_run

    async def steps(self) -> AsyncGenerator[Step, None]:
        """Purges, a transaction at a time; whoever stops asking for the next step ends it there."""
        async for step in self._records():
            yield step
        async for step in self._leases():
            yield step
        if self._kept_since is not None:
            async for step in self._closings(self._kept_since):
                yield step
            async for step in self._organization_days(self._kept_since):
                yield step

    async def _records(self) -> AsyncGenerator[Step, None]:
        before = clock.now() - idempotency.RETENTION
        ((total,),) = await self._db.fetch(_total_records(), tuple, {"before": before})
        if self._dry_run:
            self.gone.idempotency_records = total
            return
        while gone := await self._write(_old_records(before)):
            self.gone.idempotency_records += gone
            yield Step("Idempotency records", self.gone.idempotency_records, total)

    async def _leases(self) -> AsyncGenerator[Step, None]:
        before = clock.now() - LEFT_BEHIND
        ((total,),) = await self._db.fetch(_total_leases(), tuple, {"before": before})
        if self._dry_run:
            self.gone.leases = total
            return
        while gone := await self._write(_old_leases(before)):
            self.gone.leases += gone
            yield Step("Leases", self.gone.leases, total)

    async def _write(self, change: Delete | Update) -> int:
        async with self._db.transaction() as tx:
            return (await tx.execute(change)).rowcount

    async def _closings(self, since: dt.date) -> AsyncGenerator[Step, None]:
        done, total = 0, await plan.total(self._db)
        async for looked in plan.slices(self._db, since):
            for part in looked.slices:
                gone = await count(self._db, part)
                if any(gone) and not self._dry_run:
                    gone = await self._db.transact(partial(roll_up, part=part))
                self.gone.post_closings += gone.post_closings
                self.gone.account_closings += gone.account_closings
                yield Step("Older days", done, total)
            done += looked.things
            yield Step("Older days", done, total)

    async def _organization_days(self, since: dt.date) -> AsyncGenerator[Step, None]:
        """Days on which nothing is counted any more go, and the slots of the others become one."""
        found = await self._db.fetch(_superfluous(), tuple, {"before": since})
        done, total = 0, sum(rows for *_, rows in found)
        if self._dry_run:
            self.gone.organization_days = total
            return
        for organization_id, days in groupby(found, itemgetter(0)):
            in_order = [day for _, day, _ in days]
            for place in range(0, len(in_order), _AT_ONCE):
                some = in_order[place : place + _AT_ONCE]
                compact = partial(rollup.compact, actor=acting_for(organization_id), days=some)
                self.gone.organization_days += await self._db.transact(compact)
                yield Step("Organizations' days", done := done + len(some), total)


def _old_records(before: dt.datetime) -> Delete:
    key = (_records.c.organization_id, _records.c.key)
    old = scoped(IdempotencyRecord, Tenancy.SYSTEM, *key).where(_records.c.created_at <= before).limit(_AT_ONCE)
    return delete(_records).where(tuple_(*key).in_(old))


def _old_leases(before: dt.datetime) -> Update:
    old = scoped(Refresh, Tenancy.SYSTEM, _refreshes.c.id).where(_refreshes.c.leased_until <= before).limit(_AT_ONCE)
    return update(_refreshes).where(_refreshes.c.id.in_(old)).values(lease=None, leased_until=None)


@statement
def _total_records() -> Select[tuple[int]]:
    before = bindparam("before", type_=Instant())
    return scoped(IdempotencyRecord, Tenancy.SYSTEM, func.count()).where(_records.c.created_at <= before)


@statement
def _total_leases() -> Select[tuple[int]]:
    before = bindparam("before", type_=Instant())
    return scoped(Refresh, Tenancy.SYSTEM, func.count()).where(_refreshes.c.leased_until <= before)


@statement
def _superfluous() -> Select[tuple[str, dt.date, int]]:
    """Earlier days that have several slots or count nothing, and how many rows too many each has."""
    counts_nothing = and_(*(func.sum(_days.c[name]) == 0 for name in rollup.AMOUNTS))
    too_many = func.count() - case((counts_nothing, 0), else_=1)
    rows = scoped(OrganizationDay, Tenancy.SYSTEM, _days.c.organization_id, _days.c.day, too_many)
    earlier = rows.where(_days.c.day < bindparam("before", type_=Day()))
    whole = (_days.c.organization_id, _days.c.day)
    return earlier.group_by(*whole).having(too_many > 0).order_by(*whole)
