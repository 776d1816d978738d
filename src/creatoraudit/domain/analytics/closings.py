"""Where measured history is read: what each of many things had come to on each of a few days, in one statement.

A day's value is the last closing on or before it, found by an index seek, so that a window costs the same however
long it is.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from operator import sub
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, case, cast, func, select, union_all

from creatoraudit.db import dialect
from creatoraudit.db.engine import Reader
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.db.types import BigInt, Day
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.analytics.measures import COVERAGE, EXPECTED_DAYS, Measures
from creatoraudit.domain.analytics.metrics import RollUp, Value, Values, half_up
from creatoraudit.domain.analytics.scopes import Scope
from creatoraudit.domain.scope import table

_LEADING = 3
"""A row begins with the id and the first and last of the platforms."""


class Coverage(NamedTuple):
    """How many of the expected days of how many things were observed."""

    observed: int
    expected: int

    @property
    def share(self) -> float | None:
        """Observed by expected days, rounded half up to 4 decimals; None if none was expected."""
        return half_up(self.observed, self.expected, 4) if self.expected > 0 else None


def together(coverages: Iterable[Coverage]) -> Coverage:
    """The coverage of several things."""
    known = list(coverages)
    return Coverage(sum(one.observed for one in known), sum(one.expected for one in known))


class Histories:
    """What each of many things had come to on each of the days asked for: rows of `closings_of`, column by column."""

    def __init__(self, measures: Measures, rows: Sequence[Sequence[Any]], days: int) -> None:
        self._measures = measures
        self._columns = list(zip(*rows, strict=True)) or [()] * (_LEADING + len(measures.places) * days)
        self.ids: Sequence[Any] = self._columns[0]
        self.platforms = list(map(frozenset, zip(*self._columns[1:_LEADING], strict=True)))
        """The platforms of each thing's parts."""

    def gains(self, before: int, end: int) -> dict[str, Sequence[Value]]:
        """A column for each metric: what was gained after one of the days through another, named by their place."""
        return self._measures.gains(self.platforms, self._day(before), self._day(end))

    def values(self, before: int, end: int) -> list[Values]:
        """The same for each thing."""
        gains = self.gains(before, end)
        return [dict(zip(gains, row, strict=True)) for row in zip(*gains.values(), strict=True)]

    def coverage(self, before: int, end: int) -> list[Coverage]:
        """How many of the expected days between were observed, for each thing."""
        places = [self._measures.places[name] for name in COVERAGE]
        counts = (map(sub, self._day(end)[place], self._day(before)[place]) for place in places)
        return list(map(Coverage, *counts))

    def _day(self, place: int) -> Sequence[Sequence[Any]]:
        width = len(self._measures.places)
        return self._columns[_LEADING + width * place : _LEADING + width * (place + 1)]


async def histories(
    db: Reader, actor: Actor, scope: Scope, ids: Sequence[str | int], days: Sequence[dt.date]
) -> Histories:
    """What the things with these ids had come to on each of the days; those the organization lacks are left out."""
    params = actor.bind(ids=list(dict.fromkeys(ids)), **on(days))
    return Histories(scope, await db.fetch(_by_ids(actor.tenancy, scope, len(days)), tuple, params), len(days))


@statement
def _by_ids(tenancy: Tenancy, scope: Scope, days: int) -> ByDialect:
    return closings_of(scope.of_ids(tenancy), scope, days)


def on(days: Sequence[dt.date]) -> dict[str, dt.date]:
    """The parameters that bind the days of a statement of closings."""
    return {_day(place): day for place, day in enumerate(days)}


def _day(place: int) -> str:
    return f"day_{place}"


def closings_of(parts: Sequence[Select[Any]], scope: Scope, days: int, order: Sequence[str] = ()) -> ByDialect:
    """A row for each thing that has the parts: id, first and last of its platforms, then the closings of each day.

    `order` names columns of the thing that rows are ordered by, before the id; parts are then read as they are ordered.
    """
    all_parts = union_all(*parts) if len(parts) > 1 else parts[0]
    things = all_parts.cte("things").prefix_with("MATERIALIZED") if order else all_parts.subquery()

    def build(join_last: dialect.JoinLast) -> Select[Any]:
        source: FromClause = things
        columns: list[ColumnElement[Any]] = []
        for place in range(days):
            day = bindparam(_day(place), type_=Day())
            source, closing = join_last(source, table(scope.closings), scope.owner, things.c.part, "day", day)
            columns += [_on_day(scope, name, things, closing, day) for name in scope.places]
        platform = things.c.platform
        if not scope.rolls_up:
            return select(things.c.id, platform, platform, *columns).select_from(source)
        whole = [*(things.c[name] for name in order), things.c.id]
        rows = select(things.c.id, func.min(platform), func.max(platform), *columns).select_from(source)
        return rows.group_by(*whole).order_by(*whole)

    return dialect.by_last_rows(build)


def _on_day(scope: Scope, name: str, things: FromClause, closing: Any, day: ColumnElement[Any]) -> ColumnElement[Any]:
    metric = scope.by_name.get(name)
    if name == EXPECTED_DAYS:
        since = things.c.tracked_since
        value: ColumnElement[Any] = case((since <= day, dialect.days_from(since, day) + 1))
    else:
        value = closing[name if metric is None else metric.column]
    if scope.rolls_up:
        value = cast(func.sum(value), BigInt)
    return value if metric is not None and metric.roll_up is RollUp.LAST_KNOWN_SUM else func.coalesce(value, 0)
