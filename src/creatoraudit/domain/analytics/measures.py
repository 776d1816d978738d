"""Which metrics are measured of something, what is read for them, and what closings come to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

from creatoraudit.domain.analytics.metrics import METRICS, Metric, Platforms, RollUp, Value

OBSERVED_DAYS, EXPECTED_DAYS = COVERAGE = ("observed_days", "expected_days")
POST_METRICS = tuple(metric for metric in METRICS if metric.of_posts)


@dataclass(frozen=True, eq=False, kw_only=True)
class Measures:
    """Metrics that are measured together, and whether their coverage is too."""

    metrics: tuple[Metric, ...] = METRICS
    is_covered: bool = True

    def only(self, *names: str, is_covered: bool = True) -> Self:
        """The same, but only these metrics and what they are derived from, and coverage only where it is asked for."""
        needed = set(names)
        for metric in reversed(self.metrics):
            if metric.name in needed:
                needed.update(metric.of)
        metrics = tuple(metric for metric in self.metrics if metric.name in needed)
        return replace(self, metrics=metrics, is_covered=is_covered)

    @cached_property
    def measured(self) -> tuple[Metric, ...]:
        """The metrics that closings have columns for."""
        return tuple(metric for metric in self.metrics if metric.column is not None)

    @cached_property
    def by_name(self) -> dict[str, Metric]:
        """The metrics by name."""
        return {metric.name: metric for metric in self.metrics}

    @cached_property
    def places(self) -> dict[str, int]:
        """What is read of each day, and in which place: measured metrics, and what their coverage follows from."""
        names = [metric.name for metric in self.measured] + (list(COVERAGE) if self.is_covered else [])
        return {name: place for place, name in enumerate(names)}

    @cached_property
    def totals(self) -> tuple[str, ...]:
        """The counters whose last known totals series show beside the gains."""
        return tuple(metric.total for metric in self.measured if metric.total is not None)

    @cached_property
    def nothing(self) -> tuple[Value, ...]:
        """What a thing has come to before its first closing: its measured metrics and observed days."""
        states = (metric.roll_up is RollUp.LAST_KNOWN_SUM for metric in self.measured)
        return (*(None if is_state else 0 for is_state in states), 0)

    def gains(
        self, platforms: Sequence[Platforms], starts: Sequence[Sequence[Any]], ends: Sequence[Sequence[Any]]
    ) -> dict[str, Sequence[Value]]:
        """All metrics of many things, a column each: from `starts` to `ends`, which are columns, too, by their places.

        Computed metric by metric, which is fastest.
        """
        found: dict[str, Sequence[Value]] = {}
        for metric in self.metrics:
            if metric.derive is None:
                place = self.places[metric.name]
                found[metric.name] = metric.over(platforms, starts[place], ends[place])
            else:
                found[metric.name] = list(map(metric.derive, *[found[name] for name in metric.of]))
        return found
