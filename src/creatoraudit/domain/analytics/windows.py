"""Ranges of UTC dates that numbers are asked for: presets that end today, and ranges of one's own."""

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from creatoraudit import clock
from creatoraudit.domain.validation import OMISSIBLE, Input, member_of
from creatoraudit.errors import FieldError, ValidationFailed

MAX_DAYS = 730
EARLIEST = dt.date(1970, 1, 1)
DAY = dt.timedelta(days=1)


class Period(StrEnum):
    """A window by name; `custom` takes two dates."""

    LAST_7_DAYS = "7d"
    LAST_30_DAYS = "30d"
    LAST_90_DAYS = "90d"
    CUSTOM = "custom"


class Preset(StrEnum):
    """A window that ends today, by name."""

    LAST_7_DAYS = "7d"
    LAST_30_DAYS = "30d"
    LAST_90_DAYS = "90d"


class Window(NamedTuple):
    """An inclusive range of UTC dates, and the name it was asked for by."""

    start: dt.date
    end: dt.date
    period: str = Period.CUSTOM

    @property
    def days(self) -> int:
        """How many dates the window has."""
        return (self.end - self.start).days + 1

    @property
    def before(self) -> dt.date:
        """The last date before the window: its sums are closing values at the end less those of this date."""
        return self.start - DAY

    @property
    def previous(self) -> "Window":
        """The equally long window just before."""
        return Window(self.start - DAY * self.days, self.before, self.period)


def last_days(days: int, period: str = Period.CUSTOM) -> Window:
    """The window of so many days that ends today."""
    today = clock.today()
    return Window(today - DAY * (days - 1), today, period)


def preset(period: str) -> Window:
    """The window of a preset's name."""
    return last_days(int(Preset(period).removesuffix("d")), period)


_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


def _date(value: object) -> object:
    if isinstance(value, str) and _ISO_DATE.match(value):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime) or value < EARLIEST:
        raise PydanticCustomError(
            "date", "must be a date as YYYY-MM-DD, not before {earliest}", {"earliest": EARLIEST.isoformat()}
        )
    return value


DateText = Annotated[
    dt.date,
    BeforeValidator(_date, json_schema_input_type=str),
    Field(examples=["2026-06-14"], json_schema_extra={"format": "date"}),
]
PeriodName = Annotated[Period, member_of(Period)]
PresetName = Annotated[Preset, member_of(Preset)]


class WindowInput(Input):
    """A window as a client asks for it: a preset, or two dates."""

    period: Annotated[PeriodName | None, OMISSIBLE] = Field(
        None,
        description="A preset that ends today (UTC), or `custom`, which dates alone also mean; `30d` where nothing is "
        "said.",
    )
    start_date: Annotated[DateText | None, OMISSIBLE] = Field(
        None, description="First date of a custom window, inclusive."
    )
    end_date: Annotated[DateText | None, OMISSIBLE] = Field(
        None, description="Last date of a custom window, inclusive; today at the latest."
    )

    def window(self, default: Preset = Preset.LAST_30_DAYS) -> Window:
        """The window meant, `default` where nothing was said; ValidationFailed naming the date that is wrong."""
        dates = {"start_date": self.start_date, "end_date": self.end_date}
        if self.period is None and not any(dates.values()):
            return preset(default)
        if self.period not in {None, Period.CUSTOM}:
            given = [name for name, date in dates.items() if date is not None]
            if given:
                message = f"goes with period custom only, not with {self.period}"
                raise ValidationFailed([FieldError(name, message) for name in given])
            return preset(str(self.period))
        if self.start_date is None or self.end_date is None:
            missing = [name for name, date in dates.items() if date is None]
            raise ValidationFailed([FieldError(name, "is required with period custom") for name in missing])
        return custom(self.start_date, self.end_date)


class DatesInput(Input):
    """A range of dates of which either end may be left out."""

    start_date: Annotated[DateText | None, OMISSIBLE] = Field(
        None, description="First date, inclusive; left out, the range is the 30 days that end at `end_date`."
    )
    end_date: Annotated[DateText | None, OMISSIBLE] = Field(
        None, description="Last date, inclusive; today when left out, and at the latest."
    )

    def window(self) -> Window:
        """The range meant; ValidationFailed naming the date that is wrong."""
        if self.start_date is not None:
            return custom(self.start_date, self.end_date or clock.today())
        end = min(self.end_date or clock.today(), clock.today())
        return Window(max(end - DAY * 29, EARLIEST), end)


def custom(start: dt.date, end: dt.date) -> Window:
    """The window of two dates, its end today at the latest; ValidationFailed where they make none."""
    today = clock.today()
    if start > today:  # first: an end that was left out is today
        raise ValidationFailed.of("start_date", "must not be in the future")
    if end < start:
        raise ValidationFailed.of("end_date", "must not be before start_date")
    window = Window(start, min(end, today))
    if window.days > MAX_DAYS:
        error = FieldError("end_date", f"must be at most {MAX_DAYS - 1} days after start_date")
        raise ValidationFailed([error], f"A window has at most {MAX_DAYS} days.")
    return window
