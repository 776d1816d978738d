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
_SMALLEST, _LARGEST = 100, 10_000


class Turns:
    """Takes turns with other writers; `size` is how much work fits into a transaction, as far as is known."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._is_only_writer = dialect.parallel_writers(db.dialect) == 1
        self._aim = _AIM if self._is_only_writer else _AIM_ELSEWHERE
        self._rested_until = 0.0
        self.size = 1_000
        self.longest = 0.0
        """Seconds that the longest transaction so far took once it had begun."""
        self.meanwhile: Callable[[], bool] = lambda: False
        """Something useful to do while others have their turn; False where there is nothing any more."""

    async def take(self, work: Callable[[Transaction], Awaitable[T]], width: int = 0) -> T:
        """Does work in a transaction of its own; what this much of it took decides how much is done in the next."""
        if self._is_only_writer:
            await self._rest()
        began = worked = 0.0

        async def timed(tx: Transaction) -> T:
            nonlocal began, worked
            began, worked = time.perf_counter(), time.process_time()
            return await work(tx)

        result = await self._db.transact(timed)
        now = time.perf_counter()
        held = now - began
        self.longest = max(self.longest, held)
        self._rested_until = now + held * _GAP
        if width:
            # A busy machine makes every transaction longer, and smaller ones would only add to its work.
            took = max(time.process_time() - worked, held / 2)
            wanted = width * self._aim / took
            self.size = int(min(max(wanted, self.size / 2, _SMALLEST), self.size * 2, _LARGEST))
        return result

    async def _rest(self) -> None:
        while (left := self._rested_until - time.perf_counter()) > 0:
            if not self.meanwhile():
                await asyncio.sleep(left)
