"""Refreshing what is due and then ending: for the command line, and for cron."""

import asyncio
import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, or_

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account
from creatoraudit.db.statements import statement
from creatoraudit.domain.actor import Tenancy
from creatoraudit.domain.scope import scoped, table
from creatoraudit.ingestion.leases import Lease, NoRoom
from creatoraudit.ingestion.refresher import Finished, Refresher
from creatoraudit.ingestion.worker import POLL_SECONDS

_accounts = table(Account).c


class Named(NamedTuple):
    """An account that someone named."""

    id: str
    platform: str
    username: str
    is_active: bool


async def accounts_named(db: Database, ids: Collection[str], usernames: Collection[str]) -> list[Named]:
    """The accounts with these ids or usernames, of all organizations and on all platforms."""
    return await db.fetch(_named(), Named._make, {"ids": list(ids), "usernames": list(usernames)})


class Round:
    """Looks at everything that is due at one platform, or at some accounts whether they are due or not.

    What fails is tried again when it is due again, until nothing fails any more; `once` takes it as it comes, and ends
    where the source asks to be left alone.
    """

    def __init__(
        self, refresher: Refresher, told: Callable[[Finished], None], *, once: bool, accounts: Sequence[str] | None
    ) -> None:
        self._refresher = refresher
        self._told = told
        self._once = once
        self._began = clock.now()
        self._named = accounts is not None
        self._again: dict[str, dt.datetime] = dict.fromkeys(accounts or (), self._began)
        self._stopped = False
        self._claiming = asyncio.Lock()

    @property
    def left(self) -> int:
        """Of how much that was named, or has failed, nothing is known yet."""
        return len(self._again)

    async def run(self, at_once: int) -> None:
        """Looks until it is through, at so many at a time."""
        await asyncio.gather(*(self._work() for _ in range(at_once)))

    def stop(self) -> None:
        """Ends as soon as possible."""
        self._stopped = True
        self._refresher.give_up()

    async def _work(self) -> None:
        while not self._stopped:
            resting = self._refresher.resting_until is not None
            try:
                lease = None if resting else await self._claim()
            except NoRoom:
                await asyncio.sleep(POLL_SECONDS)
                continue
            if lease is not None:
                await self._refresh(lease)
            elif (resting and self._once) or not self._again:
                return
            else:
                await asyncio.sleep(POLL_SECONDS)

    async def _claim(self) -> Lease | None:
        if self._named:
            async with self._claiming:  # what one has taken, and may have looked at already, the next must not ask for
                now = clock.now()
                due = [id_ for id_, at in self._again.items() if at <= now]
                leased = await self._refresher.claim(1, account_ids=due) if due else []
                for lease in leased:
                    self._again.pop(lease.subject.account_id or "", None)
        else:
            leased = await self._refresher.claim(1, until=self._began if self._once else None)
        return leased[0] if leased else None

    async def _refresh(self, lease: Lease) -> None:
        key = lease.subject.account_id or lease.subject.video_id or ""
        self._again.pop(key, None)
        finished = await self._refresher.refresh(lease)
        if finished is None:
            if self._named:
                self._again[key] = clock.now()
        elif finished.failed and finished.outcome is not None and not self._once:
            self._again[key] = finished.outcome.due_at
        else:
            self._told(finished)


@statement
def _named() -> Select[Any]:
    columns = (_accounts[name] for name in Named._fields)
    rows = scoped(Account, Tenancy.SYSTEM, *columns)
    return rows.where(or_(dialect.one_of(_accounts.id, "ids"), dialect.one_of(_accounts.username, "usernames")))
