"""The keys that this process knows for the moment, so that not every request has to ask the database."""

import asyncio
import hashlib
import time
from dataclasses import dataclass

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain import api_keys
from creatoraudit.domain.actor import Actor
from creatoraudit.errors import CreatorAuditError, Forbidden, ServiceUnavailable, Unauthorized

LIFETIME_SECONDS = 0.9
CHECK_SECONDS = 0.2
_CAPACITY = 10_000


@dataclass(slots=True)
class _Watch:
    """One key that is asked about time and again, for as long as somebody waits for its end."""

    task: asyncio.Task[CreatorAuditError]
    waiting: int = 0


class Keys:
    """Actors by key, each for less than a second: a key that is disabled elsewhere stops here within that time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[bytes, tuple[Actor, float]] = {}
        self._forgotten = 0
        self._watches: dict[str, _Watch] = {}
        self.lookups = 0
        """How often the database was asked."""

    def __len__(self) -> int:
        return len(self._known)

    async def authenticate(self, key: str | None) -> Actor:
        """Who the key belongs to; Unauthorized for none or an unknown one, Forbidden for one not to be used now."""
        if key is None:
            raise Unauthorized("An API key is required: Authorization: Bearer <key>.")
        digest = hashlib.sha256(key.encode()).digest()
        started = time.monotonic()
        actor, until = self._known.get(digest, (None, 0.0))
        if actor is not None and started < until and (actor.expires_at is None or clock.now() < actor.expires_at):
            return actor
        forgotten = self._forgotten
        self.lookups += 1
        actor = await api_keys.authenticate(self._db, key)
        if forgotten == self._forgotten:  # else what was read may be older than what was forgotten meanwhile
            self._remember(digest, actor, started + LIFETIME_SECONDS)
        return actor

    async def until_refused(self, key: str) -> CreatorAuditError:
        """Waits until a key that was good may not be used any more, and returns why; about a second late at most."""
        watch = self._watches.get(key)
        if watch is None or watch.task.done():
            watch = self._watches[key] = _Watch(asyncio.create_task(self._watch(key)))
        watch.waiting += 1
        try:
            return await asyncio.shield(watch.task)
        finally:
            watch.waiting -= 1
            if not watch.waiting:
                watch.task.cancel()
                if self._watches.get(key) is watch:
                    del self._watches[key]

    def forget(self, key_id: str | None = None) -> None:
        """Asks the database again for one key, or for all: what was changed in this process counts at once."""
        self._forgotten += 1
        for digest in [d for d, (actor, _) in self._known.items() if key_id in {None, actor.api_key_id}]:
            del self._known[digest]

    async def _watch(self, key: str) -> CreatorAuditError:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.authenticate(key)
            except (Unauthorized, Forbidden) as error:
                return error
            except ServiceUnavailable:
                continue  # who is cut off now would only come back and ask the same

    def _remember(self, digest: bytes, actor: Actor, until: float) -> None:
        self._known.pop(digest, None)
        while len(self._known) >= _CAPACITY:
            del self._known[next(iter(self._known))]
        self._known[digest] = (actor, until)
