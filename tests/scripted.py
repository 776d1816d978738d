"""A source that says what a test tells it to."""

import datetime as dt
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

from creatoraudit import clock
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources.source import Observed, PostReference, ProfileReference, Result, Wanted

Says = Callable[[ProfileReference | PostReference], Result | Awaitable[Result]]


def post(number: int = 1, views: int = 10, **fields: Any) -> PostSnapshot:
    """A post as it is now."""
    published = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=number)
    external_id = str(7_400_000_000_000_000_000 + number)
    shown = {"create_time": published, "media_type": "video", "description": f"post {number}", **fields}
    return PostSnapshot(clock.now(), external_id, view_count=views, **shown)


def profile(followers: int = 100, **fields: Any) -> ProfileSnapshot:
    """A profile as it is now."""
    return ProfileSnapshot(clock.now(), name="Acme", follower_count=followers, **fields)


def seen(followers: int = 100, *posts: PostSnapshot) -> Observed:
    """A profile with its feed as they are now."""
    return Observed(profile(followers), posts or [post()])


class Scripted:
    """Says the same of everything until it is told something else; it remembers what it was asked."""

    def __init__(self, says: Result | Says | None = None) -> None:
        self.says = says
        self.asked: list[ProfileReference | PostReference] = []
        self.wanted: list[Wanted] = []
        self.closed = False

    async def fetch_profile(self, profile: ProfileReference, wanted: Wanted) -> Result:
        """What it was told to say."""
        self.wanted.append(wanted)
        only_post = post(zlib.crc32(profile.username.encode()) % 10**6)  # nobody else's
        return await self._say(profile, seen(100, only_post))

    async def fetch_post(self, post_: PostReference) -> Result:
        """What it was told to say."""
        return await self._say(post_, Observed(None, [post(0)._replace(external_id=post_.external_id)]))

    async def close(self) -> None:
        """Remembers it."""
        self.closed = True

    async def _say(self, asked: ProfileReference | PostReference, otherwise: Result) -> Result:
        self.asked.append(asked)
        if not callable(self.says):
            return otherwise if self.says is None else self.says
        said = self.says(asked)
        return await said if isinstance(said, Awaitable) else said
