"""A source in front of another that goes wrong in every way a source can, the same way for the same seed."""

import asyncio
import datetime as dt
import math
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from creatoraudit import clock
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources.source import (
    Failed,
    Gone,
    Observed,
    PostReference,
    Private,
    ProfileReference,
    Result,
    Source,
    Throttled,
    Unchanged,
    Wanted,
)


class Broken(Exception):
    """A source's own bug."""


def _profile(seen: Observed, **fields: Any) -> Observed:
    """The same with other values in its profile, or in its first post where it has none."""
    if seen.profile is None:
        return _post(seen, **{"view_count" if name == "follower_count" else name: fields[name] for name in fields})
    return seen._replace(profile=seen.profile._replace(**fields))


def _post(seen: Observed, **fields: Any) -> Observed:
    return seen._replace(posts=[seen.posts[0]._replace(**fields), *seen.posts[1:]])


GARBAGE: dict[str, Callable[[Observed], Any]] = {
    "a negative count": lambda seen: _profile(seen, follower_count=-1),
    "a count of more than 64 bits": lambda seen: _post(seen, view_count=2**63),
    "not a number": lambda seen: _post(seen, like_count=math.nan),
    "half a like": lambda seen: _post(seen, like_count=0.5),
    "a count in words": lambda seen: _profile(seen, follower_count="1.2M"),
    "true for a count": lambda seen: _post(seen, comment_count=True),
    "an endless video": lambda seen: _post(seen, duration=math.inf),
    "seen tomorrow": lambda seen: _profile(seen, at=clock.now() + dt.timedelta(days=1)),
    "published next week": lambda seen: _post(seen, create_time=clock.now() + dt.timedelta(days=7)),
    "a time without a zone": lambda seen: _post(seen, at=dt.datetime(2026, 6, 14)),  # noqa: DTZ001
    "an id of letters": lambda seen: _post(seen, external_id="abc"),
    "text that no database takes": lambda seen: _post(seen, description="\0"),
    "half a character": lambda seen: _post(seen, description="\ud83d"),
    "an unheard-of medium": lambda seen: _post(seen, media_type="hologram"),
    "no JSON": lambda seen: _post(seen, platform_data={"numbers": {1, 2}}),
    "no profile": lambda seen: Observed(None, seen.posts if seen.profile else []),
    "a profile of JSON": lambda _: Observed(cast("ProfileSnapshot", {"follower_count": 5}), []),
    "posts of JSON": lambda seen: seen._replace(posts=cast("list[PostSnapshot]", [{"external_id": "1"}])),
    "no posts at all": lambda seen: seen._replace(posts=cast("list[PostSnapshot]", None)),
    "nothing": lambda _: None,
    "a string": lambda _: "OK",
    "throttled until a time without a zone": lambda _: Throttled(dt.datetime(2030, 1, 1), "slow down"),  # noqa: DTZ001
}
"""Results that cannot be, each made of one that can."""

EMPTY = Observed(ProfileSnapshot(clock.now()), [])
REFUSALS: dict[str, Callable[[], Result]] = {
    "throttled": lambda: Throttled(None, "slow down"),
    "throttled for a second": lambda: Throttled(clock.now() + dt.timedelta(seconds=1), "slow down"),
    "unchanged": Unchanged,
    "gone": lambda: Gone("no such profile"),
    "private": lambda: Private("friends only"),
    "failed": lambda: Failed("the page did not load"),
}
KINDS = (*REFUSALS, "empty", "slow", "raises", "garbage")


class Faulty:
    """Passes on what a source says, but for a share of the looks; each kind of fault is as likely as the others."""

    def __init__(
        self,
        source: Source,
        *,
        seed: int,
        share: float = 0.4,
        slow_seconds: float = 0.2,
        kinds: Sequence[str] = KINDS,
    ) -> None:
        self._source = source
        self._seed = seed
        self._share = share
        self._slow_seconds = slow_seconds
        self._kinds = kinds
        self._looks: Counter[str] = Counter()

    async def fetch_profile(self, profile: ProfileReference, wanted: Wanted) -> Result:
        """The profile, or a fault."""
        return await self._fetch(profile.username, lambda: self._source.fetch_profile(profile, wanted))

    async def fetch_post(self, post: PostReference) -> Result:
        """The post, or a fault."""
        return await self._fetch(post.external_id, lambda: self._source.fetch_post(post))

    async def close(self) -> None:
        """Lets the source close."""
        await self._source.close()

    async def _fetch(self, name: str, ask: Callable[[], Awaitable[Result]]) -> Result:
        chance = random.Random(f"{self._seed}/{name}/{self._looks[name]}")
        self._looks[name] += 1
        if chance.random() >= self._share:
            return await ask()
        kind = chance.choice(self._kinds)
        if kind in REFUSALS:
            return REFUSALS[kind]()
        if kind == "empty":
            return EMPTY._replace(profile=ProfileSnapshot(clock.now()))
        if kind == "raises":
            raise Broken(name)
        if kind == "slow":
            await asyncio.sleep(self._slow_seconds)
            return await ask()
        seen = await ask()
        return GARBAGE[chance.choice([*GARBAGE])](seen) if isinstance(seen, Observed) and seen.posts else seen
