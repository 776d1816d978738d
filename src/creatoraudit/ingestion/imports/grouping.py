"""Sightings, as many as are at hand, brought together by what was seen: a series is folded once, not once per line."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from creatoraudit.ingestion.snapshots import (
    AccountObservation,
    Observation,
    PostObservation,
    PostSnapshot,
    ProfileSnapshot,
)
from creatoraudit.ingestion.store import Key


class Feed(NamedTuple):
    """What was seen of an account: its profile, and posts of its feed by their external ids."""

    profiles: list[ProfileSnapshot]
    posts: dict[str, list[PostSnapshot]]


class Piece(NamedTuple):
    """As much as is recorded at once, and about how many snapshots of a long series are as much work."""

    observations: list[Observation]
    width: int


_ACCOUNT, _SERIES = 50, 8
"""What an account, and what a post are by themselves, in snapshots."""


class Seen:
    """What was seen of accounts, and of posts by themselves."""

    def __init__(self) -> None:
        self.profiles = 0
        self.posts = 0
        self._feeds: dict[str, Feed] = {}
        self._alone: dict[Key, list[PostSnapshot]] = {}

    def in_feed(self, account_id: str, seen: ProfileSnapshot | PostSnapshot) -> None:
        """Adds a profile, or a post in its feed."""
        feed = self._feeds.get(account_id)
        if feed is None:
            feed = self._feeds[account_id] = Feed([], {})
        if isinstance(seen, PostSnapshot):
            self.posts += 1
            series = feed.posts.get(seen.external_id)
            if series is None:
                feed.posts[seen.external_id] = [seen]
            else:
                series.append(seen)
        else:
            self.profiles += 1
            feed.profiles.append(seen)

    def by_itself(self, platform: str, post: PostSnapshot) -> None:
        """Adds a post that was looked up by itself."""
        self.posts += 1
        self._alone.setdefault((platform, post.external_id), []).append(post)

    def pieces(self, size: Callable[[], int]) -> Iterator[Piece]:
        """What was seen, in pieces of about as much work as `size` says just then; a series stays together."""
        observations: list[Observation] = []
        filled = 0
        for one, width in self._observations(size):
            if observations and filled + width > size():
                yield Piece(observations, filled)
                observations, filled = [], 0
            observations.append(one)
            filled += width
        if observations:
            yield Piece(observations, filled)

    def _observations(self, size: Callable[[], int]) -> Iterator[tuple[Observation, int]]:
        for account_id, feed in self._feeds.items():
            profiles, posts = feed.profiles, list[PostSnapshot]()
            width = _ACCOUNT + len(profiles)
            for series in feed.posts.values():
                if posts and width + len(series) > size():
                    yield AccountObservation(account_id, profiles, posts), width
                    profiles, posts, width = [], [], _ACCOUNT
                posts += series
                width += _SERIES + len(series)
            yield AccountObservation(account_id, profiles, posts), width
        for (platform, _), series in self._alone.items():
            yield PostObservation(platform, series), _SERIES + len(series)
