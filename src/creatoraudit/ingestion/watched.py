"""A refresher that tells of its claims and looks, and what the database says is still to be done."""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.validation import Platform
from creatoraudit.errors import ServiceUnavailable
from creatoraudit.events import Events
from creatoraudit.ingestion import leases
from creatoraudit.ingestion.leases import Backlog, Lease
from creatoraudit.ingestion.refresher import Finished, Refresher
from creatoraudit.ingestion.sources.registry import source_name
from creatoraudit.ingestion.sources.source import Source
from creatoraudit.settings import Settings
from creatoraudit.telemetry import Telemetry, figures
from creatoraudit.telemetry.figures import Values
from creatoraudit.telemetry.work import WORK

if TYPE_CHECKING:
    from creatoraudit.telemetry.prometheus import Figures

_PATIENCE_SECONDS = 2.0


def refresher_of(
    db: Database,
    actor: Actor,
    platform: Platform,
    source: Source,
    settings: Settings,
    events: Events,
    telemetry: Telemetry,
) -> Refresher:
    """The refresher of a platform; one that tells nothing where nobody wants to know."""
    if telemetry.is_off:
        return Refresher(db, actor, platform, source, settings, events)
    if telemetry.figures is not None:
        Backlogs(db, actor, platform).tell(telemetry.figures)
    return WatchedRefresher(db, actor, platform, source, settings, events, telemetry)


class WatchedRefresher(Refresher):
    """Tells of each claim and each look; of what was looked at, only by its id."""

    def __init__(
        self,
        db: Database,
        actor: Actor,
        platform: Platform,
        source: Source,
        settings: Settings,
        events: Events,
        telemetry: Telemetry,
    ) -> None:
        super().__init__(db, actor, platform, source, settings, events)
        self._name = source_name(platform, settings) or type(source).__name__
        self._traces = telemetry.traces
        self._told = None if telemetry.figures is None else _Told(telemetry.figures, self, self._name)

    async def claim(
        self, limit: int, *, account_ids: Sequence[str] | None = None, until: dt.datetime | None = None
    ) -> list[Lease]:
        """Leases of what is due."""
        found = await super().claim(limit, account_ids=account_ids, until=until)
        if self._told is not None:
            self._told.claimed(len(found))
        return found

    async def refresh(self, lease: Lease) -> Finished | None:
        """Looks and records."""
        if self._traces is None:
            return await self._refresh(lease)
        subject = lease.subject
        what = "account" if subject.account_id else "video"
        attributes = {
            "creatoraudit.platform": subject.platform,
            "creatoraudit.source": self._name,
            "creatoraudit.organization_id": subject.organization_id,
            f"creatoraudit.{what}_id": subject.account_id or subject.video_id or "",
        }
        with self._traces.doing(f"refresh {what}", attributes) as span:
            finished = await self._refresh(lease)
            span.set_attribute("creatoraudit.outcome", _outcome(finished))
            return finished

    async def _refresh(self, lease: Lease) -> Finished | None:
        if self._told is None:
            return await super().refresh(lease)
        began = time.perf_counter()
        try:
            finished = await super().refresh(lease)
        except Exception:
            self._told.looked("error", time.perf_counter() - began)
            raise
        posts = 0 if finished is None or finished.outcome is None else finished.outcome.recorded.discovered
        self._told.looked(_outcome(finished), time.perf_counter() - began, posts)
        return finished


def _outcome(finished: Finished | None) -> str:
    if finished is None:
        return "given_up"
    return "lost" if finished.outcome is None else finished.ending


class _Told:
    """The figures of one refresher."""

    def __init__(self, told: "Figures", refresher: Refresher, source: str) -> None:
        labels = self._labels = (str(refresher.platform), source)
        self._claimed = told.counter(figures.CLAIMED).labels(*labels)
        self._posts = told.counter(figures.NEW_POSTS).labels(*labels)
        self._seconds = told.histogram(figures.LOOK_SECONDS).labels(*labels)
        self._looks = told.counter(figures.LOOKS)
        told.read(figures.RESTING, lambda: {labels: refresher.resting_until is not None})

    def claimed(self, number: int) -> None:
        """So many leases were taken."""
        self._claimed.inc(number)

    def looked(self, outcome: str, seconds: float, posts: int = 0) -> None:
        """A look has ended."""
        self._looks.labels(*self._labels, outcome).inc()
        self._seconds.observe(seconds)
        self._posts.inc(posts)


class Backlogs:
    """What is due at a platform, asked of the database once whenever somebody wants to know."""

    def __init__(self, db: Database, actor: Actor, platform: Platform) -> None:
        self._db = db
        self._actor = actor
        self._platform = platform
        self._loop = asyncio.get_running_loop()
        self._found: Backlog | None = None

    def tell(self, told: "Figures") -> None:
        """Has it read; there are no values while the database does not answer."""
        told.before.append(self._ask)
        told.read(figures.DUE, lambda: self._values(lambda found: found.due))
        told.read(figures.LAG, lambda: self._values(_lag))
        told.read(figures.LEASES, lambda: self._values(lambda found: found.leased))

    def _ask(self) -> None:
        """Asks on the event loop, from the thread that tells."""
        asking = asyncio.run_coroutine_threadsafe(self._read(), self._loop)
        try:
            self._found = asking.result(_PATIENCE_SECONDS)
        except (ServiceUnavailable, TimeoutError):
            asking.cancel()
            self._found = None

    async def _read(self) -> Backlog:
        WORK.set("metrics")
        return await leases.backlog(self._db, self._actor, self._platform)

    def _values(self, of: Callable[[Backlog], float]) -> Values:
        return {} if self._found is None else {(str(self._platform),): of(self._found)}


def _lag(found: Backlog) -> float:
    return 0.0 if found.oldest is None else max(0.0, (clock.now() - found.oldest).total_seconds())
