"""`/overview`."""

from typing import Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from creatoraudit.domain.analytics.overview import OverviewParams, overview
from creatoraudit.domain.analytics.windows import preset
from creatoraudit.rest.endpoint import AnyEndpoint, Call, Endpoint, Tag
from creatoraudit.rest.envelopes import one, single
from creatoraudit.rest.params import Params


class OverviewFigures(BaseModel):
    """A window's figures; the counts are as of its end."""

    total_views: int = Field(description="Views gained in the window.", examples=[12_480_331])
    engagement_rate: float = Field(description="Engagement per hundred views in the window.", examples=[14.08])
    active_accounts: int = Field(description="Accounts that are active now and were there by then.", examples=[48])
    account_videos: int = Field(description="Account videos discovered by then.", examples=[1_904])
    tracked_videos: int = Field(description="Videos tracked by themselves by then.", examples=[112])


class OverviewChanges(BaseModel):
    """By how many percent the figures changed; 0 where there was nothing before."""

    total_views_pct: float = Field(description="Of `total_views`.", examples=[7.31])
    engagement_rate_pct: float = Field(description="Of `engagement_rate`.", examples=[-2.5])
    active_accounts_pct: float = Field(description="Of `active_accounts`.", examples=[4.35])
    account_videos_pct: float = Field(description="Of `account_videos`.", examples=[1.76])
    tracked_videos_pct: float = Field(description="Of `tracked_videos`.", examples=[0.0])


class Overview(BaseModel):
    """The organization over a window, and over the equally long one just before."""

    current: OverviewFigures
    previous: OverviewFigures
    changes: OverviewChanges
    type: Literal["overview"] = Field(description="What this object is.")


async def get_overview(call: Call[OverviewParams, None]) -> Response:
    found = await overview(call.db, call.actor, preset(call.query.period))
    return one(
        {
            "current": found.current._asdict(),
            "previous": found.previous._asdict(),
            "changes": found.changes._asdict(),
            "type": "overview",
        }
    )


ENDPOINTS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/overview",
        handler=get_overview,
        tag=Tag.ANALYTICS,
        summary="Show your organization at a glance",
        description="The figures of the last days, today included, beside those of as many days before.",
        query=Params(OverviewParams),
        answers={200: single(Overview)},
    )
]
