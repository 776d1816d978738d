"""The organization as a whole, added up from its days: nothing here depends on the number of its accounts."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, case, cast, func, literal, literal_column

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Reader
from creatoraudit.db.models import Account, OrganizationDay, Post
from creatoraudit.db.statements import statement
from creatoraudit.db.types import BigInt, Day
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.analytics.closings import Coverage, Histories
from creatoraudit.domain.analytics.measures import OBSERVED_DAYS, Measures
from creatoraudit.domain.analytics.metrics import RollUp
from creatoraudit.domain.analytics.series import Buckets, Granularity, Series, between
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
    buckets = Buckets(window, granularity)
    params = actor.bind(before=window.before, end=window.end)
    rows = await db.fetch(_days(actor.tenancy), tuple, params)
    sums = _sums(rows, lambda day: 0 if day < window.start else buckets.number[day] + 1, len(buckets.dates) + 1)
    totals = [_known(sums, name) for name in ORGANIZATION.totals]
    columns = [*_columns(sums), sums[OBSERVED_DAYS], *totals]
    observed = sums[OBSERVED_DAYS][-1] - sums[OBSERVED_DAYS][0]
    expected = _expected(sums, -1, window.end) - _expected(sums, 0, window.before)
    return between(ORGANIZATION, _platforms(rows), buckets, columns, Coverage(observed, expected))


async def organization_history(db: Reader, actor: Actor, days: Sequence[dt.date]) -> tuple[Histories, Sums]:
    """What the organization had come to on each of the days, and what its days' columns had."""
    ordered = sorted(set(days))
    params = actor.bind(**{_bound(place): day for place, day in enumerate(ordered)})
    rows = await db.fetch(_intervals(actor.tenancy, len(ordered)), tuple, params)
    in_order = _sums(rows, lambda place: place, len(ordered))
    places = [ordered.index(day) for day in days]
    sums = {name: [column[place] for place in places] for name, column in in_order.items()}
    expected = [_expected(sums, place, day) for place, day in enumerate(days)]
    closings = zip(*_columns(sums), sums[OBSERVED_DAYS], expected, strict=True)
    (platform,) = _platforms(rows)
    row = (actor.organization_id, platform, platform, *(value for closing in closings for value in closing))
    return Histories(ORGANIZATION, [row], len(days)), sums


def _measured(history: Histories, before: int, end: int) -> Measured:
    (measured,) = measured_in(history, before, end).values()
    return measured


_STATES = tuple(str(metric.column) for metric in ORGANIZATION.measured if metric.roll_up is RollUp.LAST_KNOWN_SUM)
_READ = (
    *(str(metric.column) for metric in ORGANIZATION.measured),
    *ORGANIZATION.totals,
    *(f"known_{name}" for name in (*ORGANIZATION.totals, *_STATES)),
    OBSERVED_DAYS,
    "entities",
    "active_accounts",
    "account_videos",
    "tracked_videos",
)
_ENTITY_DAYS = "entity_days"
"""By how many days the entities' beginnings lie after the earliest day, together."""


def _sums(rows: Sequence[Sequence[Any]], place_of: Callable[[Any], int], places: int) -> Sums:
    """What all rows up to each place add up to; what happened later has none."""
    nothing = [0] * (len(_READ) + 1)
    steps = [nothing] * places
    for key, _, *amounts in rows:
        if key is None:
            continue
        place = place_of(key)
        steps[place] = amounts if steps[place] is nothing else list(map(add, steps[place], amounts))
    columns = zip(*steps, strict=True)
    return {name: list(accumulate(column)) for name, column in zip([*_READ, _ENTITY_DAYS], columns, strict=True)}


def _columns(sums: Sums) -> list[Sequence[Any]]:
    columns = [str(metric.column) for metric in ORGANIZATION.measured]
    return [_known(sums, column) if column in _STATES else sums[column] for column in columns]


def _known(sums: Sums, name: str) -> Sequence[Any]:
    """A counter's last known values, None where nothing knows it."""
    return [value if parts else None for value, parts in zip(sums[name], sums[f"known_{name}"], strict=True)]


def _expected(sums: Sums, place: int, day: dt.date) -> int:
    """How many entity-days were expected until a day."""
    return sums["entities"][place] * ((day - EARLIEST).days + 1) - sums[_ENTITY_DAYS][place]


def _platforms(rows: Sequence[Sequence[Any]]) -> frozenset[str | None]:
    return frozenset({rows[0][1] if rows else None})


def _bound(place: int) -> str:
    return f"day_{place}"


@statement
def _days(tenancy: Tenancy) -> Select[Any]:
    """The window's days, and all those before it in one row."""
    day, before, end = table(OrganizationDay).c.day, *(bindparam(name, type_=Day()) for name in ("before", "end"))
    return _summed(tenancy, case((day <= before, before), (day <= end, day)))


@statement
def _intervals(tenancy: Tenancy, days: int) -> Select[Any]:
    """A row for each of the days asked for: what happened after the one before it."""
    day = table(OrganizationDay).c.day
    bounds = [
        (day <= bindparam(_bound(place), type_=Day()), literal_column(str(place), Integer)) for place in range(days)
    ]
    return _summed(tenancy, case(*bounds))


def _summed(tenancy: Tenancy, key: ColumnElement[Any]) -> Select[Any]:
    """A row for each key, and one without for the rest: wherever anything is tracked, there is a row."""
    days = table(OrganizationDay).c
    entity_days = days.entities * dialect.days_from(literal(EARLIEST, Day()), days.day)
    amounts = [cast(func.sum(amount), BigInt) for amount in (*(days[name] for name in _READ), entity_days)]
    return scoped(OrganizationDay, tenancy, key.label("until"), _instagram(tenancy), *amounts).group_by("until")


def _instagram(tenancy: Tenancy) -> ColumnElement[Any]:
    """Instagram, if anything on it is measured."""
    platform = Platform.INSTAGRAM.value
    measured = [
        scoped(model, tenancy, table(model).c.id).where(table(model).c.platform == platform).exists()
        for model in (Account, Post)
    ]
    return case((measured[0] | measured[1], platform))
