"""The worker: looks at whatever is due for as long as it runs, beside any number of others.

It asks the database twice a second, so that what is new is seen at once wherever it was added, and needs to be told of
nothing. Killed at any point it leaves leases behind that end by themselves; stopped, it leaves none.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import SYSTEM, Actor
from creatoraudit.domain.validation import Platform
from creatoraudit.errors import ServiceUnavailable
from creatoraudit.events import Events
from creatoraudit.ingestion.housekeeping import keep_house
from creatoraudit.ingestion.leases import Lease, NoRoom
from creatoraudit.ingestion.refresher import Refresher
from creatoraudit.ingestion.sources.source import Source
from creatoraudit.ingestion.watched import refresher_of
from creatoraudit.settings import Settings
from creatoraudit.telemetry import OFF, Telemetry
from creatoraudit.telemetry.work import WORK

POLL_SECONDS = 0.5
GRACE_SECONDS = 3.0
"""How long looks in flight may take when the worker is to stop, before they are given up and their leases back."""
REPORT_SECONDS = 60.0

log = structlog.get_logger(__name__)


class Worker:
    """Refreshes everything that the actor reaches, at each platform that has a source; the system's purges as well."""

    def __init__(
        self,
        db: Database,
        sources: Mapping[Platform, Source],
        settings: Settings,
        events: Events,
        *,
        actor: Actor = SYSTEM,
        telemetry: Telemetry = OFF,
    ) -> None:
        self._db, self._actor, self._retention_months = db, actor, settings.retention_months
        self._limit = settings.refresh_concurrency
        self._refreshers = [
            refresher_of(db, actor, platform, source, settings, events, telemetry)
            for platform, source in sources.items()
        ]
        self._stopping: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._away = False

    async def run(self) -> None:
        """Works until it is told to stop, and then ends what it has begun."""
        WORK.set("refresh")
        reporting = asyncio.create_task(self._report())
        await asyncio.gather(self._keep_house(), *(self._follow(refresher) for refresher in self._refreshers))
        await reporting
        self._tell()

    def stop(self) -> None:
        """Begins nothing more."""
        if not self._stopping.done():
            self._stopping.set_result(None)

    async def _keep_house(self) -> None:
        if self._actor.is_system:
            await keep_house(self._db, self._retention_months, self._stopping)

    async def _follow(self, refresher: Refresher) -> None:
        """Keeps as many looks in flight as may be, as long as there is anything due."""
        looks: set[asyncio.Task[None]] = set()
        while not self._stopping.done():
            for lease in await self._claim(refresher, self._limit - len(looks)):
                looks.add(asyncio.create_task(self._refresh(refresher, lease)))
            await asyncio.wait({self._stopping, *looks}, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            looks = {one for one in looks if not one.done()}
        if looks:
            await asyncio.wait(looks, timeout=GRACE_SECONDS)
            refresher.give_up()
            await asyncio.wait(looks)

    async def _claim(self, refresher: Refresher, room: int) -> list[Lease]:
        if room == 0 or refresher.resting_until is not None:
            return []
        try:
            found = await refresher.claim(room)
        except NoRoom:
            return []
        except Exception as error:
            if not self._away:  # once is enough, however often it is tried
                known = isinstance(error, ServiceUnavailable)
                log.warning("nothing is refreshed: the database does not answer", exc_info=None if known else error)
            self._away = True
            return []
        if self._away:
            log.info("the database answers again")
        self._away = False
        return found

    async def _refresh(self, refresher: Refresher, lease: Lease) -> None:
        try:
            await refresher.refresh(lease)
        except Exception:  # its lease will end, and somebody look again
            log.exception("a look was lost", **lease.subject.named)

    async def _report(self) -> None:
        while not self._stopping.done():
            await asyncio.wait({self._stopping}, timeout=REPORT_SECONDS)
            self._tell()

    def _tell(self) -> None:
        for refresher in self._refreshers:
            if refresher.counts:
                log.info("refreshed", platform=refresher.platform, **refresher.counts)
                refresher.counts.clear()


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    """Lets a worker work meanwhile, and waits until it has ended what it has begun."""
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await running
