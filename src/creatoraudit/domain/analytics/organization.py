"""The organization as a whole, added up from its days: nothing here depends on the number of its accounts."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from operator import add
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Reader
from creatoraudit.db.history import OrganizationDay
from creatoraudit.db.models import Account, Post
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.db.types import BigInt, Day
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.analytics.closings import Coverage, Histories
from creatoraudit.domain.analytics.measures import OBSERVED_DAYS, Measures
from creatoraudit.domain.analytics.metrics import RollUp
from creatoraudit.domain.analytics.series import Granularity, Series, Walk, buckets_of
from creatoraudit.domain.analytics.totals import Measured, measured_in
from creatoraudit.domain.analytics.windows import DAY, EARLIEST, Window
from creatoraudit.domain.scope import scoped, table
from creatoraudit.domain.validation import Platform

ORGANIZATION = Measures()

Sums = Mapping[str, Sequence[int]]
"""What each column of the organization's days came to, on each of some days."""


async def organization_metrics(db: Reader, actor: Actor, window: Window) -> Measured:
    """The organization's metrics over a window, and how much of it was observed."""
    history, _ = await organization_history(db, actor, [window.before, window.end])
    return _measured(history, 0, 1)


async def organization_deltas(db: Reader, actor: Actor, windows: Sequence[int]) -> dict[int, Measured]:
    """The organization's metrics and coverage over the last n days, today included, by n."""
    today, lengths = clock.today(), list(dict.fromkeys(windows))
    days = [today, *(today - DAY * length for length in lengths)]
    history, _ = await organization_history(db, actor, days)
    return {length: _measured(history, place, 0) for place, length in enumerate(lengths, start=1)}


async def organization_series(
    db: Reader, actor: Actor, window: Window, granularity: Granularity = Granularity.DAY
) -> Series:
    """The organization's series."""
    buckets = buckets_of(window, granularity)
    rows = await db.fetch(_days(actor.tenancy), tuple, actor.bind(before=window.before, end=window.end))
    steps = ((buckets.places.get(day, 0), amounts) for day, _, *amounts in rows)
    sums = _sums(_DEVELOPED, steps, len(buckets.dates) + 1)
    totals = [_known(sums, name) for name in ORGANIZATION.totals]
    closings = zip(*_columns(sums), *totals, sums[OBSERVED_DAYS], strict=True)
    observed = sums[OBSERVED_DAYS][-1] - sums[OBSERVED_DAYS][0]
    expected = _expected(sums, -1, window.end) - _expected(sums, 0, window.before)
    walk = Walk(ORGANIZATION, buckets)
    walk.follow(frozenset({_platform(rows)}), enumerate(closings))
    (series,) = walk.series([Coverage(observed, expected)])
    return series


async def organization_history(db: Reader, actor: Actor, days: Sequence[dt.date]) -> tuple[Histories, Sums]:
    """What the organization had come to on each of the days, and what its days' columns had."""
    ordered = sorted(set(days))
    params = actor.bind(**{_bound(place): day for place, day in enumerate(ordered)})
    rows = await db.fetch(_intervals(actor.tenancy, len(ordered)), tuple, params)
    steps = ((place, amounts) for place, _, *amounts in rows if place is not None)
    in_order = _sums(_GAINED, steps, len(ordered))
    places = [ordered.index(day) for day in days]
    sums = {name: [column[place] for place in places] for name, column in in_order.items()}
    expected = [_expected(sums, place, day) for place, day in enumerate(days)]
    closings = zip(*_columns(sums), sums[OBSERVED_DAYS], expected, strict=True)
    platform = _platform(rows)
    row = (actor.organization_id, platform, platform, *(value for closing in closings for value in closing))
    return Histories(ORGANIZATION, [row], len(days)), sums


def _measured(history: Histories, before: int, end: int) -> Measured:
    (measured,) = measured_in(history, before, end).values()
    return measured


_STATES = tuple(str(metric.column) for metric in ORGANIZATION.measured if metric.roll_up is RollUp.LAST_KNOWN_SUM)
_GAINED = (
    *(str(metric.column) for metric in ORGANIZATION.measured),
    *(f"known_{name}" for name in _STATES),
    OBSERVED_DAYS,
    "entities",
    "active_accounts",
    "account_videos",
    "tracked_videos",
)
"""What is read to tell what was gained between days, and what there was."""
_DEVELOPED = (*_GAINED[:-3], *ORGANIZATION.totals, *(f"known_{name}" for name in ORGANIZATION.totals))
"""What is read to tell how the organization developed."""
_ENTITY_DAYS = "entity_days"
"""By how many days the entities' beginnings lie after the earliest day, together."""


def _sums(names: Sequence[str], steps: Iterable[tuple[int, Sequence[int]]], places: int) -> Sums:
    """What all steps up to each place add up to."""
    nothing = [0] * (len(names) + 1)
    summed: list[Sequence[int]] = [nothing] * places
    for place, amounts in steps:
        before = summed[place]
        summed[place] = amounts if before is nothing else list(map(add, before, amounts))
    columns = map(accumulate, zip(*summed, strict=True))
    return dict(zip([*names, _ENTITY_DAYS], map(list, columns), strict=True))


def _columns(sums: Sums) -> list[Sequence[Any]]:
    columns = [str(metric.column) for metric in ORGANIZATION.measured]
    return [_known(sums, column) if column in _STATES else sums[column] for column in columns]


def _known(sums: Sums, name: str) -> Sequence[Any]:
    """A counter's last known values, None where nothing knows it."""
    return [value if parts else None for value, parts in zip(sums[name], sums[f"known_{name}"], strict=True)]


def _expected(sums: Sums, place: int, day: dt.date) -> int:
    """How many entity-days were expected until a day."""
    return sums["entities"][place] * ((day - EARLIEST).days + 1) - sums[_ENTITY_DAYS][place]


def _platform(rows: Iterable[Sequence[Any]]) -> str | None:
    """Instagram, if anything on it is measured: one of the rows says so."""
    return next((row[1] for row in rows if row[1] is not None), None)


def _bound(place: int) -> str:
    return f"day_{place}"


@statement
def _days(tenancy: Tenancy) -> ByDialect:
    """The window's days, after all those before it in one row; where nobody else writes, a day is one row as it is."""
    day, before, end = table(OrganizationDay).c.day, *(bindparam(name, type_=Day()) for name in ("before", "end"))
    amounts, sums = _amounts(_DEVELOPED), [cast(func.sum(amount), BigInt) for amount in _amounts(_DEVELOPED)]
    earlier = scoped(OrganizationDay, tenancy, cast(before, Day()), _instagram(tenancy), *map(_or_nothing, sums))
    within = (day > before, day <= end)
    single, summed = (
        scoped(OrganizationDay, tenancy, day, null(), *columns).where(*within) for columns in (amounts, sums)
    )
    both = (union_all(earlier.where(day <= before), days).subquery() for days in (single, summed.group_by(day)))
    return ByDialect(*(select(*rows.c) for rows in both))


@statement
def _intervals(tenancy: Tenancy, days: int) -> Select[Any]:
    """A row for each of the days asked for: what happened after the one before it; and one for what happened later."""
    day = table(OrganizationDay).c.day
    key = case(
        *((day <= bindparam(_bound(place), type_=Day()), literal_column(str(place), Integer)) for place in range(days))
    ).label("until")
    sums = [cast(func.sum(amount), BigInt) for amount in _amounts(_GAINED)]
    return scoped(OrganizationDay, tenancy, key, _instagram(tenancy), *sums).group_by("until")


def _amounts(names: Sequence[str]) -> list[ColumnElement[int]]:
    days = table(OrganizationDay).c
    return [*(days[name] for name in names), days.entities * dialect.days_from(literal(EARLIEST, Day()), days.day)]


def _or_nothing(value: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(value, literal_column("0"))


def _instagram(tenancy: Tenancy) -> ColumnElement[Any]:
    """Instagram, if anything on it is measured."""
    platform = Platform.INSTAGRAM.value
    measured = [
        scoped(model, tenancy, table(model).c.id).where(table(model).c.platform == platform).exists()
        for model in (Account, Post)
    ]
    return case((measured[0] | measured[1], platform))
