"""What the registry of metrics becomes in answers: the fields of rows, in the registry's order."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

from creatoraudit.domain.analytics.metrics import METRICS, Metric, Unit, Value
from creatoraudit.domain.analytics.windows import Period, Preset, Window

_TYPES: dict[Unit, Any] = {Unit.COUNT: int, Unit.PERCENT: float}
_TOTAL_EXAMPLE = 100
"""How many windows like that of the examples a counter's example has seen."""


P = TypeVar("P", Period, Preset)


class WindowMeta(BaseModel, Generic[P]):
    """The window that was measured."""

    period: P = Field(description="The window, by the name it was asked for.", examples=["7d"])
    start_date: dt.date = Field(description="Its first date.", examples=["2026-06-08"])
    end_date: dt.date = Field(description="Its last date: today (UTC) at the latest.", examples=["2026-06-14"])
    days: int = Field(description="How many dates it has.", examples=[7])


def window_meta(window: Window) -> dict[str, Any]:
    """What `WindowMeta` describes."""
    return {"period": window.period, "start_date": window.start, "end_date": window.end, "days": window.days}


def gain_fields(metrics: Iterable[Metric]) -> dict[str, Any]:
    """The fields of a model that shows these metrics."""
    return {
        metric.name: (
            _TYPES[metric.unit] | None if metric.is_nullable else _TYPES[metric.unit],
            Field(description=metric.description, examples=[_example(metric)]),
        )
        for metric in metrics
    }


def total_fields(metrics: Iterable[Metric]) -> dict[str, Any]:
    """The fields of a model that shows the counters which these metrics are gains of."""
    return {
        f"total_{metric.total}": (
            int | None,
            Field(
                description=f"All {metric.total} by then, as last known; null before the first observation.",
                examples=[metric.example * _TOTAL_EXAMPLE],
            ),
        )
        for metric in metrics
        if metric.total is not None
    }


def _example(metric: Metric) -> Value:
    if metric.derive is None:
        return metric.example
    return metric.derive(*[_example(_BY_NAME[part]) for part in metric.of])


_BY_NAME = {metric.name: metric for metric in METRICS}
