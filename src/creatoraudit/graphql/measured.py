"""The numbers of measured things, as fields: over a window, over several that end today, and as they developed.

All parents of a level are measured in one statement, which reads only the metrics that are selected.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Annotated, Any, NamedTuple

import strawberry
from strawberry import UNSET, argument

from creatoraudit.domain.analytics import deltas as domain_deltas
from creatoraudit.domain.analytics import series as domain_series
from creatoraudit.domain.analytics.measures import Measures
from creatoraudit.domain.analytics.organization import organization_deltas, organization_metrics, organization_series
from creatoraudit.domain.analytics.scopes import Scope
from creatoraudit.domain.analytics.totals import Measured, measured
from creatoraudit.domain.analytics.windows import Window, last_days
from creatoraudit.domain.validation import validate
from creatoraudit.engine import BATCH, Batch, Selection, Table
from creatoraudit.graphql.context import Context, Info
from creatoraudit.graphql.enums import Granularity
from creatoraudit.graphql.inputs import field_name
from creatoraudit.graphql.loaders import follow
from creatoraudit.graphql.windows import SentWindow, window_of


class _Needed(NamedTuple):
    """The metrics that are needed for what is selected, and whether their coverage is."""

    names: frozenset[str]
    is_covered: bool = True


_AskedSeries = tuple[_Needed, Window, domain_series.Granularity]


_PARENT = frozenset({"id"})
"""What is read of whatever is measured."""


class _Question(NamedTuple):
    """What can be asked about the numbers of many things of a scope, and about those of the organization."""

    of_things: Callable[..., Awaitable[Mapping[Any, Any]]]
    of_organization: Callable[..., Awaitable[Any]]

    async def ask(
        self, context: Context, of: Measures, parents: Sequence[Any], needed: _Needed, *asked: Any
    ) -> list[Any]:
        """The answer for each parent, None for one that is not there any more."""
        if not isinstance(of, Scope):
            return [await self.of_organization(context.db, context.actor, *asked)] * len(parents)
        ids = [parent.id for parent in parents]
        found = await self.of_things(context.db, context.actor, _only(of, needed), ids, *asked)
        return [found.get(one) for one in ids]


_METRICS = _Question(measured, organization_metrics)
_DELTAS = _Question(domain_deltas.deltas, organization_deltas)
_SERIES = _Question(domain_series.series, organization_series)

_DEFAULT_WINDOWS = validate(domain_deltas.DeltasInput, {}).windows
_WINDOWS = argument(
    description="The windows' lengths in days, today included: each from 1 to 365, at most "
    f"{domain_deltas.MAX_WINDOWS} of them; duplicates are ignored."
)
_GRANULARITY = argument(description="How much time a point stands for.")


def metrics(of: Measures) -> Any:
    """The field `metrics` of something measured; the class says of which type."""

    def ask(selection: Selection, *, window: Any = UNSET) -> tuple[_Needed, Window]:
        return _needed(of, selection.names()), window_of(window)

    async def follow_all(context: Context, parents: Sequence[Any], asked: tuple[_Needed, Window]) -> list[Any]:
        needed, window = asked
        found = await _METRICS.ask(context, of, parents, needed, window)
        return [one and gained(window, one) for one in found]

    batch = Batch(follow_all, ask, reads=_PARENT)

    async def resolve(root: Any, info: Info, window: SentWindow = UNSET) -> Any:
        return await follow(info, batch, root, window=window)

    return strawberry.field(
        resolver=resolve, metadata={BATCH: batch}, description="What was gained in a window, as daily gains add up."
    )


def deltas(of: Measures) -> Any:
    """The field `deltas` of something measured; the class says of which type."""

    def ask(selection: Selection, *, windows: Sequence[int] = _DEFAULT_WINDOWS) -> tuple[_Needed, tuple[int, ...]]:
        lengths = validate(domain_deltas.DeltasInput, {"windows": windows}).windows
        return _needed(of, selection.names()), tuple(dict.fromkeys(lengths))

    async def follow_all(context: Context, parents: Sequence[Any], asked: tuple[_Needed, tuple[int, ...]]) -> list[Any]:
        needed, lengths = asked
        found = await _DELTAS.ask(context, of, parents, needed, lengths)
        windows = {length: last_days(length) for length in lengths}
        return [one and [gained(windows[length], delta) for length, delta in one.items()] for one in found]

    batch = Batch(follow_all, ask, reads=_PARENT)

    async def resolve(root: Any, info: Info, windows: Annotated[list[int], _WINDOWS] = _DEFAULT_WINDOWS) -> Any:
        return await follow(info, batch, root, windows=windows)

    return strawberry.field(
        resolver=resolve,
        metadata={BATCH: batch},
        description="What was gained in each of several windows that end today, in the order of the argument.",
    )


def series(of: Measures) -> Any:
    """The field `series` of something measured; the class says of which type."""

    def ask(selection: Selection, *, window: Any = UNSET, granularity: Any = Granularity.DAY) -> _AskedSeries:
        needed = _needed(of, selection.names("points"))._replace(is_covered="coverage" in selection.names())
        return needed, window_of(window), domain_series.Granularity(granularity.value)

    async def follow_all(context: Context, parents: Sequence[Any], asked: _AskedSeries) -> list[Any]:
        needed, window, granularity = asked
        found = await _SERIES.ask(context, of, parents, needed, window, granularity)
        labels = next(({"date": one.dates} for one in found if one is not None), {})
        return [one and _Developed(window, one, labels) for one in found]

    batch = Batch(follow_all, ask, reads=_PARENT)

    async def resolve(
        root: Any,
        info: Info,
        window: SentWindow = UNSET,
        granularity: Annotated[Granularity, _GRANULARITY] = Granularity.DAY,
    ) -> Any:
        return await follow(info, batch, root, window=window, granularity=granularity)

    return strawberry.field(
        resolver=resolve, metadata={BATCH: batch}, description="How it developed in a window, by day, week or month."
    )


def gained(window: Window, found: Measured) -> SimpleNamespace:
    """A window's metrics as their type shows them."""
    covered = found.coverage.share
    return SimpleNamespace(
        start_date=window.start, end_date=window.end, days=window.days, coverage=covered, **found.values
    )


class _Developed(NamedTuple):
    """A series as its type shows it; those of one window share their labels."""

    window: Window
    series: domain_series.Series
    labels: Mapping[str, Sequence[Any]]

    @property
    def start_date(self) -> dt.date:
        return self.window.start

    @property
    def end_date(self) -> dt.date:
        return self.window.end

    @property
    def days(self) -> int:
        return self.window.days

    @property
    def coverage(self) -> float | None:
        return self.series.coverage.share

    @property
    def points(self) -> Table:
        _, names, lengths, values, _ = self.series
        return Table(self.labels, names, lengths, values)


def _needed(of: Measures, selected: frozenset[str]) -> _Needed:
    """What is needed of the metrics that fields show, or the totals of which they show."""
    return _Needed(
        frozenset(
            metric.name
            for metric in of.metrics
            if field_name(metric.name) in selected or (metric.total and field_name(f"total_{metric.total}") in selected)
        )
    )


@lru_cache(maxsize=1024)
def _only(scope: Scope, needed: _Needed) -> Scope:
    """The scope with these metrics alone: always the same one, as statements are remembered by it."""
    return scope.only(*(needed.names or {scope.metrics[0].name}), is_covered=needed.is_covered)
