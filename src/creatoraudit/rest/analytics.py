"""What is computed from the history: `/videos/deltas` and `/creators/top`."""

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from creatoraudit.domain.analytics.deltas import VideoDeltasInput, video_deltas
from creatoraudit.domain.analytics.leaderboards import ORDERS, TopCreatorsParams, top_creators
from creatoraudit.domain.analytics.leaderboards import TopCreator as TopCreatorRow
from creatoraudit.domain.analytics.metrics import METRICS
from creatoraudit.domain.analytics.windows import Preset
from creatoraudit.domain.validation import UUIDText
from creatoraudit.rest.creators import AccountsSummary
from creatoraudit.rest.endpoint import AnyEndpoint, Call, Endpoint, Tag
from creatoraudit.rest.envelopes import answer
from creatoraudit.rest.params import Params

_VIDEO_ID = "01977f0f-1d2e-7a44-b3c1-90aa5e7d6f02"
_RANKED = {metric.name: metric.description for metric in METRICS if metric.in_rankings}


class VideoDeltasMeta(BaseModel):
    """What the deltas were asked for."""

    windows: list[int] = Field(description="The windows in days, without duplicates.", examples=[[1, 7]])
    video_count: int = Field(description="Ids that were found.", examples=[1])
    not_found: list[str] = Field(
        description="Ids that your organization has no video for, in the order of the request.",
        examples=[["01977f0f-9e5d-7b0b-8f6a-0c1d2e3f4a5b"]],
    )


class VideoDeltas(BaseModel):
    """The change of each video's view count over each window."""

    data: dict[str, dict[str, int]] = Field(
        description="For each id, the views gained over the last so many days, today included.",
        examples=[{_VIDEO_ID: {"1d": 1_204, "7d": 10_381}}],
    )
    meta: VideoDeltasMeta


class TopCreator(BaseModel):
    """A creator's place, and what all linked accounts gained together."""

    rank: int = Field(description="The place, from 1.", examples=[1])
    id: UUIDText = Field(description="The creator's id.", examples=["01977f0e-6a40-7c11-8e0f-2b9d4a7c5e10"])
    type: Literal["creator"] = Field(description="What this object is.")
    name: str = Field(description="The creator's name.", examples=["Charli D'Amelio"])
    views: int = Field(description=_RANKED["views"], examples=[12_480_331])
    plays: int = Field(description=_RANKED["plays"], examples=[12_480_331])
    likes: int = Field(description=_RANKED["likes"], examples=[1_730_022])
    comments: int = Field(description=_RANKED["comments"], examples=[18_233])
    shares: int = Field(description=_RANKED["shares"], examples=[9_118])
    engagement: int = Field(description=_RANKED["engagement"], examples=[1_757_373])
    engagement_rate: float = Field(description=_RANKED["engagement_rate"], examples=[14.08])
    followers: int | None = Field(description=_RANKED["followers"], examples=[203_100_000])
    followers_gained: int = Field(description=_RANKED["followers_gained"], examples=[41_877])
    accounts_summary: AccountsSummary


class TopCreatorsMeta(BaseModel):
    """What the creators were ranked by."""

    period: Preset = Field(description="The window.", examples=["7d"])
    start_date: dt.date = Field(description="Its first date.", examples=["2026-06-08"])
    end_date: dt.date = Field(description="Its last date: today (UTC).", examples=["2026-06-14"])
    days: int = Field(description="How many dates it has.", examples=[7])
    order_by: str = Field(
        description="The metric that ranks.", examples=["views"], json_schema_extra={"enum": list(ORDERS)}
    )


class TopCreators(BaseModel):
    """The creators that did best over a window, best first."""

    data: list[TopCreator]
    meta: TopCreatorsMeta


TOP_CREATORS = Params(TopCreatorsParams)


async def get_video_deltas(call: Call[None, VideoDeltasInput]) -> Response:
    found = await video_deltas(call.db, call.actor, call.body.video_ids, call.body.windows)
    return answer(
        {
            "data": {
                video_id: {f"{days}d": gained for days, gained in of_video.items()}
                for video_id, of_video in found.values.items()
            },
            "meta": {
                "windows": found.windows,
                "video_count": len(found.values),
                "not_found": found.not_found,
            },
        }
    )


async def get_top_creators(call: Call[TopCreatorsParams, None]) -> Response:
    asked = call.query
    best = await top_creators(call.db, call.actor, period=asked.period, limit=asked.limit, order_by=asked.order_by)
    window = best.window
    return answer(
        {
            "data": [_top_creator(place) for place in best.rows],
            "meta": {
                "period": window.period,
                "start_date": window.start,
                "end_date": window.end,
                "days": window.days,
                "order_by": best.order_by,
            },
        }
    )


def _top_creator(place: TopCreatorRow) -> dict[str, Any]:
    creator = place.creator
    return {
        "rank": place.rank,
        "id": creator.id,
        "type": "creator",
        "name": creator.name,
        **{name: place.metrics[name] for name in _RANKED},
        "accounts_summary": creator.accounts_summary,
    }


ENDPOINTS: list[AnyEndpoint] = [
    Endpoint(
        method="POST",
        path="/videos/deltas",
        handler=get_video_deltas,
        tag=Tag.VIDEOS,
        summary="Compare view counts",
        description="The change of view counts over the last so many days, today included, for videos and account "
        "videos alike. Reads only: any key may call it.",
        body=VideoDeltasInput,
        answers={200: VideoDeltas},
    ),
    Endpoint(
        method="GET",
        path="/creators/top",
        handler=get_top_creators,
        tag=Tag.CREATORS,
        summary="Rank creators",
        description="The active creators that did best over the last days, today included: by views unless ordered "
        "otherwise, ties by name.",
        query=TOP_CREATORS,
        answers={200: TopCreators},
    ),
]
