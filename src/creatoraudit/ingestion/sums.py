"""An account's closings: its own series of followers, and the sums over the series of its posts."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from operator import add, sub
from typing import NamedTuple

from creatoraudit.ingestion.folding import POST_COUNTERS, PROFILE_COUNTERS, Closing, Counters, Seen, Stale, fold

_WIDTH = len(POST_COUNTERS)
_ZEROS = [0] * 2 * _WIDTH


class AccountDay(NamedTuple):
    """An account's closing: its profile's part, and the sums over its posts; `second` is None without a profile."""

    day: dt.date
    second: int | None
    observed_days: int
    followers: int | None
    gained_followers: int
    stale: Stale | None
    totals: Counters
    gained: tuple[int, ...]


class Sums:
    """What changes about the sums over an account's posts, day by day; nothing else about its posts need be known."""

    def __init__(self) -> None:
        self.days: dict[dt.date, list[int]] = {}
        """By how much totals, and then cumulative gains, step on a day."""
        self._known_since: list[dt.date] = [dt.date.max] * _WIDTH

    def add(self, anchor: Closing | None, closings: Sequence[Closing]) -> None:
        """Adds a post's closings after `anchor`."""
        last = _numbers(anchor)
        for one in closings:
            now = _numbers(one)
            self._step(one.day, list(map(sub, now, last)))
            last = now
        for index, total in enumerate(closings[-1].totals if closings else ()):
            if total is not None and (anchor is None or anchor.totals[index] is None):
                known = next(one.day for one in closings if one.totals[index] is not None)
                self._known_since[index] = min(self._known_since[index], known)

    def take(self, anchor: Closing | None, closings: Sequence[Closing]) -> None:
        """Takes a post's closings after `anchor` away."""
        last = _numbers(anchor)
        for one in closings:
            now = _numbers(one)
            self._step(one.day, list(map(sub, last, now)))
            last = now

    def _step(self, day: dt.date, step: list[int]) -> None:
        before = self.days.get(day)
        self.days[day] = step if before is None else list(map(add, before, step))

    def totals(self, day: dt.date, stored: Counters, numbers: Sequence[int]) -> Counters:
        """The day's totals: None for what neither the stored totals nor any post knows."""
        return tuple(
            None if before is None and day < since else number
            for before, since, number in zip(stored, self._known_since, numbers, strict=False)
        )


def fold_account_days(
    anchor: AccountDay | None, rows: Iterable[AccountDay], seen: Mapping[dt.date, Seen], sums: Sums
) -> list[AccountDay]:
    """An account's closings after `anchor`, made of the old `rows`, profiles `seen` and its posts' changed `sums`."""
    old = {row.day: row for row in rows}
    profile = None if anchor is None else _profile(anchor)
    shown = [_profile(row) for row in old.values() if row.second is not None]
    profiles = {one.day: one for one in fold(PROFILE_COUNTERS, profile, shown, seen, fresh=False)}
    stored = (None,) * _WIDTH if anchor is None else anchor.totals
    base, step = _numbers(anchor), _ZEROS
    totals, gained = stored, tuple(base[_WIDTH:])
    folded = []
    for day in sorted(old.keys() | profiles.keys() | sums.days.keys()):
        row, change, now = old.get(day), sums.days.get(day), profiles.get(day)
        if row is not None:
            base, stored = _numbers(row), row.totals
        if change is not None:
            step = list(map(add, step, change))
        if row is not None or change is not None:
            numbers = list(map(add, base, step))
            totals, gained = sums.totals(day, stored, numbers), tuple(numbers[_WIDTH:])
        profile = now or profile
        observed, followers, gain = (0, None, 0) if profile is None else _followed(profile)
        second, stale = (None, None) if now is None else (now.second, now.stale)
        folded.append(AccountDay(day, second, observed, followers, gain, stale, totals, gained))
    return folded


def _numbers(row: Closing | AccountDay | None) -> list[int]:
    return _ZEROS if row is None else [*(total or 0 for total in row.totals), *row.gained]


def _profile(row: AccountDay) -> Closing:
    stale = row.stale
    return Closing(row.day, row.second or 0, row.observed_days, stale, (row.followers,), (row.gained_followers,))


def _followed(profile: Closing) -> tuple[int, int | None, int]:
    return profile.observed_days, profile.totals[0], profile.gained[0]
