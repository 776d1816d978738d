"""What collects the figures for Prometheus.

What happens often is counted by whoever does it, and read when somebody asks; only what needs labels or a distribution
is told as it happens.
"""

from collections.abc import Callable, Iterator
from functools import partial

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from creatoraudit.telemetry.figures import FIGURES, Figure, Values
from creatoraudit.telemetry.tallies import Count, Distribution, Labelled


class Figures(Collector):
    """What this process tells Prometheus. Whatever nobody has told or reads is there, without a value."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.before: list[Callable[[], None]] = []
        """What is done before figures are read, in the thread that asks for them."""
        self._counts: dict[str, Labelled[Count]] = {}
        self._distributions: dict[str, Labelled[Distribution]] = {}
        self._read: dict[str, list[Callable[[], Values]]] = {}
        self.registry.register(self)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    def counter(self, figure: Figure) -> Labelled[Count]:
        """What counts a figure as it happens."""
        return self._counts.setdefault(figure.name, Labelled(Count))

    def histogram(self, figure: Figure) -> Labelled[Distribution]:
        """What a figure's values are told as they come."""
        return self._distributions.setdefault(figure.name, Labelled(partial(Distribution, figure.buckets)))

    def read(self, figure: Figure, values: Callable[[], Values]) -> None:
        """Has a figure's values asked for whenever somebody wants to know; those of several readers stand together."""
        self._read.setdefault(figure.name, []).append(values)

    def collect(self) -> Iterator[Metric]:
        """All figures as they are now."""
        for prepare in self.before:
            prepare()
        return map(self._family, FIGURES)

    def describe(self) -> Iterator[Metric]:
        """None of them: that they are named once is seen in their declarations."""
        return iter(())

    def _family(self, figure: Figure) -> Metric:
        if figure.kind == "histogram":
            histogram = HistogramMetricFamily(figure.name, figure.meaning, labels=figure.labels)
            if (distributions := self._distributions.get(figure.name)) is not None:
                for labels, one in distributions.items():
                    histogram.add_metric(labels, one.buckets(), one.sum)
            return histogram
        of_kind = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
        family = of_kind(figure.name, figure.meaning, labels=figure.labels)
        if (counts := self._counts.get(figure.name)) is not None:
            for labels, count in counts.items():
                family.add_metric(labels, count.value)
        for values in self._read.get(figure.name, ()):
            for of, value in values().items():
                family.add_metric(of, value)
        return family
