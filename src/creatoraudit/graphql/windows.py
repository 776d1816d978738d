"""Windows: the days that numbers are asked for."""

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, argument

from creatoraudit.domain.analytics import windows
from creatoraudit.domain.analytics.windows import Preset, Window
from creatoraudit.domain.validation import validate
from creatoraudit.errors import ValidationFailed
from creatoraudit.graphql.enums import Period
from creatoraudit.graphql.inputs import given, renamed


@strawberry.input(description="The days that numbers are asked for: those of a preset, or those between two dates.")
class WindowInput:
    period: Period | None = strawberry.field(
        default=UNSET, description="A preset that ends today (UTC), or `CUSTOM`, which dates alone also mean."
    )
    start_date: dt.date | None = strawberry.field(
        default=UNSET, description="The first day of a custom window, not in the future."
    )
    end_date: dt.date | None = strawberry.field(
        default=UNSET, description="The last day of a custom window; a day in the future stands for today."
    )


SentWindow = Annotated[WindowInput | None, argument(description="Which days; the last 30 by default, today included.")]
SentWeek = Annotated[WindowInput | None, argument(description="Which days; the last 7 by default, today included.")]


def window_of(sent: Any, default: Preset = Preset.LAST_30_DAYS) -> Window:
    """The window that a client means; ValidationFailed, in GraphQL's names, where it makes none."""
    said = {name: value for name, value in (given(sent) if sent else {}).items() if value is not None}
    try:
        return validate(windows.WindowInput, said).window(default)
    except ValidationFailed as error:
        raise renamed(error) from None
