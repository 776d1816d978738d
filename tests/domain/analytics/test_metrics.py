"""The registry: exact rounding, and declarations that fit together."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatoraudit.domain.analytics.metrics import METRICS, percentage

counts = st.integers(min_value=-(10**11), max_value=10**11)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, 33.33), (2, 3, 66.67), (1, 800, 0.13), (-1, 800, -0.13), (201, 200, 100.5), (1, 20_000, 0.01), (5, 0, 0.0)],
)
def test_percentages_are_rounded_half_up(part: int, whole: int, expected: float) -> None:
    assert percentage(part, whole) == expected


@given(part=counts, whole=counts)
def test_percentages_are_the_nearest_hundredth_and_of_two_as_near_the_greater(part: int, whole: int) -> None:
    shown = Fraction(str(percentage(part, whole)))

    if whole <= 0:
        assert shown == 0
    else:
        error = abs(shown) - abs(Fraction(100 * part, whole))
        assert -Fraction(1, 200) < error <= Fraction(1, 200)
        assert shown * part >= 0


def test_no_percentage_is_a_negative_zero() -> None:
    assert str(percentage(-1, 10**9)) == "0.0"


def test_every_metric_is_measured_or_derived_from_earlier_ones() -> None:
    known: set[str] = set()
    for metric in METRICS:
        assert (metric.column is None) is bool(metric.of) is (metric.derive is not None)
        assert known.issuperset(metric.of)
        assert metric.name not in known
        known.add(metric.name)
