"""An account's closings: its own series of followers, and the sums over the series of its posts."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import add, sub
from typing import Any, NamedTuple

from creatoraudit.ingestion.folding import POST_COUNTERS, PROFILE_COUNTERS, Closing, Counters, Seen, Stale, fold

_WIDTH = len(POST_COUNTERS)
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
        self._steps: dict[dt.date, list[int]] = {}
        self._baselines: dict[dt.date, list[int]] = {}
        self._known_since: list[dt.date] = [dt.date.max] * _WIDTH

    @property
    def days(self) -> dict[dt.date, list[int]]:
        """By how much totals, and then cumulative gains, step on each day on which something changes."""
        return {day: [*step, *map(sub, step, self._baselines.get(day, _NOTHING))] for day, step in self._steps.items()}

    def add(self, anchor: Closing | None, closings: Sequence[Closing]) -> None:
        """Adds a post's closings after `anchor`."""
        for index, day in self._change(add, anchor, closings):
            self._known_since[index] = min(self._known_since[index], day)

    def take(self, anchor: Closing | None, closings: Sequence[Closing]) -> None:
        """Takes a post's closings after `anchor` away."""
        self._change(sub, anchor, closings)

    def _change(
        self, change: Callable[[int, int], int], anchor: Closing | None, closings: Sequence[Closing]
    ) -> list[tuple[int, dt.date]]:
        """A gain steps like its total, except where that begins to be known; returns on which days which do."""
        if not closings:
            return []
        days, *columns = zip(*closings, strict=True)
        totals, gains = columns[3 : 3 + _WIDTH], columns[3 + _WIDTH :]
        stored = (None,) * _WIDTH if anchor is None else anchor.totals
        steps = zip(*map(_steps, totals, stored), strict=True)
        for day, step in zip(days, steps, strict=True):
            self._steps[day] = list(map(change, self._steps.get(day, _NOTHING), step))
        began = []
        for index in range(_WIDTH):
            place = next((at for at, total in enumerate(totals[index]) if total is not None), None)
            if stored[index] is None and place is not None:
                began.append((index, days[place]))
                baselines = self._baselines.setdefault(days[place], list(_NOTHING))
                baselines[index] = change(baselines[index], totals[index][place] - gains[index][place])
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


def _steps(totals: tuple[int | None, ...], stored: int | None) -> Iterable[int]:
    """By how much a counter's totals step; unknown is nothing."""
    known: Sequence[Any] = [total or 0 for total in totals] if None in totals else totals
    return map(sub, known, (stored or 0, *known[:-1]))


def _numbers(row: AccountDay | None) -> Sequence[int]:
    return _ZEROS if row is None else [*(total or 0 for total in row.totals), *row.gained]


def _profile(row: AccountDay) -> Closing:
    stale = row.stale
    return Closing((row.day, row.second or 0, row.observed_days, stale, row.followers, row.gained_followers))


def _followed(profile: Closing) -> tuple[int, int | None, int]:
    return profile.observed_days, profile.totals[0], profile.gained[0]
