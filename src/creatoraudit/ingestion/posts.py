"""What observations make of a post: its row, its closings and what they change about the account it belongs to."""

import datetime as dt
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from creatoraudit.domain.ids import new_id
from creatoraudit.domain.text import folded
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.accounts import ObservedAccount
from creatoraudit.ingestion.fields import POST_FIELDS, Held, epoch, newest
from creatoraudit.ingestion.folding import (
    POST_COUNTERS,
    Closing,
    Counters,
    Refolded,
    Seen,
    by_day,
    fold,
    instant,
    split,
)
from creatoraudit.ingestion.snapshots import PostSnapshot

Row = dict[str, Any]

COUNTS = ("view_count", "play_count", "like_count", "comment_count", "share_count", "saved_count")
REFRESHED = (
    *COUNTS,
    "fb_play_count",
    "fb_like_count",
    "total_views",
    "total_plays",
    "first_scrape_time",
    "last_scrape_time",
    "stale",
    "updated_at",
)
"""The columns that a refresh of a known post changes; the others hardly ever do."""
_FIELDS_IN_FEED = tuple(name for name in POST_FIELDS if name != "account_username")
"""The fields of a post whose poster is known."""
CAPTIONED = ("description_folded", "create_time")
"""The columns of a post that its caption in the search repeats."""
POST_VALUES = (
    *REFRESHED,
    *(name for name in POST_FIELDS if name not in REFRESHED),
    "platform",
    "external_id",
    "description_folded",
    "account_id",
    "account_video_id",
)
"""The columns of a post that observations fill."""
_NEW: Row = {
    **dict.fromkeys((*POST_VALUES, "id", "video_id", "video_added_at", "discovered_at")),
    "platform_data": {},
}


class Ids(NamedTuple):
    """The ids that a post and its account video are to have, where they are new and nothing else has them."""

    post_id: int | None
    account_video_id: str | None


NO_IDS = Ids(None, None)


class ObservedPost:
    """A post as it is stored and as it was seen; `account` is the one whose feed it stands in."""

    def __init__(self, platform: str, external_id: str, held: Row | None, account: ObservedAccount | None) -> None:
        self.platform = platform
        self.external_id = external_id
        self.is_new = held is None
        self.held: Row = _NEW if held is None else held
        self.snapshots: list[PostSnapshot] = []
        self.times: list[dt.datetime] = []
        self.account = account
        self.discovered_at: dt.datetime | None = self.held["discovered_at"]
        self.video_added_at: dt.datetime | None = self.held["video_added_at"]
        self.poster: str | None = None
        self.ids = NO_IDS

    @property
    def is_known(self) -> bool:
        """Whether it was observed before, and so has closings."""
        return self.held["first_scrape_time"] is not None

    @property
    def joins(self) -> bool:
        """Whether the post is discovered in its account's feed just now."""
        return self.account is not None and self.held["account_video_id"] is None

    @property
    def is_predated(self) -> bool:
        """Whether it turns out to have been discovered earlier than was known."""
        return self.held["discovered_at"] not in {None, self.discovered_at}

    def see(self, snapshots: Sequence[PostSnapshot], feed: ObservedAccount | None) -> None:
        """Adds what was seen of the post; it belongs to the first account that it was discovered with."""
        times = [one.at for one in snapshots]
        self.snapshots.extend(snapshots)
        self.times.extend(times)
        if feed is None:
            return
        if self.account is None:
            self.account = feed
        if self.account is feed:
            first = min(times)
            self.discovered_at = first if self.discovered_at is None else min(first, self.discovered_at)

    def unlinked_username(self) -> str | None:
        """The poster's username, while no tracked account is known to be the poster."""
        if self.account is not None or self.held["account_id"] is not None:
            return None
        names = (one.account_username for one in self.snapshots if one.account_username is not None)
        return next(names, self.held["account_username"])


class PostSpan(NamedTuple):
    """Which of a post's closings change: all from `since` on, its first values counted as gains if it is `fresh`."""

    since: dt.date | None
    seen: dict[dt.date, Seen]
    fresh: bool
    content: Held


class FoldedPost(NamedTuple):
    """What is to be written of a post."""

    post: ObservedPost
    row: Row
    changed: frozenset[str]
    """Which columns of a post that was there are not as they are stored any more."""
    series: Refolded[Closing]


def span_of_post(post: ObservedPost) -> PostSpan:
    """What the observations of a post are going to change."""
    counters = _tiktok_counters if post.platform == Platform.TIKTOK else _instagram_counters
    seen = by_day(post.times, list(map(counters, post.snapshots)))
    content = _content(post)
    since, account, observed = min(seen, default=None), post.account, post.held["first_scrape_time"]
    times = [post.video_added_at, observed, min(post.times, default=None)]
    fresh = _fresh(content.values["create_time"], times, None if account is None else account.tracked_since)
    if post.is_known:
        was_since = account.held["tracked_since"] if account and not post.joins else None
        was_fresh = _fresh(post.held["create_time"], [post.held["video_added_at"], observed], was_since)
        if post.joins or fresh != was_fresh:
            since = dt.date.min
    return PostSpan(since, seen, fresh, content)


def fold_post(post: ObservedPost, span: PostSpan, found: list[Closing]) -> FoldedPost:
    """The post's row and changed closings; adds what they change to the post's account.

    `found` are the stored closings from the span's beginning on, with the one before it.
    """
    anchor, rows = split(found, span.since)
    closings = fold(POST_COUNTERS, anchor, rows, span.seen, fresh=span.fresh)
    row = _row(post, span.content, closings[-1].totals if closings else None)
    changed = () if post.is_new else [name for name in POST_VALUES if row[name] != post.held[name]]
    if post.account is not None:
        if post.joins:
            post.account.sums.add(None, closings)
        elif closings != rows:
            post.account.sums.take(anchor, rows)
            post.account.sums.add(anchor, closings)
        post.account.count(row, post.held, joins=post.joins)
    return FoldedPost(post, row, frozenset(changed), Refolded(anchor, rows, closings))


_instagram_counters: Callable[[PostSnapshot], Counters] = itemgetter(slice(PostSnapshot._fields.index(COUNTS[0]), None))


def _tiktok_counters(shown: PostSnapshot) -> Counters:
    """TikTok's plays are its views, and it has no saves."""
    views, plays, likes, comments, shares, _ = _instagram_counters(shown)
    if views is None:
        views = plays
    return views, views, likes, comments, shares, None


def _content(post: ObservedPost) -> Held:
    values = {name: post.held[name] for name in POST_FIELDS}
    values["platform_data"] = values["platform_data"] or None
    at = post.held["last_scrape_time"]
    content = Held(values, None if at is None else epoch(at), post.held["stale"])
    if post.snapshots:
        names = POST_FIELDS if post.account is None else _FIELDS_IN_FEED
        content = newest(names, content, post.snapshots, epoch(max(post.times)))
    return content if post.account is None else content.known("account_username", post.account.held["username"])


def _fresh(published: dt.datetime | None, times: list[dt.datetime | None], since: dt.date | None) -> bool:
    """Whether it was published on or after the day its tracking began: the first of `times`, or the account's."""
    if published is None:
        return False
    began = min(at for at in times if at is not None)
    day = instant(began)[0]
    return instant(published)[0] >= (day if since is None else min(day, since))


def _row(post: ObservedPost, content: Held, totals: Counters | None) -> Row:
    held = post.held
    row = {**held, **content.values, "platform": post.platform, "external_id": post.external_id}
    row["stale"] = content.stale
    row["discovered_at"] = post.discovered_at
    row["id"] = held["id"] or post.ids.post_id
    row["platform_data"] = row["platform_data"] or {}
    if post.platform == Platform.TIKTOK:
        row.update(fb_play_count=None, fb_like_count=None)
    if row["description"] != held["description"]:
        row["description_folded"] = None if row["description"] is None else folded(row["description"])
    if post.account is not None:
        row["account_id"] = post.account.held["id"]
        row["account_video_id"] = row["account_video_id"] or post.ids.account_video_id or new_id()
    elif row["account_id"] is None:
        row["account_id"] = post.poster
    times = [*post.times, held["first_scrape_time"], held["last_scrape_time"]] if post.is_known else post.times
    row["first_scrape_time"], row["last_scrape_time"] = min(times, default=None), max(times, default=None)
    row["updated_at"] = row["last_scrape_time"] or held["updated_at"]
    if totals is not None:
        row.update(zip(COUNTS, totals, strict=True))
    row["total_views"] = _with_facebook(row["view_count"], row["fb_play_count"])
    row["total_plays"] = _with_facebook(row["play_count"], row["fb_play_count"])
    return row


def _with_facebook(count: int | None, cross_posted: int | None) -> int | None:
    return None if count is None else count + (cross_posted or 0)
