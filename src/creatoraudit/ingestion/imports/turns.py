"""Short transactions, and time for others in between: SQLite has one writer, who may be waited for a second at most."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from creatoraudit.db import dialect
from creatoraudit.db.engine import Database, Transaction

T = TypeVar("T")

_AIM, _GAP = 0.025, 0.5
"""Seconds for which a transaction should hold SQLite's only write lock, and how much of that others get after it."""
_AIM_ELSEWHERE = 0.25
"""Where there are many writers: nobody waits but for the same accounts."""
_SMALLEST, _LARGEST = 50, 5_000


class Turns:
    """Takes turns with other writers; `size` is how many snapshots fit into a transaction, as far as is known."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._is_only_writer = dialect.parallel_writers(db.dialect) == 1
        self._aim = _AIM if self._is_only_writer else _AIM_ELSEWHERE
        self._rested_until = 0.0
        self.size = 500
        self.longest = 0.0
        """Seconds that the longest transaction so far took once it had begun."""

    async def take(self, work: Callable[[Transaction], Awaitable[T]], snapshots: int = 0) -> T:
        """Does work in a transaction of its own; whatever its snapshots took decides how many the next ones get."""
        if self._is_only_writer:
            await asyncio.sleep(max(self._rested_until - time.perf_counter(), 0))
        began = 0.0

        async def timed(tx: Transaction) -> T:
            nonlocal began
            began = time.perf_counter()
            return await work(tx)

        result = await self._db.transact(timed)
        now = time.perf_counter()
        held = now - began
        self.longest = max(self.longest, held)
        self._rested_until = now + held * _GAP
        if snapshots:
            wanted = snapshots * self._aim / held
            self.size = int(min(max(wanted, self.size / 2, _SMALLEST), self.size * 2, _LARGEST))
        return result
