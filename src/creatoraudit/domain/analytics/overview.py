"""The organization at a glance: a window, the equally long one before it, and how they differ."""

from typing import NamedTuple

from pydantic import Field

from creatoraudit.db.engine import Reader
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics import windows
from creatoraudit.domain.analytics.metrics import half_up
from creatoraudit.domain.analytics.organization import organization_history
from creatoraudit.domain.analytics.windows import Preset, PresetName, Window
from creatoraudit.domain.validation import Input


class OverviewParams(Input):
    """Which window is looked at."""

    period: PresetName = Field(Preset.LAST_7_DAYS, description="The window, which ends today (UTC).")


class Figures(NamedTuple):
    """A window's figures; the counts are as of its end."""

    total_views: int
    engagement_rate: float
    active_accounts: int
    account_videos: int
    tracked_videos: int


class Changes(NamedTuple):
    """By how many percent the figures changed, rounded half up to 2 decimals; 0 where there were none."""

    total_views_pct: float
    engagement_rate_pct: float
    active_accounts_pct: float
    account_videos_pct: float
    tracked_videos_pct: float


class Overview(NamedTuple):
    """A window's figures beside those of the window before."""

    current: Figures
    previous: Figures
    changes: Changes
    window: Window


async def overview(db: Reader, actor: Actor, window: Window | None = None) -> Overview:
    """The organization's figures over a window, the last 7 days unless another is given, and over the one before."""
    window = window or windows.preset(Preset.LAST_7_DAYS)
    days = [window.previous.before, window.before, window.end]
    history, sums = await organization_history(db, actor, days)

    def figures(end: int) -> Figures:
        (gained,) = history.values(end - 1, end)
        counts = [sums[name][end] for name in ("active_accounts", "account_videos", "tracked_videos")]
        return Figures(int(gained["views"] or 0), float(gained["engagement_rate"] or 0), *counts)

    previous, current = figures(1), figures(2)
    changes = [change(now, then) for now, then in zip(current, previous, strict=True)]
    return Overview(current, previous, Changes(*changes), window)


def change(now: float, before: float) -> float:
    """By how many percent a figure of at most 2 decimals changed; 0 where there was none before."""
    hundredths_now, hundredths_before = round(now * 100), round(before * 100)
    if not hundredths_before:
        return 0.0
    return half_up(100 * (hundredths_now - hundredths_before), abs(hundredths_before), 2)
