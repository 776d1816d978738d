"""Which dates a window means."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from creatoraudit import clock
from creatoraudit.domain.analytics.windows import DatesInput, Window, WindowInput, preset
from creatoraudit.domain.validation import validate
from creatoraudit.errors import ValidationFailed
from written import NOON, TODAY, ago


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


@pytest.mark.parametrize(("period", "days"), [("7d", 7), ("30d", 30), ("90d", 90)])
def test_a_preset_ends_today(period: str, days: int) -> None:
    window = preset(period)

    assert (window.start, window.end, window.days) == (ago(days - 1), TODAY, days)
    assert window.previous == Window(ago(2 * days - 1), ago(days), period)


def test_the_date_is_that_of_utc() -> None:
    with clock.frozen(dt.datetime(2026, 6, 15, 1, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))):
        assert preset("7d").end == TODAY


@pytest.mark.parametrize(
    ("asked", "start", "end", "period"),
    [
        ({}, ago(29), TODAY, "30d"),
        ({"period": "7d"}, ago(6), TODAY, "7d"),
        ({"period": "custom", "start_date": "2026-01-01", "end_date": "2026-01-31"}, "2026-01-01", "2026-01-31", None),
        ({"start_date": "2026-06-01", "end_date": "2026-06-01"}, "2026-06-01", "2026-06-01", None),
        ({"start_date": "2026-06-01", "end_date": "9999-12-31"}, "2026-06-01", TODAY, None),
        ({"start_date": "2024-06-15", "end_date": "2026-06-14"}, "2024-06-15", TODAY, None),
    ],
)
def test_what_a_window_means(asked: dict[str, str], start: Any, end: Any, period: str | None) -> None:
    window = validate(WindowInput, asked).window()

    assert tuple(map(str, window)) == (str(start), str(end), period or "custom")


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"period": "8d"}, ["period"]),
        ({"period": "custom"}, ["start_date", "end_date"]),
        ({"period": "custom", "start_date": "2026-06-01"}, ["end_date"]),
        ({"end_date": "2026-06-01"}, ["start_date"]),
        ({"period": "7d", "start_date": "2026-06-01"}, ["start_date"]),
        ({"period": "7d", "start_date": "2026-06-01", "end_date": "2026-06-02"}, ["start_date", "end_date"]),
        ({"start_date": "2026-06-02", "end_date": "2026-06-01"}, ["end_date"]),
        ({"start_date": "2026-06-15", "end_date": "2026-06-16"}, ["start_date"]),
        ({"start_date": "2024-06-14", "end_date": "2026-06-14"}, ["end_date"]),
        ({"start_date": "20260601", "end_date": "2026-06-14"}, ["start_date"]),
        ({"start_date": "2026-02-30", "end_date": "2026-06-14"}, ["start_date"]),
        ({"start_date": "0001-01-01", "end_date": "0001-01-02"}, ["start_date", "end_date"]),
        ({"start_date": 20260601, "end_date": "2026-06-14"}, ["start_date"]),
    ],
)
def test_what_no_window_means(asked: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(ValidationFailed) as raised:
        validate(WindowInput, asked).window()

    assert [error.field for error in raised.value.errors] == fields


def test_a_range_over_the_limit_states_the_bound() -> None:
    with pytest.raises(ValidationFailed) as raised:
        validate(WindowInput, {"start_date": "2020-01-01", "end_date": "2026-01-01"}).window()

    assert raised.value.detail == "A window has at most 730 days."


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ({}, ago(29), TODAY),
        ({"start_date": "2026-06-01"}, "2026-06-01", TODAY),
        ({"end_date": "2026-01-30"}, "2026-01-01", "2026-01-30"),
        ({"end_date": "2027-01-30"}, ago(29), TODAY),
        ({"end_date": "1970-01-02"}, "1970-01-01", "1970-01-02"),
        ({"start_date": "2026-06-01", "end_date": "2026-06-03"}, "2026-06-01", "2026-06-03"),
    ],
)
def test_either_end_of_a_range_may_be_left_out(asked: dict[str, str], start: Any, end: Any) -> None:
    window = validate(DatesInput, asked).window()

    assert (str(window.start), str(window.end)) == (str(start), str(end))
