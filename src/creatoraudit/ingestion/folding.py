"""How observations become closings: pure functions over one series at a time, and no database.

A series is a list of closings, a row for each UTC day with an observation. `fold` merges new observations into it
wherever in time they lie; because a closing knows how old each of its values is, the outcome does not depend on the
order in which observations arrive, and one that arrives twice changes nothing.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

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


class Closing(NamedTuple):
    """A day's end: totals so far, gains and observed days since tracking began, and what is older than `second`."""

    day: dt.date
    second: int
    observed_days: int
    totals: Counters
    gained: tuple[int, ...]
    stale: Stale | None = None


class Change(NamedTuple):
    """By how much a day moves totals and cumulative gains; None where a counter is not known."""

    totals: Counters
    gained: tuple[int, ...]


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
    names: Sequence[str], anchor: Closing | None, rows: Iterable[Closing], seen: Mapping[dt.date, Seen], *, fresh: bool
) -> list[Closing]:
    """The closings after `anchor`, the last one that nothing changes, made of the old `rows` and of what was `seen`.

    A counter's first value counts as a gain, wholly, if the series is `fresh`, and else only as the baseline.
    """
    days = {row.day: shown_by(row, names) for row in rows}
    for day, one in seen.items():
        before = days.get(day)
        days[day] = one if before is None else merged(before, one)
    totals: Counters = (None,) * len(names) if anchor is None else anchor.totals
    gained = (0,) * len(names) if anchor is None else anchor.gained
    observed = 0 if anchor is None else anchor.observed_days
    folded = []
    for day in sorted(days):
        one = days[day]
        observed += 1
        gained = tuple(
            [
                gain if now is None else gain + now - last if last is not None else gain + now if fresh else gain
                for gain, last, now in zip(gained, totals, one.values, strict=True)
            ]
        )
        totals = tuple(
            [last if now is None else now for last, now in zip(totals, one.values, strict=True)],
        )
        folded.append(Closing(day, one.second, observed, totals, gained, _stale(names, one, totals)))
    return folded


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


def changes(anchor: Closing | None, rows: Iterable[Closing]) -> Iterator[tuple[dt.date, Change]]:
    """By how much each closing moves its series."""
    last = anchor
    for row in rows:
        if last is None:
            yield row.day, Change(row.totals, row.gained)
        else:
            totals = tuple(
                [
                    None if now is None else now if then is None else now - then
                    for now, then in zip(row.totals, last.totals, strict=True)
                ]
            )
            yield (
                row.day,
                Change(totals, tuple([now - then for now, then in zip(row.gained, last.gained, strict=True)])),
            )
        last = row


def added(one: Change, other: Change, *, sign: int = 1) -> Change:
    """The sum of two changes, or their difference; what is known of either is known of it."""
    return Change(
        tuple(
            [
                a if b is None else sign * b if a is None else a + sign * b
                for a, b in zip(one.totals, other.totals, strict=True)
            ]
        ),
        tuple([a + sign * b for a, b in zip(one.gained, other.gained, strict=True)]),
    )


def add(sums: dict[dt.date, Change], anchor: Closing | None, rows: Iterable[Closing], *, sign: int = 1) -> None:
    """Adds a series' changes, day by day, to those of the whole that it is a part of, or takes them away."""
    for day, change in changes(anchor, rows):
        before = sums.get(day)
        sums[day] = change if before is None and sign > 0 else added(before or _NOTHING, change, sign=sign)


_NOTHING = Change((None,) * len(POST_COUNTERS), (0,) * len(POST_COUNTERS))


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


def fold_days(
    anchor: AccountDay | None,
    rows: Iterable[AccountDay],
    seen: Mapping[dt.date, Seen],
    sums: Mapping[dt.date, Change],
) -> list[AccountDay]:
    """An account's closings after `anchor`, made of the old `rows`, profiles `seen` and changes of its posts."""
    old = {row.day: row for row in rows}
    profiles = {
        closing.day: closing
        for closing in fold(
            PROFILE_COUNTERS,
            None if anchor is None else _profile(anchor),
            [_profile(row) for row in old.values() if row.second is not None],
            seen,
            fresh=False,
        )
    }
    profile = None if anchor is None else _profile(anchor)
    base = Change(anchor.totals, anchor.gained) if anchor is not None else _NOTHING
    change = _NOTHING
    folded = []
    for day in sorted(old.keys() | profiles.keys() | sums.keys()):
        if day in old:
            base = Change(old[day].totals, old[day].gained)
        if day in sums:
            change = added(change, sums[day])
        shown = profiles.get(day)
        profile = shown or profile
        totals, gained = added(base, change) if change is not _NOTHING else base
        folded.append(
            AccountDay(
                day,
                shown.second if shown else None,
                profile.observed_days if profile else 0,
                profile.totals[0] if profile else None,
                profile.gained[0] if profile else 0,
                shown.stale if shown else None,
                totals,
                gained,
            )
        )
    return folded


def _profile(row: AccountDay) -> Closing:
    return Closing(row.day, row.second or 0, row.observed_days, (row.followers,), (row.gained_followers,), row.stale)
