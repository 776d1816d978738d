"""An account's closings: its own series of followers, and the sums over the series of its posts."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from operator import add, sub
from typing import Any, NamedTuple

from creatoraudit.ingestion.folding import POST_COUNTERS, PROFILE_COUNTERS, Closing, Counters, Seen, Stale, fold

_WIDTH = len(POST_COUNTERS)
_UNKNOWN = (None,) * _WIDTH
_NOTHING = (0,) * _WIDTH
_ZEROS = (0,) * 2 * _WIDTH


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
        self._steps: dict[dt.date, list[Sequence[int]]] = {}
        self._baselines: dict[dt.date, list[int]] = {}
        self._known_since: list[dt.date] = [dt.date.max] * _WIDTH

    @property
    def since(self) -> dt.date | None:
        """The first day on which something changes."""
        return min(self._steps, default=None)

    @property
    def days(self) -> dict[dt.date, list[int]]:
        """By how much totals, and then cumulative gains, step on each day on which something changes."""
        days = {}
        for day, steps in self._steps.items():
            step = list(map(sum, zip(*steps, strict=True)))
            days[day] = [*step, *map(sub, step, self._baselines.get(day, _NOTHING))]
        return days

    def add(self, anchor: Closing | None, closings: Sequence[Closing]) -> None:
        """Adds a post's closings after `anchor`."""
        for index, day, baseline in self._step(anchor, closings):
            self._known_since[index] = min(self._known_since[index], day)
            self._baselines.setdefault(day, list(_NOTHING))[index] += baseline

    def take(self, anchor: Closing | None, closings: Sequence[Closing]) -> None:
        """Takes a post's closings after `anchor` away."""
        for index, day, baseline in self._step(anchor, closings, back=True):
            self._baselines.setdefault(day, list(_NOTHING))[index] -= baseline

    def _step(
        self, anchor: Closing | None, closings: Sequence[Closing], *, back: bool = False
    ) -> list[tuple[int, dt.date, int]]:
        """Counts by how much totals differ from those before; a gain steps alike, except where these begin to be known.

        Returns which do, on which days, and how much of each is no gain.
        """
        if not closings:
            return []
        days, _, _, _, *columns = zip(*closings, strict=True)
        totals, gains = columns[:_WIDTH], columns[_WIDTH:]
        stored = _UNKNOWN if anchor is None else anchor.totals
        steps = [_steps(column, before, back) for column, before in zip(totals, stored, strict=True)]
        for day, step in zip(days, zip(*steps, strict=True), strict=True):
            if day in self._steps:
                self._steps[day].append(step)
            else:
                self._steps[day] = [step]
        began = []
        for index, before in enumerate(stored):
            column = totals[index]
            if before is None and column[-1] is not None:
                place = next(place for place, total in enumerate(column) if total is not None)
                began.append((index, days[place], column[place] - gains[index][place]))
        return began

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
    old, changes = {row.day: row for row in rows}, sums.days
    profile = None if anchor is None else _profile(anchor)
    shown = [_profile(row) for row in old.values() if row.second is not None]
    profiles = {one.day: one for one in fold(PROFILE_COUNTERS, profile, shown, seen, fresh=False)}
    stored = (None,) * _WIDTH if anchor is None else anchor.totals
    base: Sequence[int] = _numbers(anchor)
    step: Sequence[int] = _ZEROS
    totals, gained = stored, tuple(base[_WIDTH:])
    folded = []
    for day in sorted(old.keys() | profiles.keys() | changes.keys()):
        row, change, now = old.get(day), changes.get(day), profiles.get(day)
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


def _steps(column: Sequence[int | None], stored: int | None, back: bool) -> Iterable[int]:
    """By how much a counter steps, or steps back; unknown is nothing."""
    known: Sequence[Any] = [value or 0 for value in column] if None in column else column
    before = (stored or 0, *known[:-1])
    return map(sub, before, known) if back else map(sub, known, before)


def _numbers(row: AccountDay | None) -> Sequence[int]:
    return _ZEROS if row is None else [*(total or 0 for total in row.totals), *row.gained]


def _profile(row: AccountDay) -> Closing:
    stale = row.stale
    return Closing((row.day, row.second or 0, row.observed_days, stale, row.followers, row.gained_followers))


def _followed(profile: Closing) -> tuple[int, int | None, int]:
    return profile.observed_days, profile.totals[0], profile.gained[0]
