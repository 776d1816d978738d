"""What observations change about the organization as a whole, on the days that are kept of it."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from operator import sub
from typing import TypeVar

from creatoraudit.domain.analytics.rollup import AMOUNTS, Changes
from creatoraudit.ingestion.accounts import FoldedAccount
from creatoraudit.ingestion.folding import Closing, Counters, instant
from creatoraudit.ingestion.posts import FoldedPost, Row
from creatoraudit.ingestion.sums import AccountDay

ClosingT = TypeVar("ClosingT", Closing, AccountDay)
Amounts = list[int]


def changes_of(accounts: Iterable[FoldedAccount], posts: Iterable[FoldedPost]) -> Changes:
    """What the accounts and posts of a batch change together: a post that stands in a feed is part of its account."""
    changes = Changes()
    for account in accounts:
        _move(changes, "entities", account.account.held["tracked_since"], account.row["tracked_since"])
        _recount(changes, *account.series, _of_account)
    for post in posts:
        _move(changes, "account_videos", _day(post.post.held["discovered_at"]), _day(post.row["discovered_at"]))
        if post.row["video_id"] is not None:
            _count_video(changes, post)
    return changes


def _count_video(changes: Changes, folded: FoldedPost) -> None:
    """Counts a post that is tracked by itself: its days in any case, its counters while it stands in no feed."""
    post, feed = folded.post, folded.post.account
    stood_in = None if post.joins else feed
    anchor, before, after = folded.series
    _recount(changes, anchor, [] if stood_in else before, [] if feed else after, _of_post)
    for day in {one.day for one in after}.difference(one.day for one in before):
        changes.count("observed_days", day)
    began = _tracked_since(post.held, None if stood_in is None else stood_in.held["tracked_since"])
    _move(changes, "entities", began, _tracked_since(folded.row, None if feed is None else feed.tracked_since))


def _tracked_since(row: Row, *since: dt.date | None) -> dt.date:
    days = [_day(row["video_added_at"]), _day(row["first_scrape_time"]), *since]
    return min(day for day in days if day is not None)


def _day(at: dt.datetime | None) -> dt.date | None:
    return None if at is None else instant(at)[0]


def _move(changes: Changes, name: str, before: dt.date | None, after: dt.date | None) -> None:
    """Counts on one day what was counted on another, or on none."""
    if before != after:
        if before is not None:
            changes.count(name, before, -1)
        if after is not None:
            changes.count(name, after)


def _recount(
    changes: Changes,
    anchor: ClosingT | None,
    before: Sequence[ClosingT],
    after: Sequence[ClosingT],
    amounts: Callable[[ClosingT | None], Amounts],
) -> None:
    """Counts by how much each closing `after` differs from the one before it, in the place of those `before`."""
    if before == after:
        return
    start = amounts(anchor)
    last = start
    for one in before:
        now = amounts(one)
        changes.step(one.day, map(sub, last, now))
        last = now
    last = start
    for one in after:
        now = amounts(one)
        changes.step(one.day, map(sub, now, last))
        last = now


def _of_post(closing: Closing | None) -> Amounts:
    return list(_NOTHING) if closing is None else [*_counters(closing.totals, closing.gained), *_NO_PROFILE]


def _of_account(closing: AccountDay | None) -> Amounts:
    if closing is None:
        return list(_NOTHING)
    followers = closing.followers
    profile = (followers or 0, closing.gained_followers, followers is not None, closing.observed_days)
    return [*_counters(closing.totals, closing.gained), *profile, *_NO_COUNTS]


def _counters(totals: Counters, gained: Sequence[int]) -> Amounts:
    return [*(total or 0 for total in totals), *gained, *(total is not None for total in totals)]


_NOTHING = (0,) * len(AMOUNTS)
_NO_PROFILE = _NOTHING[AMOUNTS.index("followers") :]
_NO_COUNTS = _NOTHING[AMOUNTS.index("entities") :]
