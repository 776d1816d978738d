"""Work that is done once in a while by one process, whichever comes first: it is due, and it has a lease."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Select, bindparam, or_, select, update

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Chore
from creatoraudit.db.statements import statement
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import table

LEASE = dt.timedelta(minutes=5)
"""How long a process that says nothing keeps a chore to itself."""

_chores = table(Chore)


class Taken(NamedTuple):
    """A chore that is ours while we renew it; `reached` is what `settle` has last been told."""

    name: str
    token: str
    reached: dt.date | None


async def take(db: Database, name: str) -> Taken | None:
    """The chore, if it is due and nobody does it."""
    now = clock.now()
    if await db.fetch(_resting(), tuple, {"name": name, "now": now}):
        return None
    token = new_id()
    free = or_(_chores.c.leased_until.is_(None), _chores.c.leased_until <= now)
    mine = update(_chores).where(_chores.c.name == name, _chores.c.due_at <= now, free)
    async with db.transaction() as tx:
        await tx.execute(dialect.insert_or_ignore(tx.dialect, _chores), {"name": name, "due_at": now})
        leased = mine.values(lease=token, leased_until=now + LEASE).returning(_chores.c.reached)
        found = (await tx.execute(leased)).first()
    return None if found is None else Taken(name, token, found.reached)


async def renew(db: Database, chore: Taken) -> bool:
    """Keeps it to ourselves for longer; False where it is someone else's by now."""
    return await _write(db, chore, leased_until=clock.now() + LEASE)


async def give_back(db: Database, chore: Taken) -> None:
    """Leaves it to whoever comes next."""
    await _write(db, chore, lease=None, leased_until=None)


async def settle(db: Database, chore: Taken, due_at: dt.datetime, reached: dt.date | None) -> None:
    """Says that it is done, how far, and when it is to be done again."""
    await _write(db, chore, lease=None, leased_until=None, due_at=due_at, reached=reached)


async def _write(db: Database, chore: Taken, **values: object) -> bool:
    ours = (_chores.c.name == chore.name, _chores.c.lease == chore.token)
    async with db.transaction() as tx:
        return bool((await tx.execute(update(_chores).where(*ours).values(values))).rowcount)


@statement
def _resting() -> Select[tuple[str]]:
    """The chore while it is not due, or somebody's."""
    now = bindparam("now", type_=_chores.c.due_at.type)
    rows = select(_chores.c.name).where(_chores.c.name == bindparam("name"))
    return rows.where(or_(_chores.c.due_at > now, _chores.c.leased_until > now))
