"""Purging once a day, by one of all processes that work."""

import asyncio
import datetime as dt
from contextlib import aclosing
from dataclasses import asdict

import structlog

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain import chores
from creatoraudit.domain.chores import LEASE, Taken
from creatoraudit.domain.retention.purge import Purge, kept_since
from creatoraudit.errors import ServiceUnavailable

EVERY = dt.timedelta(days=1)
CHECK_SECONDS = 60.0
CHORE = "purge"

log = structlog.get_logger(__name__)


async def keep_house(db: Database, months: int | None, stopping: asyncio.Future[None]) -> None:
    """Purges whenever it is due and nobody else does, until told to stop."""
    while not stopping.done():
        try:
            await purge_if_due(db, months, stopping)
        except ServiceUnavailable:
            log.debug("nothing is purged: the database does not answer")
        except Exception:  # the chore is taken up again when its lease has ended
            log.exception("a purge failed")
        await asyncio.wait({stopping}, timeout=CHECK_SECONDS)


async def purge_if_due(db: Database, months: int | None, stopping: asyncio.Future[None]) -> bool:
    """Purges, unless it is not due or another process does; whether it came to its end."""
    chore = await chores.take(db, CHORE)
    if chore is None:
        return False
    since = kept_since(months)
    purge = Purge(db, None if since == chore.reached else since)
    if not await _run(db, purge, chore, stopping):
        return False
    await chores.settle(db, chore, clock.now() + EVERY, since)
    gone = asdict(purge.gone)
    if any(gone.values()):
        log.info("purged", **gone)
    return True


async def _run(db: Database, purge: Purge, chore: Taken, stopping: asyncio.Future[None]) -> bool:
    renewed = clock.now()
    async with aclosing(purge.steps()) as steps:
        async for _ in steps:
            if stopping.done():
                await chores.give_back(db, chore)
                return False
            if clock.now() - renewed > LEASE / 5:
                if not await chores.renew(db, chore):
                    return False
                renewed = clock.now()
    return True
