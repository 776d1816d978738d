"""What a source is: whoever can say how a public profile or post looks right now.

A look ends in one of six ways. Only `Observed` carries numbers; whatever else happened, nothing is written over what is
known.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot


class ProfileReference(NamedTuple):
    """Which profile to look at; `platform_account_id` is the platform's own id, once an observation has told it."""

    platform: Platform
    username: str
    platform_account_id: str | None = None


class PostReference(NamedTuple):
    """Which post to look at, with whatever is known that a source may find it by; the account is the poster's."""

    platform: Platform
    external_id: str
    shortcode: str | None = None
    account_username: str | None = None
    platform_account_id: str | None = None


class Wanted(NamedTuple):
    """How much of a feed is wanted: the newest `posts` at most, none published before `since`; None is no limit."""

    posts: int | None = None
    since: dt.datetime | None = None


class Observed(NamedTuple):
    """What was seen: a profile unless a post was asked for, and posts, newest first."""

    profile: ProfileSnapshot | None
    posts: Sequence[PostSnapshot]


class Unchanged(NamedTuple):
    """The source knows that nothing has changed since it was last asked."""


class Throttled(NamedTuple):
    """The source wants to be left alone until `retry_at`, if it says when."""

    retry_at: dt.datetime | None
    why: str


class Gone(NamedTuple):
    """The platform says that there is no such profile or post (any more)."""

    why: str


class Private(NamedTuple):
    """It is there, and not for everyone to see."""

    why: str


class Failed(NamedTuple):
    """The look failed, for a reason that says nothing about what was looked at."""

    why: str


Result = Observed | Unchanged | Throttled | Gone | Private | Failed


class SourceUnavailable(Exception):
    """A source cannot be opened: one sentence says what is missing, and where to get it or how to set it."""


class Source(Protocol):
    """Looks at profiles and posts; it may be asked for many at once, and may raise: that counts as `Failed`."""

    async def fetch_profile(self, profile: ProfileReference, wanted: Wanted) -> Result:
        """The profile and the newest posts of its feed."""
        ...

    async def fetch_post(self, post: PostReference) -> Result:
        """One post, without a profile."""
        ...

    async def close(self) -> None:
        """Lets go of connections and processes."""
        ...
