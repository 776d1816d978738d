"""How things developed: a row for each day, week or month of a window, for many things in one statement."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import chain, pairwise, repeat
from operator import itemgetter
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from sqlalchemy import Select, and_, bindparam, func, select, union_all

from creatoraudit.db.engine import Reader
from creatoraudit.db.statements import statement
from creatoraudit.db.types import Day
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.analytics.closings import Coverage
from creatoraudit.domain.analytics.measures import OBSERVED_DAYS, Measures
from creatoraudit.domain.analytics.metrics import Platforms, Value
from creatoraudit.domain.analytics.scopes import PART, Scope
from creatoraudit.domain.analytics.windows import DAY, Window, WindowInput
from creatoraudit.domain.scope import table
from creatoraudit.domain.validation import member_of
from creatoraudit.errors import NotFound

Closing = Sequence[Any]
"""A closing's measured metrics, then its totals, and at the end its observed days where coverage is asked for."""


class Granularity(StrEnum):
    """How much time a row of a series stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class SeriesInput(WindowInput):
    """A window, and how much time each row of it stands for."""

    granularity: Annotated[Granularity, member_of(Granularity)] = Field(
        Granularity.DAY, description="What a row stands for; weeks begin on Monday."
    )


class Series(NamedTuple):
    """How a thing developed: what it gained in each bucket, and what it had at its close, by name, gains first.

    `dates` are the days, the Mondays or the 1sts, even where they lie before the window; gains are those of the window.
    Values that stay the same from bucket to bucket are there once: `lengths` says for how many buckets each of the
    `values` stands.
    """

    dates: list[dt.date]
    names: tuple[str, ...]
    lengths: Sequence[int]
    values: Sequence[Sequence[Value]]
    coverage: Coverage

    def rows(self, *, totals: bool = True) -> list[dict[str, Any]]:
        """A row for every bucket, in order: its date, its gains, and its totals unless they are not wanted."""
        names = self.names if totals else [name for name in self.names if not name.startswith(_TOTAL)]
        values = chain.from_iterable(map(repeat, self.values, self.lengths))
        dated = zip(self.dates, values, strict=True)
        return [{"date": date, **dict(zip(names, row, strict=False))} for date, row in dated]


_TOTAL = "total_"


_BEGINNINGS: dict[Granularity, Callable[[dt.date], dt.date]] = {
    Granularity.DAY: lambda day: day,
    Granularity.WEEK: lambda day: day - DAY * day.weekday(),
    Granularity.MONTH: lambda day: day.replace(day=1),
}


class Buckets(NamedTuple):
    """The dates of a window's rows, and for each of its days the number of its row, from 1: 0 is before the window."""

    dates: list[dt.date]
    places: dict[dt.date, int]


@lru_cache(maxsize=64)
def buckets_of(window: Window, granularity: Granularity) -> Buckets:
    """The buckets of a window; nobody changes them."""
    begin = _BEGINNINGS[granularity]
    days = [window.start + DAY * place for place in range(window.days)]
    numbers = {date: number for number, date in enumerate(dict.fromkeys(map(begin, days)), start=1)}
    return Buckets(list(numbers), {day: numbers[begin(day)] for day in days})


async def series(
    db: Reader,
    actor: Actor,
    scope: Scope,
    ids: Sequence[Any],
    window: Window,
    granularity: Granularity = Granularity.DAY,
) -> dict[Any, Series]:
    """The series of each thing; ids that the organization lacks are left out."""
    params = actor.bind(ids=list(dict.fromkeys(ids)), start=window.start, before=window.before, end=window.end)
    things: dict[Any, list[Sequence[Any]]] = defaultdict(list)
    for row in await db.fetch(_closings(actor.tenancy, scope), _as_it_is, params):
        things[row[0]].append(row)
    buckets = buckets_of(window, granularity)
    walk = Walk(scope, buckets)
    closing = slice(_FIRST, _FIRST + len(_read(scope)))
    coverages = [_follow(walk, scope, rows, closing, window) for rows in things.values()]
    return dict(zip(things, walk.series(coverages), strict=True))


def _as_it_is(row: Sequence[Any]) -> Sequence[Any]:
    return row


async def series_of(
    db: Reader,
    actor: Actor,
    scope: Scope,
    one: Any,
    window: Window,
    granularity: Granularity = Granularity.DAY,
) -> Series:
    """The series of one thing, or NotFound."""
    found = await series(db, actor, scope, [one], window, granularity)
    if one not in found:
        raise NotFound(scope.noun)
    return found[one]


@statement
def _closings(tenancy: Tenancy, scope: Scope) -> Select[Any]:
    """The closings of each part in the window, and the last one before it."""
    parts = scope.of_ids(tenancy)
    things = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    closings, earlier = table(scope.closings), table(scope.closings).alias()
    start, before, end = (bindparam(name, type_=Day()) for name in ("start", "before", "end"))
    last = select(func.max(earlier.c.day)).where(earlier.c[scope.owner] == things.c.part, earlier.c.day <= before)
    first = func.coalesce(last.correlate_except(earlier).scalar_subquery(), start)
    within = and_(closings.c[scope.owner] == things.c.part, closings.c.day >= first, closings.c.day <= end)
    columns = [closings.c[name] for name in _read(scope)]
    thing = [things.c[name] for name in (PART if scope.is_covered else PART[:-1])]
    return select(*thing[:3], closings.c.day, *columns, *thing[3:]).select_from(things.outerjoin(closings, within))


def _read(scope: Scope) -> list[str]:
    """What is read of each closing: its measured metrics and its totals, and what coverage follows from."""
    covered = [OBSERVED_DAYS] if scope.is_covered else []
    return [*(str(metric.column) for metric in scope.measured), *scope.totals, *covered]


_PART, _PLATFORM, _DAY, _FIRST = range(1, 5)
"""Where in a row things stand: the id is in front, the closing begins at the last, the date tracking began ends it."""


class Walk:
    """Many things on their way from closing to closing, bucket by bucket.

    Buckets without a closing are one step. All steps are then measured at once, column by column, which is fastest.
    """

    def __init__(self, measures: Measures, buckets: Buckets) -> None:
        self._measures = measures
        self._dates = buckets.dates
        self.places = buckets.places
        *measured, observed = measures.nothing
        covered = (observed,) if measures.is_covered else ()
        self._nothing: Closing = (*measured, *(None for _ in measures.totals), *covered)
        self._lengths: list[int] = []
        self._starts: list[Closing] = []
        self._ends: list[Closing] = []
        self._platforms: list[Platforms] = []
        self._bounds = [0]

    def follow(self, platforms: Platforms, closings: Iterable[tuple[int, Closing]]) -> tuple[Closing, Closing]:
        """Adds a thing's closings, in order, by the numbers of their buckets: 0 is before the window.

        Returns the last one before the window, and the last one of all.
        """
        lengths, starts, ends = self._lengths, self._starts, self._ends
        before = last = self._nothing
        done = 0
        for place, closing in closings:
            if place == 0:
                before = closing
            elif place == done:
                ends[-1] = closing
            else:
                if place > done + 1:
                    lengths.append(place - done - 1)
                    starts.append(last)
                    ends.append(last)
                lengths.append(1)
                starts.append(last)
                ends.append(closing)
                done = place
            last = closing
        left = len(self._dates) - done
        if left:
            lengths.append(left)
            starts.append(last)
            ends.append(last)
        self._platforms += [platforms] * (len(lengths) - self._bounds[-1])
        self._bounds.append(len(lengths))
        return before, last

    def series(self, coverages: Iterable[Coverage]) -> list[Series]:
        """The series of each thing, in the order in which they were followed."""
        starts, ends = (list(zip(*closings, strict=True)) for closings in (self._starts, self._ends))
        width = len(self._measures.measured)
        gains = self._measures.gains(self._platforms, starts, ends) if ends else {}
        totals = ends[width : width + len(self._measures.totals)]
        names = (*gains, *(f"{_TOTAL}{name}" for name in self._measures.totals))
        values = list(zip(*gains.values(), *totals, strict=True))
        return [
            Series(self._dates, names, self._lengths[first:last], values[first:last], coverage)
            for (first, last), coverage in zip(pairwise(self._bounds), coverages, strict=True)
        ]


def _follow(walk: Walk, scope: Scope, rows: list[Sequence[Any]], closing: slice, window: Window) -> Coverage:
    """Has a thing followed whose parts' closings these rows have, and tells how much of it was observed."""
    closed = [row for row in rows if row[_DAY] is not None]
    closed.sort(key=itemgetter(_DAY))
    numbers = map(walk.places.get, map(itemgetter(_DAY), closed), repeat(0))
    closings = _added_up(closed, closing) if scope.rolls_up else map(itemgetter(closing), closed)
    before, last = walk.follow(frozenset(map(itemgetter(_PLATFORM), rows)), zip(numbers, closings, strict=True))
    if not scope.is_covered:
        return Coverage(0, 0)
    tracked = {row[_PART]: row[-1] for row in rows if row[-1] is not None}
    expected = sum(max((window.end - max(since, window.start)).days + 1, 0) for since in tracked.values())
    return Coverage(last[-1] - before[-1], expected)


def _added_up(rows: Iterable[Sequence[Any]], closing: slice) -> Iterator[Closing]:
    """What all parts had come to at each closing of any of them; None where no part is known to have any."""
    parts: dict[Any, Closing] = {}
    sums: list[Any] = []
    for row in rows:
        values = row[closing]
        last = parts.get(row[_PART])
        parts[row[_PART]] = values
        if not sums:
            sums = list(values)
        elif last is None:
            sums = [a if b is None else b if a is None else a + b for a, b in zip(sums, values, strict=True)]
        else:
            sums = [
                a if c is None else c if a is None else a + c - (b or 0)
                for a, b, c in zip(sums, last, values, strict=True)
            ]
        yield sums
