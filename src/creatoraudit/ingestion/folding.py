"""How observations become closings: pure functions over one series at a time, and no database.

A series is a list of closings, a row for each UTC day with an observation. `fold` merges new observations into it
wherever in time they lie; because a closing knows how old each of its values is, the outcome does not depend on the
order in which observations arrive, and one that arrives twice changes nothing.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import count, repeat
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

Counters = tuple[int | None, ...]
Stale = Mapping[str, int | None]

POST_COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves")
PROFILE_COUNTERS = ("followers",)


class Seen(NamedTuple):
    """What one UTC day showed of some counters, None where it showed nothing.

    `seconds` are those at which each was last shown; None if all of them were at `second`, the day's last observation.
    """

    second: int
    values: Counters
    seconds: Counters | None = None


_seen = partial(tuple.__new__, Seen)


class Closing(tuple[Any, ...]):
    """A day's end, as it is stored: day, second, observed days and what is stale, then the totals, then the gains.

    Totals are what is known so far, gains and observed days count since tracking began; what is stale is older than
    `second`.
    """

    __slots__ = ()
    day: dt.date = property(itemgetter(0))  # type: ignore[assignment]
    second: int = property(itemgetter(1))  # type: ignore[assignment]
    observed_days: int = property(itemgetter(2))  # type: ignore[assignment]
    stale: Stale | None = property(itemgetter(3))  # type: ignore[assignment]

    @property
    def totals(self) -> Counters:
        """What each counter was last known to be."""
        return self[4 : len(self) // 2 + 2]

    @property
    def gained(self) -> tuple[int, ...]:
        """What each counter has gained."""
        return self[len(self) // 2 + 2 :]


_closing = partial(tuple.__new__, Closing)
ClosingT = TypeVar("ClosingT", bound=tuple[Any, ...])


class Changed(NamedTuple, Generic[ClosingT]):
    """Closings of days that had none, and others in the place of those that were stored."""

    added: list[ClosingT]
    replaced: list[ClosingT]


class Refolded(NamedTuple, Generic[ClosingT]):
    """A series from its first change on: the last closing before, the closings that were stored and those that are."""

    anchor: ClosingT | None
    before: list[ClosingT]
    after: list[ClosingT]

    @property
    def changed(self) -> Changed[ClosingT]:
        """The closings to be written."""
        if not self.before:
            return Changed(self.after, [])
        stored = {one[0]: one for one in self.before}
        return Changed(
            [one for one in self.after if one[0] not in stored],
            [one for one in self.after if stored.get(one[0], one) != one],
        )


def split(found: list[ClosingT], since: dt.date | None) -> tuple[ClosingT | None, list[ClosingT]]:
    """Stored closings as the one before a day, if there is one, and those from it on."""
    anchored = bool(found) and since is not None and found[0][0] < since
    return (found[0], found[1:]) if anchored else (None, found)


@lru_cache(maxsize=1 << 14)  # what is seen at once is seen at the same time
def instant(at: dt.datetime) -> tuple[dt.date, int]:
    """The UTC day of an aware time, and the second of that day."""
    if at.tzinfo is not dt.UTC:
        at = at.astimezone(dt.UTC)
    return at.date(), at.hour * 3600 + at.minute * 60 + at.second


def see(seen: dict[dt.date, Seen], at: dt.datetime, values: Counters) -> None:
    """Adds an observation to what its day showed; one without any counter is none."""
    if values.count(None) == len(values):
        return
    day, second = instant(at)
    one = Seen(second, values)
    before = seen.get(day)
    seen[day] = one if before is None else merged(before, one)


def by_day(times: Sequence[dt.datetime], shown: Sequence[Counters]) -> dict[dt.date, Seen]:
    """What observations showed, day by day; at once where each has a day of its own, as most of a history have."""
    nothing = (None,) * len(shown[0]) if shown else ()
    if nothing in shown:
        times = [at for at, values in zip(times, shown, strict=True) if values != nothing]
        shown = [values for values in shown if values != nothing]
    if not shown:
        return {}
    days, seconds = zip(*map(instant, times), strict=True)
    seen = dict(zip(days, map(_seen, zip(seconds, shown, repeat(None))), strict=False))
    if len(seen) < len(days):
        seen.clear()
        for at, values in zip(times, shown, strict=True):
            see(seen, at, values)
    return seen


def merged(one: Seen, other: Seen) -> Seen:
    """Both observations of a day: the later value of each counter, of two at the same second the greater."""
    if one == other:
        return one
    second = max(one.second, other.second)
    shown = [
        max(a, b, key=lambda pair: (pair[0] is not None, pair)) for a, b in zip(_pairs(one), _pairs(other), strict=True)
    ]
    seconds = tuple(at for at, _ in shown)
    alike = all(at is None or at == second for at in seconds)
    return Seen(second, tuple(value for _, value in shown), None if alike else seconds)


def _pairs(seen: Seen) -> list[tuple[int, int] | tuple[None, None]]:
    seconds = seen.seconds or (seen.second,) * len(seen.values)
    return [
        (at, value) if value is not None and at is not None else (None, None)
        for at, value in zip(seconds, seen.values, strict=True)
    ]


def shown_by(closing: Closing, names: Sequence[str]) -> Seen:
    """What the closing's own day showed, without what is carried over from earlier days."""
    stale = closing.stale
    if not stale:
        return Seen(closing.second, closing.totals)
    seconds = tuple(stale.get(name, closing.second) for name in names)
    values = tuple(None if at is None else value for at, value in zip(seconds, closing.totals, strict=True))
    return Seen(closing.second, values, seconds)


def fold(
    names: Sequence[str], anchor: Closing | None, rows: Sequence[Closing], seen: Mapping[dt.date, Seen], *, fresh: bool
) -> list[Closing]:
    """The closings after `anchor`, the last one that nothing changes, made of the old `rows` and of what was `seen`.

    A counter's first value counts as a gain, wholly, if the series is `fresh`, and else only as the baseline.
    """
    days = _merged(names, rows, seen) if rows else seen
    if not days:
        return []
    in_order = sorted(days)
    shown = [days[day] for day in in_order]
    start = anchor or Closing((dt.date.min, 0, 0, None, *[None] * len(names), *[0] * len(names)))
    columns = list(zip(*map(itemgetter(1), shown), strict=True))
    totals = [_carried(column, total) for column, total in zip(columns, start.totals, strict=True)]
    gained = [
        _gained(column, total, gain, fresh=fresh)
        for column, total, gain in zip(totals, start.totals, start.gained, strict=True)
    ]
    stale: Iterable[Stale | None] = repeat(None)
    if totals != columns or any(map(itemgetter(2), shown)):
        stale = [_stale(names, one, total) for one, total in zip(shown, zip(*totals, strict=True), strict=True)]
    return list(
        map(_closing, zip(in_order, map(itemgetter(0), shown), count(start.observed_days + 1), stale, *totals, *gained))
    )


def _merged(names: Sequence[str], rows: Iterable[Closing], seen: Mapping[dt.date, Seen]) -> dict[dt.date, Seen]:
    """What each day showed, of the old rows and what was seen now."""
    days = {row.day: shown_by(row, names) for row in rows}
    for day, one in seen.items():
        before = days.get(day)
        days[day] = one if before is None else merged(before, one)
    return days


def _carried(shown: tuple[int | None, ...], total: int | None) -> tuple[int | None, ...]:
    """One counter's totals, carried over where nothing was shown."""
    if None not in shown:
        return shown
    last = total
    return tuple([last := last if value is None else value for value in shown])


def _gained(totals: tuple[int | None, ...], total: int | None, gain: int, *, fresh: bool) -> Sequence[Any]:
    """Its cumulative gains: the totals less a baseline."""
    first = totals[0] if None not in totals else next((value for value in totals if value is not None), None)
    baseline = total - gain if total is not None else 0 if fresh else first or 0
    if None in totals:
        return [0 if value is None else value - baseline for value in totals]
    return [value - baseline for value in totals] if baseline else totals  # type: ignore[operator]  # none is None


def _stale(names: Sequence[str], seen: Seen, totals: Counters) -> Stale | None:
    if seen.values == totals and seen.seconds is None:
        return None
    seconds = seen.seconds or (seen.second,) * len(names)
    stale = {
        name: None if value is None else second
        for name, value, second, total in zip(names, seen.values, seconds, totals, strict=True)
        if total is not None and (value is None or second != seen.second)
    }
    return stale or None
