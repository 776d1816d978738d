"""One platform's source at work: each lease becomes a look, what it showed is recorded, and subscribers are told."""

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import structlog

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.validation import Platform
from creatoraudit.errors import ServiceUnavailable
from creatoraudit.events import Events, Refreshed
from creatoraudit.ingestion import leases
from creatoraudit.ingestion.leases import Lease, Subject
from creatoraudit.ingestion.looks import look
from creatoraudit.ingestion.refresh import LONGEST_REST, Outcome, backoff, record
from creatoraudit.ingestion.sources.source import Failed, Gone, Observed, Private, Result, Source, Throttled
from creatoraudit.settings import Settings

_LONGEST_BACKOFF = dt.timedelta(hours=1)
_PAUSE_SECONDS = 0.5

log = structlog.get_logger(__name__)


class Finished(NamedTuple):
    """A look that ended; its outcome is None where the lease was lost, and nothing recorded."""

    subject: Subject
    result: Result
    outcome: Outcome | None

    @property
    def ending(self) -> str:
        """How the look ended, in a word."""
        return type(self.result).__name__.lower()

    @property
    def failed(self) -> bool:
        """Whether the look told nothing, and is tried again before its interval is over."""
        return isinstance(self.result, Failed | Throttled)


class Refresher:
    """Claims, looks and records at one platform; a source that asks to be left alone is, by this process."""

    def __init__(
        self, db: Database, actor: Actor, platform: Platform, source: Source, settings: Settings, events: Events
    ) -> None:
        self.platform = platform
        self.counts: Counter[str] = Counter()
        """How many looks ended how, and how many posts were new; whoever tells of them sets them back."""
        self._db = db
        self._actor = actor
        self._source = source
        self._seconds = settings.refresh_timeout
        self._at_once = settings.refresh_concurrency
        self._events = events
        self._refusals = 0
        self._resting_until: dt.datetime | None = None
        self._given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def resting_until(self) -> dt.datetime | None:
        """When the source may be asked again, if it may not now."""
        until = self._resting_until
        return until if until is not None and clock.now() < until else None

    async def claim(
        self, limit: int, *, account_ids: Sequence[str] | None = None, until: dt.datetime | None = None
    ) -> list[Lease]:
        """Leases of what is due that outlast a look, twice over; NoRoom while too many looks are in flight."""
        lasting = dt.timedelta(seconds=2 * self._seconds + 5)
        return await leases.claim(
            *(self._db, self._actor, self.platform, limit, lasting),
            account_ids=account_ids,
            until=until,
            at_once=self._at_once,
        )

    async def refresh(self, lease: Lease) -> Finished | None:
        """Looks and records; None, and the lease given back, where this is given up before the source has answered."""
        began = time.monotonic()
        looking = asyncio.create_task(look(self._source, lease.subject, self._seconds))
        ended: set[asyncio.Future[Any]] = {looking, self._given_up}
        await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        if not looking.done():
            looking.cancel()
            await leases.release(self._db, lease)
            return None
        finished = Finished(lease.subject, *await self._record(lease, looking.result()))
        self._heed(finished)
        self._tell(finished, time.monotonic() - began)
        await self._publish(finished)
        return finished

    def give_up(self) -> None:
        """Abandons the looks in flight; what has been seen already is still recorded."""
        if not self._given_up.done():
            self._given_up.set_result(None)

    async def _record(self, lease: Lease, result: Result) -> tuple[Result, Outcome | None]:
        """Records, however long it takes the database to be there for it while the lease lasts; returns what it was."""
        while True:
            try:
                return result, await record(self._db, lease, result)
            except ServiceUnavailable:
                if clock.now() >= lease.until:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
            except Exception:
                if isinstance(result, Failed):
                    raise
                log.exception("what was seen could not be recorded", **lease.subject.named)
                result = Failed("what was seen could not be recorded")

    def _heed(self, finished: Finished) -> None:
        result = finished.result
        if not isinstance(result, Throttled):
            self._refusals = 0
            return
        now, asked = clock.now(), result.retry_at
        if asked is None or asked <= now:
            asked = now + backoff(self._refusals, _LONGEST_BACKOFF)
        self._refusals += 1
        self._resting_until = min(asked, now + LONGEST_REST)
        why = _unnamed(result.why, finished.subject)
        log.info("source rests", platform=self.platform, until=self._resting_until.isoformat(), why=why)

    def _tell(self, finished: Finished, seconds: float) -> None:
        subject, result, outcome = finished
        if outcome is None:
            self.counts["lost"] += 1
            log.debug("lease lost", **subject.named, result=finished.ending)
            return
        self.counts[finished.ending] += 1
        self.counts["new_posts"] += outcome.recorded.discovered
        log.debug(
            "looked",
            **subject.named,
            organization_id=subject.organization_id,
            result=finished.ending,
            why=_unnamed(getattr(result, "why", None), subject),
            posts=outcome.recorded.posts,
            due_at=outcome.due_at.isoformat(),
            duration_ms=round(seconds * 1000),
        )

    async def _publish(self, finished: Finished) -> None:
        """Tells of what the lease was for, and of each video that an account's feed showed: each once."""
        subject, result, outcome = finished
        if outcome is None or not isinstance(result, Observed | Gone | Private):
            return
        organization_id = subject.organization_id
        if subject.account_id is not None:
            await self._events.publish(Refreshed(organization_id, "account", subject.account_id))
        for video_id in sorted(outcome.videos) if subject.video_id is None else [subject.video_id]:
            await self._events.publish(Refreshed(organization_id, "video", video_id))


def _unnamed(why: str | None, subject: Subject) -> str | None:
    """A source's reason without the name of whom it was asked for."""
    return why.replace(subject.username, "…") if why and subject.username else why
