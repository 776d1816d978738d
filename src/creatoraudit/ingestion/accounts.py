"""What observations make of a tracked account: its row and its closings, the sums over its posts included."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.fields import PROFILE_FIELDS, Held, epoch, newest
from creatoraudit.ingestion.folding import Refolded, Seen, by_day, instant, split
from creatoraudit.ingestion.snapshots import AccountObservation, ProfileSnapshot
from creatoraudit.ingestion.sums import AccountDay, Sums, fold_account_days

Row = dict[str, Any]

_FACEBOOK = ("fb_play_count", "fb_like_count")
ACCOUNT_VALUES = (
    *PROFILE_FIELDS,
    *_FACEBOOK,
    "follower_count",
    "total_post_count",
    "view_count",
    "play_count",
    "like_count",
    "comment_count",
    "share_count",
    "saved_count",
    "ig_play_count",
    "tracked_since",
    "first_scrape_time",
    "last_scrape_time",
    "stale",
)
"""The columns of an account that observations fill."""


class ObservedAccount:
    """An account as it is stored, as it was seen, and what its posts change about it."""

    def __init__(self, held: Row) -> None:
        self.held = held
        self.tracked_since: dt.date = held["tracked_since"]
        self.profiles: list[ProfileSnapshot] = []
        self.times: list[dt.datetime] = []
        self.sums = Sums()
        self.discovered = 0
        self.facebook: dict[str, int] = {}

    @property
    def is_known(self) -> bool:
        """Whether it was observed before, and so has closings and may have posts."""
        return self.held["first_scrape_time"] is not None

    def see(self, observation: AccountObservation) -> None:
        """Adds what was seen of the account."""
        self.profiles.extend(observation.profiles)
        times = [one.at for one in observation.profiles] + [one.at for one in observation.posts]
        if times:
            self.times.extend((min(times), max(times)))
            self.tracked_since = min(self.tracked_since, instant(min(times))[0])

    def count(self, post: Row, before: Row | None, *, joins: bool) -> None:
        """Adds what a post of the feed changes apart from closings; `before` is how it was stored."""
        self.discovered += joins
        for name in _FACEBOOK:
            if post[name] is not None:
                earlier = 0 if joins or before is None else before[name] or 0
                self.facebook[name] = self.facebook.get(name, 0) + post[name] - earlier


class AccountSpan(NamedTuple):
    """Which of an account's closings change: all from `since` on."""

    since: dt.date | None
    seen: dict[dt.date, Seen]


class FoldedAccount(NamedTuple):
    """What is to be written of an account."""

    account: ObservedAccount
    row: Row
    series: Refolded[AccountDay]


def span_of_account(account: ObservedAccount) -> AccountSpan:
    """What observations, and what they changed about the account's posts, are going to change about it."""
    seen = by_day([one.at for one in account.profiles], [(one.follower_count,) for one in account.profiles])
    days = [day for day in (min(seen, default=None), account.sums.since) if day is not None]
    return AccountSpan(min(days, default=None), seen)


def fold_account(account: ObservedAccount, span: AccountSpan, found: list[AccountDay]) -> FoldedAccount:
    """The account's row and changed closings.

    `found` are the stored closings from the span's beginning on, with the one before it.
    """
    anchor, rows = split(found, span.since)
    closings = fold_account_days(anchor, rows, span.seen, account.sums)
    row = _row(account, closings[-1] if closings else None)
    return FoldedAccount(account, row, Refolded(anchor, rows, closings))


def _row(account: ObservedAccount, last: AccountDay | None) -> Row:
    held = account.held
    row = held | {"tracked_since": account.tracked_since}
    row["total_post_count"] += account.discovered
    if account.times:
        at = None if held["last_scrape_time"] is None else epoch(held["last_scrape_time"])
        stored = Held({name: held[name] for name in PROFILE_FIELDS}, at, held["stale"])
        content = newest(PROFILE_FIELDS, stored, account.profiles, max(map(epoch, account.times)))
        row.update(content.values, stale=content.stale)
        row["first_scrape_time"] = min(_known(held["first_scrape_time"], account.times))
        row["last_scrape_time"] = max(_known(held["last_scrape_time"], account.times))
    if last is not None:
        views, plays, likes, comments, shares, saves = last.totals
        row.update(
            follower_count=last.followers or 0,
            view_count=views or 0,
            play_count=plays or 0,
            like_count=likes or 0,
            comment_count=comments or 0,
            share_count=shares or 0,
        )
        if held["platform"] == Platform.INSTAGRAM:
            row.update(saved_count=saves, ig_play_count=plays)
    for name, more in account.facebook.items():
        row[name] = (row[name] or 0) + more
    return row


def _known(stored: dt.datetime | None, times: Iterable[dt.datetime]) -> list[dt.datetime]:
    return [*times] if stored is None else [*times, stored]
