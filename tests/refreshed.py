"""What the database says about when something is looked at next, and how a test moves time on."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, update

from creatoraudit.db.engine import Database
from creatoraudit.db.history import OrganizationDay
from creatoraudit.db.models import Refresh
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.scope import table

refreshes = table(Refresh)
_of = refreshes.c


class Due(NamedTuple):
    """A row of `refreshes`."""

    due_at: dt.datetime | None
    is_awaited: bool
    lease: str | None
    leased_until: dt.datetime | None
    attempts: int
    requested_at: dt.datetime | None


def _is(id_: str) -> ColumnElement[bool]:
    return (_of.account_id == id_) | (_of.video_id == id_)


async def due(db: Database, id_: str) -> Due:
    """When an account or a video is looked at next."""
    async with db.transaction() as tx:
        found = await tx.execute(select(*(_of[name] for name in Due._fields)).where(_is(id_)))
        return Due._make(found.one())


async def set_due(db: Database, id_: str, **values: object) -> None:
    """Makes it be so."""
    async with db.transaction() as tx:
        await tx.execute(update(refreshes).where(_is(id_)).values(values))


async def organization_days(db: Database) -> dict[dt.date, tuple[int, ...]]:
    """What each day changed about the organization, whichever slots it was counted in."""
    days = table(OrganizationDay)
    amounts = (func.sum(days.c[name]) for name in rollup.AMOUNTS)
    async with db.transaction() as tx:
        found = (await tx.execute(select(days.c.day, *amounts).group_by(days.c.day))).all()
    return {day: tuple(map(int, counted)) for day, *counted in found if any(counted)}
