"""What many things gained: `/videos/deltas`, and `…/metrics` of accounts and of videos of both kinds.

They are asked with POST because their ids are too many for a URL; nothing is changed.
"""

from typing import Any

from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from creatoraudit.domain.analytics.deltas import VideoDeltasInput, video_deltas
from creatoraudit.domain.analytics.metrics import METRICS
from creatoraudit.domain.analytics.scopes import ACCOUNTS, VIDEOS_OF_EITHER_KIND
from creatoraudit.domain.analytics.totals import (
    AccountMetricsInput,
    AccountVideoMetricsInput,
    Totals,
    VideoMetricsInput,
    account_video_totals,
    totals,
)
from creatoraudit.domain.analytics.windows import Period
from creatoraudit.rest.endpoint import AnyEndpoint, Call, Endpoint, Tag
from creatoraudit.rest.envelopes import answer
from creatoraudit.rest.metrics import WindowMeta, gain_fields, window_meta

_VIDEO_ID = "01977f0f-1d2e-7a44-b3c1-90aa5e7d6f02"
_NOT_FOUND = Field(
    description="Ids of nothing that your organization has, in the order of the request.",
    examples=[["01977f0f-9e5d-7b0b-8f6a-0c1d2e3f4a5b"]],
)
_SHOWN = [metric for metric in METRICS if metric.in_totals]
_NAMES = [metric.name for metric in _SHOWN]


class VideoDeltasMeta(BaseModel):
    """What the deltas were asked for."""

    windows: list[int] = Field(description="The windows in days, without duplicates.", examples=[[1, 7]])
    video_count: int = Field(description="Ids that were found.", examples=[1])
    not_found: list[str] = _NOT_FOUND


class VideoDeltas(BaseModel):
    """The change of each video's view count over each window."""

    data: dict[str, dict[str, int]] = Field(
        description="For each id, the views gained over the last so many days, today included.",
        examples=[{_VIDEO_ID: {"1d": 1_204, "7d": 10_381}}],
    )
    meta: VideoDeltasMeta


class MetricsMeta(WindowMeta[Period]):
    """The window that was measured, and what could not be."""

    not_found: list[str] = _NOT_FOUND
    coverage: float | None = Field(
        description="Days that were observed by days that could have been, of all that was found together; null if "
        "there were none.",
        examples=[0.9286],
    )


MetricsRow = create_model(
    "MetricsRow", __doc__="What one of them gained in the window; zeros where nothing was.", **gain_fields(_SHOWN)
)
Metrics = create_model(
    "Metrics",
    __doc__="What each of many gained over a window, by its id.",
    data=(dict[str, MetricsRow], Field(description="What each gained, by its id as it was sent.")),
    meta=(MetricsMeta, ...),
)


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


async def get_account_metrics(call: Call[None, AccountMetricsInput]) -> Response:
    ids, window = call.body.account_ids, call.body.window()
    return _answer(await totals(call.db, call.actor, ACCOUNTS, ids, window))


async def get_video_metrics(call: Call[None, VideoMetricsInput]) -> Response:
    ids, window = call.body.video_ids, call.body.window()
    return _answer(await totals(call.db, call.actor, VIDEOS_OF_EITHER_KIND, ids, window))


async def get_account_video_metrics(call: Call[None, AccountVideoMetricsInput]) -> Response:
    return _answer(await account_video_totals(call.db, call.actor, call.body, call.body.window()))


def _answer(found: Totals) -> Response:
    rest: dict[str, Any] = {"not_found": found.not_found, "coverage": found.coverage}
    return answer(
        {
            "data": {one: {name: values[name] for name in _NAMES} for one, values in found.values.items()},
            "meta": window_meta(found.window) | rest,
        }
    )


_READS_ONLY = "Reads only: any key may call it."

ENDPOINTS: list[AnyEndpoint] = [
    Endpoint(
        method="POST",
        path="/accounts/metrics",
        handler=get_account_metrics,
        tag=Tag.ANALYTICS,
        summary="Measure accounts",
        description="What up to 200 accounts gained over a window: the last 30 days unless asked otherwise. "
        f"{_READS_ONLY}",
        body=AccountMetricsInput,
        answers={200: Metrics},
    ),
    Endpoint(
        method="POST",
        path="/videos/metrics",
        handler=get_video_metrics,
        tag=Tag.ANALYTICS,
        summary="Measure videos",
        description="What up to 200 videos or account videos gained over a window: the last 30 days unless asked "
        f"otherwise. {_READS_ONLY}",
        body=VideoMetricsInput,
        answers={200: Metrics},
    ),
    Endpoint(
        method="POST",
        path="/account-videos/metrics",
        handler=get_account_video_metrics,
        tag=Tag.ANALYTICS,
        summary="Measure account videos by number",
        description="What up to 200 account videos, named by `post_id`, gained over a window: the last 30 days unless "
        f"asked otherwise. A number of the other platform counts as not found. {_READS_ONLY}",
        body=AccountVideoMetricsInput,
        answers={200: Metrics},
    ),
    Endpoint(
        method="POST",
        path="/videos/deltas",
        handler=get_video_deltas,
        tag=Tag.ANALYTICS,
        summary="Compare view counts",
        description="The change of view counts over the last so many days, today included, for videos and account "
        f"videos alike. {_READS_ONLY}",
        body=VideoDeltasInput,
        answers={200: VideoDeltas},
    ),
]
