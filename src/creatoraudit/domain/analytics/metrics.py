"""The registry of metrics: each is declared here, once, and every row, field and page that shows it follows.

A metric is either measured, read from closings, or derived from metrics declared before it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import sub
from typing import Any

from creatoraudit.domain.validation import Platform

Value = int | float | None
Values = dict[str, Value]
"""The metrics of one thing over one window, by name, in the registry's order."""

Platforms = frozenset[str | None]
"""The platforms of a thing's parts; None stands for no part."""
EVERYWHERE = (Platform.INSTAGRAM, Platform.TIKTOK)


class Unit(StrEnum):
    """What a metric's number counts."""

    COUNT = "count"
    PERCENT = "percent"


class RollUp(StrEnum):
    """How a creator's or the organization's number follows from its parts."""

    SUM = "sum"
    LAST_KNOWN_SUM = "last_known_sum"
    DERIVED = "derived"


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """What a number is called, what it means, how it is computed and where it appears.

    `column` names where closings keep a measured metric, `total` where they keep the counter that it is a gain of; any
    other metric is what `derive` makes of the metrics named in `of`. `example` is what documentation shows of a
    measured metric.
    """

    name: str
    description: str
    formula: str
    null_rule: str
    column: str | None = None
    total: str | None = None
    example: int = 0
    of: tuple[str, ...] = ()
    derive: Callable[..., int | float] | None = None
    unit: Unit = Unit.COUNT
    roll_up: RollUp = RollUp.SUM
    platforms: tuple[Platform, ...] = EVERYWHERE
    version: int = 1
    of_posts: bool = True
    in_totals: bool = True
    in_rankings: bool = True

    @property
    def is_nullable(self) -> bool:
        """Whether there may be no value: where its platforms are not measured, or nothing was observed yet."""
        return self.platforms != EVERYWHERE or self.roll_up is RollUp.LAST_KNOWN_SUM

    def over(self, platforms: Sequence[Platforms], starts: Sequence[Any], ends: Sequence[Any]) -> Sequence[Value]:
        """A measured metric of each thing, from what it had come to before to what it has come to."""
        values = ends if self.roll_up is RollUp.LAST_KNOWN_SUM else list(map(sub, ends, starts))
        if self.platforms == EVERYWHERE:
            return values
        return [
            None if where.isdisjoint(self.platforms) else value for value, where in zip(values, platforms, strict=True)
        ]


def half_up(part: int, whole: int, decimals: int) -> float:
    """The part by a positive whole, rounded to so many decimals: exactly, ties away from zero."""
    scale: int = 10**decimals
    units = (2 * scale * abs(part) + whole) // (2 * whole)
    return (units if part >= 0 else -units) / scale


def percentage(part: int, whole: int) -> float:
    """Hundred times the part by the whole, rounded half up to 2 decimals; 0 when the whole is not positive."""
    return half_up(100 * part, whole, 2) if whole > 0 else 0.0


def _sum(*parts: int) -> int:
    return sum(parts)


_GAINS = "the daily gains of {} in the window"
_ZERO = "never null: a day without an observation adds nothing"

METRICS: tuple[Metric, ...] = (
    Metric(
        name="views",
        description="Views gained in the window.",
        formula=_GAINS.format("view_count"),
        column="gained_views",
        total="views",
        example=12_480_331,
        null_rule=_ZERO,
    ),
    Metric(
        name="plays",
        description="Plays gained in the window; TikTok has no plays of its own, there they equal the views.",
        formula=_GAINS.format("play_count"),
        column="gained_plays",
        total="plays",
        example=12_480_331,
        null_rule=_ZERO,
    ),
    Metric(
        name="likes",
        description="Likes gained in the window.",
        formula=_GAINS.format("like_count"),
        column="gained_likes",
        total="likes",
        example=1_730_022,
        null_rule=_ZERO,
    ),
    Metric(
        name="comments",
        description="Comments gained in the window.",
        formula=_GAINS.format("comment_count"),
        column="gained_comments",
        total="comments",
        example=18_233,
        null_rule=_ZERO,
    ),
    Metric(
        name="shares",
        description="Shares gained in the window.",
        formula=_GAINS.format("share_count"),
        column="gained_shares",
        total="shares",
        example=9_118,
        null_rule=_ZERO,
    ),
    Metric(
        name="saves",
        description="Saves gained in the window, on Instagram only: TikTok does not show them.",
        formula=_GAINS.format("saved_count"),
        column="gained_saves",
        example=4_605,
        null_rule="null where nothing on Instagram is measured",
        platforms=(Platform.INSTAGRAM,),
        in_totals=False,
        in_rankings=False,
    ),
    Metric(
        name="engagement",
        description="Likes, comments and shares gained in the window.",
        formula="likes + comments + shares",
        null_rule=_ZERO,
        roll_up=RollUp.DERIVED,
        of=("likes", "comments", "shares"),
        derive=_sum,
    ),
    Metric(
        name="engagement_rate",
        description="Engagement per hundred views in the window, rounded half up to 2 decimals.",
        formula="100 × engagement / views",
        null_rule="never null: 0 when views are not positive",
        unit=Unit.PERCENT,
        roll_up=RollUp.DERIVED,
        of=("engagement", "views"),
        derive=percentage,
        in_totals=False,
    ),
    Metric(
        name="followers",
        description="Followers as last known at the end of the window.",
        formula="the last known follower_count",
        column="followers",
        example=203_100_000,
        null_rule="null before the first observation",
        roll_up=RollUp.LAST_KNOWN_SUM,
        of_posts=False,
        in_totals=False,
    ),
    Metric(
        name="followers_gained",
        description="Followers gained in the window; the first observation is the baseline.",
        formula=_GAINS.format("follower_count"),
        column="gained_followers",
        example=41_877,
        null_rule=_ZERO,
        of_posts=False,
        in_totals=False,
    ),
)
