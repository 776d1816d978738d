"""What many things gained over one window."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from creatoraudit.db.engine import Reader
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.closings import Coverage, Histories, histories, together
from creatoraudit.domain.analytics.metrics import Values
from creatoraudit.domain.analytics.scopes import ACCOUNT_VIDEOS_BY_POST, Scope
from creatoraudit.domain.analytics.windows import Window, WindowInput
from creatoraudit.domain.validation import INT64_MAX, Platform, UUIDText

MAX_IDS = 200

PostId = Annotated[int, Field(ge=1, le=INT64_MAX)]


class AccountMetricsInput(WindowInput):
    """Which accounts, over which window."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"account_ids": ["01977f0e-5c1b-7d3a-9a52-3f1e6c0b8d21"], "period": "7d"}]}
    )

    account_ids: list[UUIDText] = Field(
        min_length=1, max_length=MAX_IDS, description="Ids of accounts; duplicates are ignored, but count."
    )


class VideoMetricsInput(WindowInput):
    """Which videos of either kind, over which window."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"video_ids": ["01977f0f-1d2e-7a44-b3c1-90aa5e7d6f02"], "period": "7d"}]}
    )

    video_ids: list[UUIDText] = Field(
        min_length=1,
        max_length=MAX_IDS,
        description="Ids of videos or account videos; duplicates are ignored, but count.",
    )


class AccountVideoMetricsInput(WindowInput):
    """Which account videos of each platform, over which window; at most 200 together."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"instagram_post_ids": [80_413], "tiktok_video_ids": [80_412], "period": "7d"}]}
    )

    instagram_post_ids: list[PostId] = Field(
        default_factory=list, max_length=MAX_IDS, description="`post_id`s of account videos on Instagram."
    )
    tiktok_video_ids: list[PostId] = Field(
        default_factory=list,
        max_length=MAX_IDS,
        validate_default=True,
        description="`post_id`s of account videos on TikTok.",
    )

    @field_validator("tiktok_video_ids")
    @classmethod
    def _some_and_not_too_many(cls, value: list[int], info: ValidationInfo) -> list[int]:
        others = info.data.get("instagram_post_ids")
        if others is not None and not others and not value:
            raise PydanticCustomError("none_at_all", "or instagram_post_ids must have at least 1 item")
        if others is not None and len(others) + len(value) > MAX_IDS:
            raise PydanticCustomError(
                "too_many_together", "and instagram_post_ids must have at most {n} items together", {"n": MAX_IDS}
            )
        return value


class Measured(NamedTuple):
    """A thing's metrics over a window, and how much of the window was observed."""

    values: Values
    coverage: Coverage


class Totals(NamedTuple):
    """The metrics of each thing that was found, the coverage of all of them together, and what was not found."""

    values: dict[str, Values]
    window: Window
    coverage: float | None
    not_found: list[str]


async def totals(db: Reader, actor: Actor, scope: Scope, ids: Sequence[str], window: Window) -> Totals:
    """All metrics of the things with these ids, in the ids' order; duplicates are ignored."""
    found = await measured(db, actor, scope, ids, window)
    return _totals(((one, found.get(one)) for one in dict.fromkeys(ids)), window)


async def account_video_totals(db: Reader, actor: Actor, data: AccountVideoMetricsInput, window: Window) -> Totals:
    """Likewise for account videos by `post_id`; one of the other platform counts as not found."""
    asked = {Platform.INSTAGRAM: data.instagram_post_ids, Platform.TIKTOK: data.tiktok_video_ids}
    ids = [one for of_platform in asked.values() for one in of_platform]
    found = await histories(db, actor, ACCOUNT_VIDEOS_BY_POST, ids, [window.before, window.end])
    by_id = measured_in(found, 0, 1)
    platforms = dict(zip(found.ids, found.platforms, strict=True))
    pairs = {
        (platform, one): by_id[one] if platform in platforms.get(one, ()) else None
        for platform, of_platform in asked.items()
        for one in of_platform
    }
    return _totals(((str(one), result) for (_, one), result in pairs.items()), window)


async def measured(db: Reader, actor: Actor, scope: Scope, ids: Sequence[Any], window: Window) -> dict[Any, Measured]:
    """The metrics and coverage of each thing; ids that the organization lacks are left out."""
    return measured_in(await histories(db, actor, scope, ids, [window.before, window.end]), 0, 1)


def measured_in(found: Histories, before: int, end: int) -> dict[Any, Measured]:
    """The metrics and coverage of each thing between two of the days asked for, named by their place."""
    return dict(zip(found.ids, map(Measured, found.values(before, end), found.coverage(before, end)), strict=True))


def _totals(results: Iterable[tuple[str, Measured | None]], window: Window) -> Totals:
    values: dict[str, Values] = {}
    coverages: list[Coverage] = []
    not_found: list[str] = []
    for one, result in results:
        if result is None:
            not_found.append(one)
        else:
            values[one] = result.values
            coverages.append(result.coverage)
    return Totals(values, window, together(coverages).share, not_found)
