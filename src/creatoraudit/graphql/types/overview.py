"""The organization at a glance."""

import datetime as dt

import strawberry
from strawberry import field

from creatoraudit.domain.analytics.overview import Overview as OverviewRow
from creatoraudit.graphql.scalars import BigInt


def _start_date(root: OverviewRow) -> dt.date:
    return root.window.start


def _end_date(root: OverviewRow) -> dt.date:
    return root.window.end


def _days(root: OverviewRow) -> int:
    return root.window.days


@strawberry.type(description="A window's figures; the counts are as of its end.")
class OverviewFigures:
    total_views: BigInt = field(description="Views gained in the window.")
    engagement_rate: float = field(
        description="Engagement per hundred views in the window, rounded half up to 2 decimals."
    )
    active_accounts: BigInt = field(description="Accounts that are active now and were tracked by then.")
    account_videos: BigInt = field(description="Account videos that were discovered by then.")
    tracked_videos: BigInt = field(description="Videos that were tracked by themselves by then.")


@strawberry.type(
    description="By how many percent of the previous figures the current ones differ, rounded half up to 2 decimals; 0 "
    "where the previous figure is 0."
)
class OverviewChanges:
    total_views_pct: float = field(description="Change of the views gained, in percent.")
    engagement_rate_pct: float = field(description="Change of the engagement rate, in percent of the previous rate.")
    active_accounts_pct: float = field(description="Change of the number of active accounts, in percent.")
    account_videos_pct: float = field(description="Change of the number of account videos, in percent.")
    tracked_videos_pct: float = field(description="Change of the number of tracked videos, in percent.")


@strawberry.type(description="The organization in a window, beside the equally long one just before.")
class Overview:
    start_date: dt.date = field(resolver=_start_date, description="The window's first day.")
    end_date: dt.date = field(resolver=_end_date, description="The window's last day, today (UTC) at the latest.")
    days: int = field(resolver=_days, description="How many days the window has.")
    current: OverviewFigures = field(description="The figures of the window.")
    previous: OverviewFigures = field(description="The figures of the window before.")
    changes: OverviewChanges = field(description="How the current figures differ from the previous ones.")
