"""From sightings to observations: whose feed a post stands in, and what is to be tracked for it."""

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion import store
from creatoraudit.ingestion.formats import entry
from creatoraudit.ingestion.formats.entry import Entry, Sighting
from creatoraudit.ingestion.formats.files import Item
from creatoraudit.ingestion.imports.grouping import Seen
from creatoraudit.ingestion.imports.turns import Turns
from creatoraudit.ingestion.imports.waiting import Queue
from creatoraudit.ingestion.observe import Recorded, record
from creatoraudit.ingestion.posts import Ids
from creatoraudit.ingestion.snapshots import PostSnapshot
from creatoraudit.ingestion.tracked.accounts import add_accounts
from creatoraudit.ingestion.tracked.videos import add_videos

_TOGETHER = 100
"""Things that are added in one transaction."""


class Track(StrEnum):
    """What is tracked for profiles and posts that are not."""

    ACCOUNTS = "accounts"
    VIDEOS = "videos"


class Taken(NamedTuple):
    """What came of some sightings."""

    profiles: int
    posts: int
    accounts_added: int
    videos_added: int
    recorded: Recorded


class Sightings:
    """Records sightings, and remembers whose they were."""

    def __init__(self, db: Database, turns: Turns, track: Track | None) -> None:
        self._db = db
        self._turns = turns
        self._track = track
        self._accounts: dict[Any, str] = {}
        self._refused: dict[store.Key, str] = {}

    async def take(self, actor: Actor, file: int, said: Sequence[tuple[Item, Entry]], queue: Queue) -> Taken:
        """Records what was seen of what is tracked, and has the rest wait."""
        ids: dict[store.Key, Ids] = {}
        sightings = [one if type(one) is Sighting else _sighting(one, ids) for _, one in said]
        accounts_added = await self._find(actor, sightings)
        seen = Seen()
        others: list[tuple[Item, Sighting]] = []
        accounts = self._accounts
        for (item, _), sighting in zip(said, sightings, strict=True):
            account_id = accounts.get(sighting[:2])
            if account_id is None:
                others.append((item, sighting))
            else:
                seen.in_feed(account_id, sighting[2])
        known, videos_added = await self._known(actor, [sighting for _, sighting in others])
        for item, sighting in others:
            shown = sighting.seen
            if isinstance(shown, PostSnapshot) and (sighting.platform, shown.external_id) in known:
                seen.by_itself(sighting.platform, shown)
            else:
                queue.add(file, item, self._why(sighting))
        return Taken(seen.profiles, seen.posts, accounts_added, videos_added, await self._record(actor, seen, ids))

    async def _find(self, actor: Actor, sightings: Iterable[Sighting]) -> int:
        """Finds the accounts that are tracked, and tracks the others if that is wanted; returns how many it added."""
        seen = {(platform, username) for platform, username, _ in sightings if username is not None}
        names = {key for key in seen if key not in self._accounts}
        if names:
            self._accounts.update(await store.posters(self._db, actor, [username for _, username in names]))
        missing = sorted(key for key in names if key not in self._accounts)
        if self._track is not Track.ACCOUNTS or not missing:
            return 0
        number = 0
        for start in range(0, len(missing), _TOGETHER):
            some = missing[start : start + _TOGETHER]
            accounts = [entry.Account(platform=Platform(platform), username=name) for platform, name in some]
            added = await self._turns.take(partial(add_accounts, actor=actor, accounts=accounts))
            number += added.number
            self._refused |= {key: why for key, why in zip(some, added.whys, strict=True) if why is not None}
        self._accounts.update(await store.posters(self._db, actor, [username for _, username in missing]))
        return number

    async def _known(self, actor: Actor, sightings: Sequence[Sighting]) -> tuple[Collection[store.Key], int]:
        """The posts that are there, after others have been tracked if that is wanted; and how many it added."""
        posts = {(one.platform, one.seen.external_id): one for one in sightings if isinstance(one.seen, PostSnapshot)}
        known = await store.post_ids(self._db, actor, [external_id for _, external_id in posts]) if posts else {}
        missing = [key for key in posts if key not in known] if self._track is Track.VIDEOS else []
        number = 0
        for start in range(0, len(missing), _TOGETHER):
            videos = [
                entry.Video(platform=Platform(key[0]), external_id=key[1], account_username=posts[key].username)
                for key in missing[start : start + _TOGETHER]
            ]
            number += (await self._turns.take(partial(add_videos, actor=actor, videos=videos))).number
        return {*known, *missing}, number

    async def _record(self, actor: Actor, seen: Seen, ids: dict[store.Key, Ids]) -> Recorded:
        total = Recorded()
        for piece in seen.pieces(lambda: self._turns.size):
            work = partial(record, organization_id=str(actor.organization_id), observations=piece.observations, ids=ids)
            total = total.plus(await self._turns.take(work, piece.width))
        return total

    def _why(self, sighting: Sighting) -> str:
        """Why a sighting is of nothing that is tracked, and what would help."""
        platform, username, shown = sighting
        if (platform, username or "") in self._refused:
            return self._refused[platform, username or ""]
        account = f"the account '{username}' on {platform}"
        if not isinstance(shown, PostSnapshot):
            return f"{account} is not tracked; --track accounts would track it"
        post = f"the post {shown.external_id} on {platform}"
        if username is None:
            return f"{post} is not tracked, and was not seen in a feed; --track videos would track it"
        return f"neither {post} nor {account} is tracked; --track videos or accounts would track it"


def _sighting(said: Entry, ids: dict[store.Key, Ids]) -> Sighting:
    """A sighting; that a post was discovered says that it was seen in a feed, and nothing else about it."""
    if isinstance(said, entry.AccountVideo):
        ids[said.platform, said.external_id] = Ids(said.post_id, said.id)
        return Sighting(said.platform, said.account_username, PostSnapshot(said.added_at, said.external_id))
    assert isinstance(said, Sighting)  # noqa: S101 - nothing else is given
    return said
