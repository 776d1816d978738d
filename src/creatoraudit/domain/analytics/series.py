"""How things developed: a row for each day, week or month of a window, for many things in one statement."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
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
from creatoraudit.domain.analytics.scopes import Scope
from creatoraudit.domain.analytics.windows import DAY, Window, WindowInput
from creatoraudit.domain.scope import table
from creatoraudit.domain.validation import member_of
from creatoraudit.errors import NotFound

Closing = Sequence[Any]
"""A closing's measured metrics and observed days, then its totals."""


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
    """How a thing developed, a column for each number: what it gained in each bucket, and what it had at its close.

    `dates` are the days, the Mondays or the 1sts, even where they lie before the window; gains are those of the window.
    """

    dates: list[dt.date]
    gains: dict[str, Sequence[Value]]
    totals: dict[str, Sequence[Value]]
    coverage: Coverage

    def rows(self, *, totals: bool = True) -> list[dict[str, Any]]:
        """A row for every bucket, in order: its date, its gains, and its totals unless they are not wanted."""
        columns: dict[str, Sequence[Any]] = {"date": self.dates, **self.gains, **(self.totals if totals else {})}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


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
    things: dict[Any, list[Sequence[Any]]] = {}
    for row in await db.fetch(_closings(actor.tenancy, scope), tuple, params):
        things.setdefault(row[0], []).append(row)
    buckets = buckets_of(window, granularity)
    return {one: _series(scope, rows, window, buckets) for one, rows in things.items()}


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
    columns = [closings.c[name] for name in (*_measures(scope), *scope.totals)]
    return select(*things.c, closings.c.day, *columns).select_from(things.outerjoin(closings, within))


def _measures(scope: Scope) -> list[str]:
    return [*(str(metric.column) for metric in scope.measured), OBSERVED_DAYS]


_PART, _PLATFORM, _SINCE, _DAY, _FIRST = range(1, 6)
"""Where in a row things stand; the id is in front, the closing's measures and totals begin at the last."""


def _series(scope: Scope, rows: list[Sequence[Any]], window: Window, buckets: Buckets) -> Series:
    closed = sorted((row for row in rows if row[_DAY] is not None), key=itemgetter(_DAY))
    closes: list[Closing | None] = [None] * (len(buckets.dates) + 1)
    for day, closing in _added_up(closed) if scope.rolls_up else ((row[_DAY], row[_FIRST:]) for row in closed):
        closes[buckets.places.get(day, 0)] = closing
    last: Closing = (*scope.nothing, *(None for _ in scope.totals))
    known = [last := closing or last for closing in closes]
    observed = len(scope.measured)
    tracked = {row[_PART]: row[_SINCE] for row in rows if row[_SINCE] is not None}
    expected = sum(max((window.end - max(since, window.start)).days + 1, 0) for since in tracked.values())
    platforms = frozenset(row[_PLATFORM] for row in rows)
    columns = list(zip(*known, strict=True))
    return between(scope, platforms, buckets, columns, Coverage(last[observed] - known[0][observed], expected))


def between(
    measures: Measures, platforms: Platforms, buckets: Buckets, columns: Sequence[Closing], coverage: Coverage
) -> Series:
    """The series that leads from closing to closing, as columns: the first before the window, then one a bucket."""
    starts, ends = ([column[part] for column in columns] for part in (slice(-1), slice(1, None)))
    gains = measures.gains([platforms] * len(buckets.dates), starts, ends)
    totals = ends[len(measures.measured) + 1 :]
    names = [f"total_{name}" for name in measures.totals]
    return Series(buckets.dates, gains, dict(zip(names, totals, strict=True)), coverage)


def _added_up(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[dt.date, Closing]]:
    """What all parts had come to on each day on which any has a closing; None where no part is known to have any."""
    parts: dict[Any, Closing] = {}
    sums: list[Any] = []
    for row in rows:
        values = row[_FIRST:]
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
        yield row[_DAY], sums
