"""Where measured history is read: what each of many things had come to on each of a few days, in one statement.

A day's value is the last closing on or before it, found by an index seek, so that a window costs the same however
long it is.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, cast, func, select, union_all
from sqlmodel import SQLModel

from creatoraudit.db import dialect
from creatoraudit.db.engine import Reader
from creatoraudit.db.models import Account, AccountClosing, AccountVideo, Creator, Post, PostClosing, Video
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.db.types import BigInt, Day
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.analytics.metrics import EVERYWHERE, METRICS, Metric, RollUp, Value, Values
from creatoraudit.domain.scope import scoped, table

Parts = Callable[[Tenancy], Sequence[Select[Any]]]
"""Selects of a thing's `id` and of a `part` of it, with the part's `platform`; where there are several, they add up."""


@dataclass(frozen=True, eq=False)
class Scope:
    """A kind of thing that is measured: which parts it has, which closings are kept of a part, and which metrics."""

    parts: Parts
    closings: type[SQLModel]
    owner: str
    metrics: tuple[Metric, ...] = METRICS
    rolls_up: bool = False

    def only(self, name: str) -> "Scope":
        """The same things, but only one metric of them and what that is derived from."""
        needed = {name}
        for metric in reversed(self.metrics):
            if metric.name in needed:
                needed.update(metric.of)
        return replace(self, metrics=tuple(metric for metric in self.metrics if metric.name in needed))

    @cached_property
    def measured(self) -> tuple[Metric, ...]:
        """Those of them that closings have columns for."""
        return tuple(metric for metric in self.metrics if metric.column is not None)

    @cached_property
    def by_name(self) -> dict[str, Metric]:
        """The metrics by name."""
        return {metric.name: metric for metric in self.metrics}

    @cached_property
    def places(self) -> dict[str, int]:
        """Where in a row each measured metric of the first day stands; the other days' follow in the same order."""
        return {metric.name: place for place, metric in enumerate(self.measured, start=_LEADING)}

    def history(self, row: Sequence[Any]) -> "History":
        """Reads a row of `closings_of`."""
        return History(self, row)


_LEADING = 3
"""A row begins with the id and the first and last of the platforms."""


@dataclass(frozen=True, slots=True)
class History:
    """What one thing had come to on each of the days asked for: a row of `closings_of`."""

    scope: Scope
    row: Sequence[Any]

    @property
    def id(self) -> str:
        """The thing's id."""
        one: str = self.row[0]
        return one

    def between(self, before: int, end: int) -> Values:
        """All metrics over the days after one of the days asked for through another, both named by their place."""
        values: Values = {}
        for metric in self.scope.metrics:
            if metric.derive is None:
                values[metric.name] = self._measured(metric, before, end)
            else:
                values[metric.name] = metric.derive(*[values[name] for name in metric.of])
        return values

    def value(self, name: str, before: int, end: int) -> Value:
        """One of these metrics."""
        metric = self.scope.by_name[name]
        if metric.derive is None:
            return self._measured(metric, before, end)
        return metric.derive(*[self.value(part, before, end) for part in metric.of])

    def _measured(self, metric: Metric, before: int, end: int) -> Value:
        if metric.platforms != EVERYWHERE and not any(one in metric.platforms for one in self.row[1:_LEADING]):
            return None
        place, width = self.scope.places[metric.name], len(self.scope.places)
        last: Value = self.row[place + width * end]
        if metric.roll_up is RollUp.LAST_KNOWN_SUM:
            return last
        gained: Value = last - self.row[place + width * before]
        return gained


async def histories(
    db: Reader, actor: Actor, scope: Scope, ids: Sequence[str], days: Sequence[dt.date]
) -> dict[str, History]:
    """What the things with these ids had come to on each of the days; those the organization lacks are left out."""
    params = actor.bind(ids=list(dict.fromkeys(ids)), **on(days))
    rows = await db.fetch(_by_ids(actor.tenancy, scope, len(days)), scope.history, params)
    return {row.id: row for row in rows}


@statement
def _by_ids(tenancy: Tenancy, scope: Scope, days: int) -> ByDialect:
    parts = [part.where(dialect.one_of(part.selected_columns[0], "ids")) for part in scope.parts(tenancy)]
    return closings_of(parts, scope, days)


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
            columns += [_value(scope, metric, closing) for metric in scope.measured]
        platform = things.c.platform
        if not scope.rolls_up:
            return select(things.c.id, platform, platform, *columns).select_from(source)
        whole = [*(things.c[name] for name in order), things.c.id]
        rows = select(things.c.id, func.min(platform), func.max(platform), *columns).select_from(source)
        return rows.group_by(*whole).order_by(*whole)

    return dialect.by_last_rows(build)


def _value(scope: Scope, metric: Metric, closing: Any) -> ColumnElement[Any]:
    column: ColumnElement[Any] = closing[metric.column]
    if scope.rolls_up:
        column = cast(func.sum(column), BigInt)
    return column if metric.roll_up is RollUp.LAST_KNOWN_SUM else func.coalesce(column, 0)


def _account_parts(tenancy: Tenancy) -> list[Select[Any]]:
    accounts = table(Account).c
    return [scoped(Account, tenancy, accounts.id, accounts.id.label("part"), accounts.platform)]


def _creator_parts(tenancy: Tenancy) -> list[Select[Any]]:
    creators, accounts = table(Creator), table(Account)
    source = creators.outerjoin(accounts, accounts.c.creator_id == creators.c.id)
    return [scoped(Creator, tenancy, creators.c.id, accounts.c.id.label("part"), accounts.c.platform, source=source)]


def _records_of(*models: type[SQLModel]) -> Parts:
    def parts(tenancy: Tenancy) -> list[Select[Any]]:
        posts = table(Post)
        return [
            scoped(model, tenancy, record.c.id, posts.c.id.label("part"), posts.c.platform, source=source)
            for model in models
            for record in (table(model),)
            for source in (record.join(posts, posts.c.id == record.c.post_id),)
        ]

    return parts


POST_METRICS = tuple(metric for metric in METRICS if metric.of_posts)

ACCOUNTS = Scope(_account_parts, AccountClosing, "account_id")
CREATORS = Scope(_creator_parts, AccountClosing, "account_id", rolls_up=True)
VIDEOS = Scope(_records_of(Video), PostClosing, "post_id", POST_METRICS)
ACCOUNT_VIDEOS = Scope(_records_of(AccountVideo), PostClosing, "post_id", POST_METRICS)
VIDEOS_OF_EITHER_KIND = Scope(_records_of(Video, AccountVideo), PostClosing, "post_id", POST_METRICS)
