"""A read replica: it answers reads for as long as it keeps up with the primary."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy import URL

from creatoraudit.db.connections import PostgresReaders, Readers, Usage, is_away

MAX_LAG_SECONDS = 4.0
"""A replica that is further behind is not asked. Less than a key's own reads stay away from it after a write."""
CHECK_SECONDS = 0.5
PATIENCE_SECONDS = 2.0

_MARKS = 32
_WRITTEN = "SELECT CAST(pg_current_wal_lsn() - '0/0' AS bigint)"
_REPLAYED = "SELECT pg_is_in_recovery(), CAST(pg_last_wal_replay_lsn() - '0/0' AS bigint)"

log = structlog.get_logger(__name__)


class Replica:
    """Asks a replica; the primary while that is away or behind, and `failures` counts how often that happened.

    Twice a second the primary is asked how far it has written, and the replica how far it has come: the last place
    that the replica has reached says since when it may lack anything, whatever the clocks of the two say.
    """

    def __init__(self, primary_url: URL, primary: Readers, url: URL, pool_size: int) -> None:
        self.failures = 0
        self._primary = primary
        self._readers = PostgresReaders(url, pool_size)
        self._watched = PostgresReaders(primary_url, 1), PostgresReaders(url, 1)
        self._watching: asyncio.Task[None] | None = None
        self._looked = asyncio.Event()
        self._marks: deque[tuple[float, int]] = deque(maxlen=_MARKS)
        self._complete_until = -math.inf
        self._asked = True
        self._knows_lag = True

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
        """The rows that answer a statement, at most `MAX_LAG_SECONDS` old."""
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        await self._looked.wait()
        if self._keeps_up():
            try:
                return await self._readers.fetch(sql, arguments)
            except Exception as error:  # noqa: BLE001 - the primary is asked, and says the same of a mistake of ours
                if is_away(error):
                    self._complete_until = -math.inf
                    self._tell(type(error).__name__)
                else:  # it lacks a table yet, or had to give the statement up to keep up
                    log.info("the primary answers what the replica could not", error=str(error))
        else:
            self._tell("it is behind")
        self.failures += 1
        return await self._primary.fetch(sql, arguments)

    @property
    def lag(self) -> float:
        """For how many seconds at most it may lack what was written; infinite while that is not known."""
        return time.monotonic() - self._complete_until

    def usage(self) -> Usage:
        """How many connections are in use."""
        return self._readers.usage()

    async def close(self) -> None:
        """Closes every connection to it."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        for readers in (self._readers, *self._watched):
            await readers.close()

    def _keeps_up(self) -> bool:
        return self.lag < MAX_LAG_SECONDS

    async def _watch(self) -> None:
        """Looks again and again; a replica that says nothing for too long loses all of its connections."""
        while True:
            looking = asyncio.ensure_future(self._look())
            try:
                await asyncio.wait({looking}, timeout=PATIENCE_SECONDS)
            except asyncio.CancelledError:
                looking.cancel()
                raise
            if not looking.done():
                self._complete_until = -math.inf
                for readers in (self._readers, *self._watched):
                    readers.drop()
            try:
                await looking
            except Exception as error:  # noqa: BLE001 - whatever keeps it from being looked at, it cannot be trusted
                self._complete_until = -math.inf
                self._tell(type(error).__name__)
            else:
                if self._keeps_up():
                    self._tell(None)
            self._looked.set()
            await asyncio.sleep(CHECK_SECONDS)

    async def _look(self) -> None:
        primary, replica = self._watched
        now = time.monotonic()
        ((written,),) = await primary.fetch(_WRITTEN, ())
        ((is_standby, replayed),) = await replica.fetch(_REPLAYED, ())
        self._marks.append((now, written))
        if not is_standby:
            self._complete_until = now
            if self._knows_lag:
                log.warning("how far the replica is behind cannot be known: it is no standby of the primary")
            self._knows_lag = False
            return
        while self._marks and self._marks[0][1] <= replayed:
            self._complete_until, _ = self._marks.popleft()

    def _tell(self, trouble: str | None) -> None:
        """Says once that the replica is not asked any more, and once that it is again."""
        if trouble is None and not self._asked:
            log.info("the replica is asked again", answered_by_primary=self.failures)
        elif trouble is not None and self._asked:
            log.warning("the primary answers all reads: the replica is away or behind", reason=trouble)
        self._asked = trouble is None
