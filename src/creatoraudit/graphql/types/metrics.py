"""Numbers of measured things: their fields are those of the registry of metrics."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import strawberry
from strawberry import field

from creatoraudit.domain.analytics.measures import POST_METRICS
from creatoraudit.domain.analytics.metrics import METRICS, Metric, Unit
from creatoraudit.graphql.enums import MetricRollUp, MetricUnit, Platform
from creatoraudit.graphql.inputs import field_name
from creatoraudit.graphql.scalars import BigInt

C = TypeVar("C", bound=type)

_TYPES: dict[Unit, Any] = {Unit.COUNT: BigInt, Unit.PERCENT: float}


def _gains(metrics: Sequence[Metric]) -> Callable[[C], C]:
    """Gives a class a field for each metric."""

    def add(cls: C) -> C:
        for metric in metrics:
            of = _TYPES[metric.unit]
            cls.__annotations__[metric.name] = of | None if metric.is_nullable else of
            setattr(cls, metric.name, field(description=metric.description))
        return cls

    return add


def _totals(metrics: Sequence[Metric]) -> Callable[[C], C]:
    """Gives a class a field for each counter that a metric is the gain of."""

    def add(cls: C) -> C:
        for total in (metric.total for metric in metrics if metric.total is not None):
            cls.__annotations__[f"total_{total}"] = BigInt | None
            said = f"All {total} so far, as last known at the end; null before the first observation."
            setattr(cls, f"total_{total}", field(description=said))
        return cls

    return add


@strawberry.type
class _Measured:
    start_date: dt.date = field(description="The window's first day.")
    end_date: dt.date = field(description="The window's last day, today (UTC) at the latest.")
    days: int = field(description="How many days the window has.")
    coverage: float | None = field(
        description="How much of the window was observed, from 0 to 1: days with an observation by days that were "
        "tracked, rounded to 4 decimals; null if none was."
    )


@strawberry.type(description="What was gained in a window, and how much of that was observed.")
@_gains(METRICS)
class Metrics(_Measured): ...


@strawberry.type(description="What a post gained in a window, and how much of that was observed.")
@_gains(POST_METRICS)
class PostMetrics(_Measured): ...


@strawberry.type
class _Bucket:
    date: dt.date = field(
        description="The day, the week's Monday or the month's 1st, even where that lies before the window."
    )


@strawberry.type(
    description="What a day, a week or a month of a series brought, as far as it lies in the window, and all there was "
    "at its end. To its metrics, the window is this part of time alone."
)
@_totals(METRICS)
@_gains(METRICS)
class SeriesPoint(_Bucket): ...


@strawberry.type(
    description="What a day, a week or a month of a post's series brought, as far as it lies in the window, and all "
    "there was at its end. To its metrics, the window is this part of time alone."
)
@_totals(POST_METRICS)
@_gains(POST_METRICS)
class PostSeriesPoint(_Bucket): ...


_POINTS = "A point for every day, week or month of the window, in order, also for those without an observation."


@strawberry.type(description="How something developed in a window, and how much of that was observed.")
class Series(_Measured):
    points: list[SeriesPoint] = field(description=_POINTS)


@strawberry.type(description="How a post developed in a window, and how much of that was observed.")
class PostSeries(_Measured):
    points: list[PostSeriesPoint] = field(description=_POINTS)


def _shown_as(root: Metric) -> str:
    return field_name(root.name)


@strawberry.type(description="What a metric means, and how it is computed: the same for all who ask.")
class MetricDefinition:
    name: str = field(description="What the REST API calls the metric.")
    shown_as: str = field(resolver=_shown_as, name="field", description="What the metric's field is called here.")
    description: str = field(description="What the number says.")
    formula: str = field(description="How it is computed.")
    null_rule: str = field(description="When there is no number.")
    unit: MetricUnit = field(description="What the number counts.")
    roll_up: MetricRollUp = field(description="How the numbers of creators and organizations follow from their parts.")
    platforms: list[Platform] = field(description="Where it is measured.")
    of_posts: bool = field(name="isOfPosts", description="Whether single posts have it too.")
    version: int = field(description="Which definition this is; it grows by 1 whenever the numbers may change.")
