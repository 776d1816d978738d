"""What collects the figures for Prometheus.

What happens often is counted by whoever does it, and read when somebody asks; only what needs a distribution is told as
it happens.
"""

from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from creatoraudit.telemetry.figures import FIGURES, Figure, Values


class Figures(Collector):
    """What this process tells Prometheus. Whatever nobody has told or reads is there, without a value."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.before: list[Callable[[], None]] = []
        """What is done before figures are read, in the thread that asks for them."""
        self._told: dict[str, Counter | Histogram] = {}
        self._read: dict[str, list[Callable[[], Values]]] = {}
        self.registry.register(self)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    def counter(self, figure: Figure) -> Counter:
        """What counts a figure as it happens."""
        found = self._told.setdefault(figure.name, Counter(figure.name, figure.meaning, figure.labels, registry=None))
        assert isinstance(found, Counter)  # noqa: S101 - its kind says so
        return found

    def histogram(self, figure: Figure) -> Histogram:
        """What a figure's values are told as they come."""
        made = Histogram(figure.name, figure.meaning, figure.labels, buckets=figure.buckets, registry=None)
        found = self._told.setdefault(figure.name, made)
        assert isinstance(found, Histogram)  # noqa: S101 - its kind says so
        return found

    def read(self, figure: Figure, values: Callable[[], Values]) -> None:
        """Has a figure's values asked for whenever somebody wants to know; those of several readers stand together."""
        self._read.setdefault(figure.name, []).append(values)

    def collect(self) -> Iterator[Metric]:
        """All figures as they are now."""
        for prepare in self.before:
            prepare()
        for figure in FIGURES:
            if (told := self._told.get(figure.name)) is not None:
                yield from told.collect()
            else:
                yield self._family(figure)

    def describe(self) -> Iterator[Metric]:
        """None of them: that they are named once is seen in this file."""
        return iter(())

    def _family(self, figure: Figure) -> Metric:
        if figure.kind == "histogram":
            return HistogramMetricFamily(figure.name, figure.meaning, labels=figure.labels)
        of_kind = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
        family = of_kind(figure.name, figure.meaning, labels=figure.labels)
        for values in self._read.get(figure.name, ()):
            for labels, value in values().items():
                family.add_metric(labels, value)
        return family
