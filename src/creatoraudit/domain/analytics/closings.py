"""Where measured history is read: what each of many things had come to on each of a few days, in one statement.

A day's value is the last closing on or before it, found by an index seek, so that a window costs the same however
long it is.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
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


@dataclass(frozen=True, slots=True)
class History:
    """What one thing had come to on each of the days asked for: a row of `closings_of`."""

    measures: Measures
    row: Sequence[Any]

    @property
    def id(self) -> Any:
        """The thing's id."""
        return self.row[0]

    @property
    def platforms(self) -> frozenset[str | None]:
        """The platforms of its parts."""
        return frozenset(self.row[1:_LEADING])

    def between(self, before: int, end: int) -> Values:
        """All metrics over the days after one of the days asked for through another, both named by their place."""
        width = len(self.measures.places)
        starts = (_LEADING + width * day for day in (before, end))
        (values,) = self.measures.gains(self.platforms, [self.row[start : start + width] for start in starts])
        return values

    def value(self, name: str, before: int, end: int) -> Value:
        """One of these metrics."""
        metric = self.measures.by_name[name]
        if metric.derive is not None:
            return metric.derive(*[self.value(part, before, end) for part in metric.of])
        (value,) = metric.over(self.platforms, [self._at(name, before), self._at(name, end)])
        return value

    def coverage(self, before: int, end: int) -> Coverage:
        """How many of the expected days between were observed."""
        return Coverage(*[self._at(name, end) - self._at(name, before) for name in COVERAGE])

    def _at(self, name: str, day: int) -> Any:
        places = self.measures.places
        return self.row[_LEADING + len(places) * day + places[name]]


async def histories(
    db: Reader, actor: Actor, scope: Scope, ids: Sequence[str | int], days: Sequence[dt.date]
) -> dict[Any, History]:
    """What the things with these ids had come to on each of the days; those the organization lacks are left out."""
    params = actor.bind(ids=list(dict.fromkeys(ids)), **on(days))
    rows = await db.fetch(_by_ids(actor.tenancy, scope, len(days)), partial(History, scope), params)
    return {row.id: row for row in rows}


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

    `order` names columns of the thing that rows are ordered by, before the id.
    """
    things = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()

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
