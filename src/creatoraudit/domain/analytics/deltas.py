"""How much things have changed over the last so many days."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, NamedTuple

from pydantic import Field

from creatoraudit import clock
from creatoraudit.db.engine import Reader
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.closings import histories
from creatoraudit.domain.analytics.scopes import VIDEOS_OF_EITHER_KIND, Scope
from creatoraudit.domain.analytics.totals import Measured, measured_in
from creatoraudit.domain.validation import Input, UUIDText

MAX_IDS = 200
MAX_WINDOWS = 10

Days = Annotated[int, Field(ge=1, le=365)]
Windows = Annotated[
    list[Days],
    Field(
        default_factory=lambda: [1, 7, 14, 30],
        min_length=1,
        max_length=MAX_WINDOWS,
        description="Lengths in days, each ending today (UTC); duplicates are ignored.",
    ),
]


class DeltasInput(Input):
    """How many days back."""

    windows: Windows


class VideoDeltasInput(Input):
    """Which videos, and how many days back."""

    video_ids: list[UUIDText] = Field(
        min_length=1, max_length=MAX_IDS, description="Ids of videos or account videos; duplicates are ignored."
    )
    windows: Windows


class VideoDeltas(NamedTuple):
    """The views each video gained over each number of days, and the ids that are not the organization's."""

    values: dict[str, dict[int, int]]
    windows: list[int]
    not_found: list[str]


async def video_deltas(db: Reader, actor: Actor, ids: Sequence[str], windows: Sequence[int]) -> VideoDeltas:
    """The views that videos or account videos gained over the last n days, today included."""
    asked, lengths = list(dict.fromkeys(ids)), list(dict.fromkeys(windows))
    found = await deltas(db, actor, VIDEOS_OF_EITHER_KIND, asked, lengths)
    values = {
        one: {days: int(gained.values["views"] or 0) for days, gained in found[one].items()}
        for one in asked
        if one in found
    }
    return VideoDeltas(values, lengths, [one for one in asked if one not in found])


async def deltas(
    db: Reader, actor: Actor, scope: Scope, ids: Sequence[str], windows: Sequence[int]
) -> dict[str, dict[int, Measured]]:
    """The metrics and coverage of each thing over the last n days, today included, by n; unknown ids are left out."""
    today = clock.today()
    days = [today, *(today - dt.timedelta(days=length) for length in windows)]
    found = await histories(db, actor, scope, ids, days)
    by_window = {length: measured_in(found, place, 0) for place, length in enumerate(windows, start=1)}
    return {one: {length: measured[one] for length, measured in by_window.items()} for one in found.ids}
