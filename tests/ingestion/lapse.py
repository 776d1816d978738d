"""A made-up platform in which days pass in seconds; who looks at it is written down, and much goes wrong.

Worker processes find it as an installed source. What it shows follows from the profile's name and the time alone, so
that a test can tell of every number whether it was ever true.
"""

import datetime as dt
import os
import time
from pathlib import Path
from typing import NamedTuple

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources import curves
from creatoraudit.ingestion.sources.curves import World
from creatoraudit.ingestion.sources.source import (
    Failed,
    Observed,
    PostReference,
    ProfileReference,
    Result,
    Source,
    Wanted,
)
from creatoraudit.settings import Settings
from ingestion.faults import KINDS, Faulty

JOURNAL, BEGAN = "LAPSE_JOURNAL", "LAPSE_BEGAN"
"""Variables that name the file of looks, and the time at which time began to pass faster."""
AGO = dt.timedelta(days=90)
FASTER = 20_000
"""Five and a half hours a second."""
WORLD = World(seed=11, pace=6, feed=3)
_KINDS = [kind for kind in KINDS if not kind.startswith("throttled")] * 2 + ["throttled for a second"]


class Line(NamedTuple):
    """What one process did at a time: it began or ended a look at a profile."""

    at: float
    pid: int
    what: str
    username: str


def shown(username: str, at: dt.datetime) -> tuple[ProfileSnapshot, list[PostSnapshot]]:
    """The profile and its feed as they are at a time."""
    profile = curves.profile(WORLD, Platform.TIKTOK, username)
    posts = [curves.post_at(one, at) for one in reversed(curves.publications(profile, at, WORLD.feed))]
    return curves.profile_at(profile, at), posts


def journal(path: Path) -> list[Line]:
    """All looks, in the order in which they were written down."""
    lines = (line.split() for line in path.read_text().splitlines())
    return [Line(float(at), int(pid), what, username) for at, pid, what, username in lines]


class Lapse:
    """The platform itself."""

    def __init__(self) -> None:
        self._began = float(os.environ[BEGAN])

    async def fetch_profile(self, profile: ProfileReference, wanted: Wanted) -> Result:  # noqa: ARG002 - as sources are
        """The profile with its feed as they are by now."""
        passed = dt.timedelta(seconds=int((time.time() - self._began) * FASTER))
        return Observed(*shown(profile.username, dt.datetime.fromtimestamp(int(self._began), dt.UTC) - AGO + passed))

    async def fetch_post(self, post: PostReference) -> Result:
        """Feeds are all there is to see here."""
        return Failed(f"there are feeds here, and no page of {post.external_id} alone")

    async def close(self) -> None:
        """There is nothing to close."""


class Written:
    """Writes down when looks begin and end."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._file = os.open(os.environ[JOURNAL], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def fetch_profile(self, profile: ProfileReference, wanted: Wanted) -> Result:
        """What the source says."""
        self._note("begins", profile.username)
        try:
            return await self._source.fetch_profile(profile, wanted)
        finally:
            self._note("ends", profile.username)

    async def fetch_post(self, post: PostReference) -> Result:
        """What the source says."""
        return await self._source.fetch_post(post)

    async def close(self) -> None:
        """Closes the file as well."""
        os.close(self._file)
        await self._source.close()

    def _note(self, what: str, username: str) -> None:
        os.write(self._file, f"{time.time()} {os.getpid()} {what} {username}\n".encode())


def open_lapse(_: Settings) -> Source:
    """The platform behind its faults; each process goes wrong in its own order."""
    return Written(Faulty(Lapse(), seed=os.getpid(), share=0.3, slow_seconds=3, kinds=_KINDS))
