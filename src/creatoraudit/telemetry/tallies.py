"""Counters and histograms that one thread writes without a lock and another reads: a request has several of them."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Count:
    """How often something happened."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0

    def inc(self, by: float = 1) -> None:
        """It happened once more, or so many times."""
        self.value += by


class Distribution:
    """How many values lay below each bound, and their sum."""

    __slots__ = ("_bounds", "_counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """One more value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, float]]:
        """How many values were at most each bound, as Prometheus writes them."""
        names = [*map(str, self._bounds), "+Inf"]
        return list(zip(names, accumulate(self._counts), strict=True))


class Labelled(Generic[T]):
    """One of them for each combination of labels that there has been."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[tuple[object, ...], T] = {}

    def labels(self, *values: object) -> T:
        """The one with these values, in the order of the figure's labels."""
        found = self._made.get(values)
        if found is None:
            found = self._made[values] = self._make()
        return found

    def items(self) -> Iterator[tuple[list[str], T]]:
        """All of them as they are now, by the text of their labels."""
        return ((list(map(str, values)), one) for values, one in self._made.copy().items())
