"""Short transactions, and time for others in between: SQLite has one writer, who may be waited for a second at most."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from creatoraudit.db import dialect
from creatoraudit.db.engine import Database, Transaction

T = TypeVar("T")

_AIM, _GAP = 0.03, 0.5
"""Seconds for which a transaction should hold SQLite's only write lock, and how much of that others get after it."""
_AIM_ELSEWHERE = 0.25
"""Where there are many writers: nobody waits but for the same accounts."""
_FIRST, _SMALLEST, _LARGEST = 500, 100, 10_000
_GROWTH = 1.25
"""By how much the next may be larger; how much smaller has no bound, so that on a busy machine they are soon short."""


class Turns:
    """Takes turns with other writers; `size` is how much work fits into a transaction, as far as is known."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._is_only_writer = dialect.parallel_writers(db.dialect) == 1
        self._aim = _AIM if self._is_only_writer else _AIM_ELSEWHERE
        self._rested_until = 0.0
        self.size = _FIRST
        self.longest = 0.0
        """Seconds for which the transaction so far that did so longest kept others from writing."""
        self.meanwhile: Callable[[], bool] = lambda: False
        """Something useful to do while something is waited for; False where there is nothing any more."""

    async def take(self, work: Callable[[Transaction], Awaitable[T]], width: int = 0) -> T:
        """Does work in a transaction of its own; how long this much of it took decides how much the next one is.

        The next one is smaller at once where that was too long, and but a little larger where it was not.
        """
        transactions: list[Transaction] = []

        async def kept(tx: Transaction) -> T:
            transactions.append(tx)
            result = await work(tx)
            if self._is_only_writer and len(transactions) == 1:  # nothing is locked yet, and mostly it took long enough
                await self._rest()
            return result

        taking = asyncio.ensure_future(self._db.transact(kept))
        try:
            while not taking.done() and self.meanwhile():  # noqa: ASYNC110 - SQLite writes in a thread of its own
                await asyncio.sleep(0)
        finally:
            result = await taking
        held = transactions[-1].held
        self.longest = max(self.longest, held)
        self._rested_until = time.perf_counter() + held * _GAP
        if width and held:
            wanted = width * self._aim / held
            self.size = int(min(max(min(wanted, self.size * _GROWTH), _SMALLEST), _LARGEST))
        return result

    async def _rest(self) -> None:
        while (left := self._rested_until - time.perf_counter()) > 0:
            if not self.meanwhile():
                await asyncio.sleep(left)
