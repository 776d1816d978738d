"""Importing: what files say, recorded in short transactions.

Nothing depends on the order in which it is said: what speaks of something that is not tracked waits until everything
has been read. And everything may be said again: an import that was interrupted is completed by starting it again.
"""

import datetime as dt
import gc
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import insert

from creatoraudit import clock
from creatoraudit.db.engine import Database, Transaction
from creatoraudit.db.models import Organization, stored
from creatoraudit.domain.actor import Actor, acting_for
from creatoraudit.domain.scope import table
from creatoraudit.ingestion.formats import entry
from creatoraudit.ingestion.formats.entry import Entry, Sighting
from creatoraudit.ingestion.formats.files import File, Format, Item, understood
from creatoraudit.ingestion.imports.sightings import Sightings, Track
from creatoraudit.ingestion.imports.turns import Turns
from creatoraudit.ingestion.imports.waiting import Queue
from creatoraudit.ingestion.tracked.accounts import add_accounts, add_creators
from creatoraudit.ingestion.tracked.added import Added
from creatoraudit.ingestion.tracked.videos import add_videos

_CHUNK = 40_000
"""Items that are brought together before they are recorded: twice as many, at most, lie in memory."""
_TOGETHER = 100
"""Things that are added in one transaction."""

Said = tuple[Item, Entry]
Add = Callable[[Transaction, Actor, Sequence[Any]], Awaitable[Added]]


class Rejected(NamedTuple):
    """An item that was not imported, and why."""

    file: str
    line: int
    reason: str
    content: str


@dataclass
class Imported:
    """What an import came to."""

    lines: int = 0
    profiles: int = 0
    posts: int = 0
    creators_added: int = 0
    accounts_added: int = 0
    videos_added: int = 0
    posts_discovered: int = 0
    closings_changed: int = 0
    deleted_meanwhile: int = 0
    rejected: int = 0
    longest_transaction_ms: float = 0.0
    seconds: float = 0.0


_GARBAGE = 500_000
"""How many objects more than before there are when Python looks for garbage: more than lie in memory anyway."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Keeps Python from looking for garbage all the time: a third of an import's, for there is next to none."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


class Import:
    """One run over some files; without an actor it waits for a file to name an organization."""

    def __init__(
        self,
        db: Database,
        actor: Actor | None,
        reject: Callable[[Rejected], None],
        *,
        track: Track | None = None,
        at: dt.datetime | None = None,
    ) -> None:
        self.actor = actor
        self.counts = Imported()
        self._turns = Turns(db)
        self._sightings = Sightings(db, self._turns, track)
        self._reject = reject
        self.at = at
        self._began = time.perf_counter()
        self._files: list[tuple[str, Format]] = []
        self._queue = Queue()

    async def read(self, file: File, progress: Callable[[], None]) -> None:
        """Takes what a file says; calls `progress` whenever some of it is done."""
        self._files.append((file.name, file.format))
        number = len(self._files) - 1
        ahead: list[Said] = []

        def read_on() -> bool:
            block = next(file.blocks, None) if len(ahead) < _CHUNK else None
            if block is None:
                return False
            self.counts.lines += len(block)
            ahead.extend(self._understood(number, block))
            return True

        self._turns.meanwhile = read_on
        while read_on() or ahead:
            while read_on():
                pass
            said, ahead = ahead, []
            await self._take(number, said)
            del said
            progress()
        self._turns.meanwhile = lambda: False

    async def finish(self) -> None:
        """Takes what has waited, as far as something has been tracked meanwhile, and rejects the rest."""
        waiting, left = self._queue, -1
        while len(waiting) != left:
            left, self._queue = len(waiting), Queue()
            for file, some in groupby(waiting.empty(), key=attrgetter("file")):
                while items := [one.item for one in islice(some, _CHUNK)]:
                    await self._take(file, self._understood(file, items))
            waiting = self._queue
        for file, item, why in waiting.empty():
            self._refuse(file, item, why)
        self.counts.longest_transaction_ms = round(self._turns.longest * 1000, 1)
        self.counts.seconds = round(time.perf_counter() - self._began, 3)

    def _understood(self, file: int, items: Sequence[Item]) -> list[Said]:
        found = understood(items, self._files[file][1], self.at)
        for item, why in sorted(found.malformed, key=lambda refused: refused[0].number):
            self._refuse(file, item, why)
        return found.said

    def _refuse(self, file: int, item: Item, why: str) -> None:
        self.counts.rejected += 1
        self._reject(Rejected(self._files[file][0], item.number, why, item.text.decode(errors="replace").strip()))

    async def _take(self, file: int, said: Sequence[Said]) -> None:
        """Takes what can be taken by now, and has the rest wait."""
        kinds: dict[type[Entry], list[Said]] = {}
        for kind, some in groupby(said, key=lambda one: type(one[1])):
            kinds.setdefault(kind, []).extend(some)
        for _, organization in kinds.get(entry.Organization, ()):
            await self._organize(organization)
        if self.actor is None:
            for item, _ in said:
                self._queue.add(file, item, "there is no organization, and no line before has named one")
            return
        self.counts.creators_added += await self._add(self.actor, file, kinds.get(entry.Creator, ()), add_creators)
        self.counts.accounts_added += await self._add(self.actor, file, kinds.get(entry.Account, ()), add_accounts)
        self.counts.videos_added += await self._add(self.actor, file, kinds.get(entry.Video, ()), add_videos)
        sightings = [*kinds.get(entry.AccountVideo, ()), *kinds.get(Sighting, ())]
        seen = await self._sightings.take(self.actor, file, sightings, self._queue)
        self.counts.profiles += seen.profiles
        self.counts.posts += seen.posts
        self.counts.accounts_added += seen.accounts_added
        self.counts.videos_added += seen.videos_added
        self.counts.posts_discovered += seen.recorded.discovered
        self.counts.closings_changed += seen.recorded.closings
        self.counts.deleted_meanwhile += seen.recorded.unknown

    async def _organize(self, organization: Any) -> None:
        if self.actor is None:
            row = Organization(**organization.model_dump() | {"created_at": organization.created_at or clock.now()})
            await self._turns.take(lambda tx: tx.execute(insert(table(Organization)), stored(row)))
            self.actor = acting_for(organization.id)

    async def _add(self, actor: Actor, file: int, said: Sequence[Said], add: Add) -> int:
        number = 0
        for start in range(0, len(said), _TOGETHER):
            some = said[start : start + _TOGETHER]
            added = await self._turns.take(partial(_added, add, actor, [one for _, one in some]))
            number += added.number
            for (item, _), why in zip(some, added.whys, strict=True):
                if why is not None:
                    self._queue.add(file, item, why)
        return number


async def _added(add: Add, actor: Actor, entries: Sequence[Any], tx: Transaction) -> Added:
    return await add(tx, actor, entries)
