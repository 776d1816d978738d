"""How things developed: `…/analytics`, a row a day, and `…/timeseries`, a row a day, week or month."""

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from creatoraudit.domain.analytics.metrics import METRICS
from creatoraudit.domain.analytics.organization import organization_series
from creatoraudit.domain.analytics.scopes import ACCOUNT_VIDEOS, ACCOUNTS, CREATORS, VIDEOS, Scope
from creatoraudit.domain.analytics.series import Granularity, Series, SeriesInput, series_of
from creatoraudit.domain.analytics.windows import DatesInput, Period, Window
from creatoraudit.domain.validation import UUIDText
from creatoraudit.errors import NotFound
from creatoraudit.rest.endpoint import AnyEndpoint, Call, Endpoint, Handler, Tag
from creatoraudit.rest.envelopes import answer
from creatoraudit.rest.metrics import gain_fields, total_fields
from creatoraudit.rest.params import Params

DatesCall = Call[DatesInput, None]
SeriesCall = Call[SeriesInput, None]


class DailyMeta(BaseModel):
    """What was measured, over which dates."""

    scope: Literal["organization", "account", "video", "account_video", "creator"] = Field(
        description="What kind of thing was measured.", examples=["account"]
    )
    id: UUIDText = Field(description="Which one.", examples=["01977f0e-5c1b-7d3a-9a52-3f1e6c0b8d21"])
    start_date: dt.date = Field(description="The first date.", examples=["2026-05-16"])
    end_date: dt.date = Field(description="The last date: today (UTC) at the latest.", examples=["2026-06-14"])
    days: int = Field(description="How many dates there are.", examples=[30])
    coverage: float | None = Field(
        description="Days that were observed by days that could have been; null if there were none.", examples=[0.9286]
    )


class TimeseriesMeta(DailyMeta):
    """What was measured, over which window, and what a row stands for."""

    period: Period = Field(description="The window, by the name it was asked for.", examples=["30d"])
    granularity: Granularity = Field(description="What a row stands for.", examples=["day"])


_DAY = (dt.date, Field(description="The day.", examples=["2026-06-14"]))
_BUCKET = (
    dt.date,
    Field(
        description="The day, the week's Monday or the month's 1st, even where that lies before the window.",
        examples=["2026-06-14"],
    ),
)
_ON_A_DAY = "What one day brought: the window of its numbers is that day."
_IN_A_BUCKET = "What one day, week or month brought, as far as it lies in the window, and all there was at its close."

DailyRow = create_model("DailyRow", __doc__=_ON_A_DAY, date=_DAY, **gain_fields(METRICS))
VideoDailyRow = create_model("VideoDailyRow", __doc__=_ON_A_DAY, date=_DAY, **gain_fields(VIDEOS.metrics))
TimeseriesRow = create_model(
    "TimeseriesRow", __doc__=_IN_A_BUCKET, date=_BUCKET, **gain_fields(METRICS), **total_fields(METRICS)
)
VideoTimeseriesRow = create_model(
    "VideoTimeseriesRow",
    __doc__=_IN_A_BUCKET,
    date=_BUCKET,
    **gain_fields(VIDEOS.metrics),
    **total_fields(VIDEOS.metrics),
)


def _answer_of(row: type[BaseModel], meta: type[BaseModel]) -> type[BaseModel]:
    name = row.__name__.removesuffix("Row")
    doc = "How something developed, in order."
    return create_model(name, __doc__=doc, data=(list[row], ...), meta=(meta, ...))  # type: ignore[valid-type]


Daily, VideoDaily = (_answer_of(row, DailyMeta) for row in (DailyRow, VideoDailyRow))
Timeseries, VideoTimeseries = (_answer_of(row, TimeseriesMeta) for row in (TimeseriesRow, VideoTimeseriesRow))


async def get_analytics(call: DatesCall) -> Response:
    window = call.query.window()
    found = await organization_series(call.db, call.actor, window)
    return _daily(found, _meta("organization", call.actor.organization_id, window, found))


async def get_account_analytics(call: DatesCall, account_id: str) -> Response:
    return await _daily_of(call, ACCOUNTS, account_id)


async def get_video_analytics(call: DatesCall, video_id: str) -> Response:
    return await _daily_of(call, VIDEOS, video_id)


async def get_account_video_analytics(call: DatesCall, account_video_id: str) -> Response:
    return await _daily_of(call, ACCOUNT_VIDEOS, account_video_id)


async def get_creator_analytics(call: DatesCall, creator_id: str) -> Response:
    return await _daily_of(call, CREATORS, creator_id)


async def get_timeseries(call: SeriesCall) -> Response:
    window, granularity = call.query.window(), call.query.granularity
    found = await organization_series(call.db, call.actor, window, granularity)
    meta = _meta("organization", call.actor.organization_id, window, found)
    return _timeseries(found, meta, window, granularity)


async def get_account_timeseries(call: SeriesCall, account_id: str) -> Response:
    return await _timeseries_of(call, ACCOUNTS, account_id)


async def get_video_timeseries(call: SeriesCall, video_id: str) -> Response:
    return await _timeseries_of(call, VIDEOS, video_id)


async def get_account_video_timeseries(call: SeriesCall, account_video_id: str) -> Response:
    return await _timeseries_of(call, ACCOUNT_VIDEOS, account_video_id)


async def get_creator_timeseries(call: SeriesCall, creator_id: str) -> Response:
    return await _timeseries_of(call, CREATORS, creator_id)


async def _daily_of(call: DatesCall, scope: Scope, one: str) -> Response:
    window = call.query.window()
    found = await series_of(call.db, call.actor, scope, one, window)
    return _daily(found, _meta(_name(scope), one, window, found))


async def _timeseries_of(call: SeriesCall, scope: Scope, one: str) -> Response:
    window, granularity = call.query.window(), call.query.granularity
    found = await series_of(call.db, call.actor, scope, one, window, granularity)
    return _timeseries(found, _meta(_name(scope), one, window, found), window, granularity)


def _daily(found: Series, meta: dict[str, Any]) -> Response:
    return answer({"data": found.rows(totals=False), "meta": meta})


def _timeseries(found: Series, meta: dict[str, Any], window: Window, granularity: Granularity) -> Response:
    return answer({"data": found.rows(), "meta": meta | {"period": window.period, "granularity": granularity}})


def _meta(scope: str, one: str | None, window: Window, found: Series) -> dict[str, Any]:
    return {
        "scope": scope,
        "id": one,
        "start_date": window.start,
        "end_date": window.end,
        "days": window.days,
        "coverage": found.coverage.share,
    }


def _name(scope: Scope) -> str:
    return scope.noun.lower().replace(" ", "_")


def _by_day(path: str, handler: Handler[DatesInput, None], what: str, model: type[BaseModel]) -> AnyEndpoint:
    return Endpoint(
        method="GET",
        path=path,
        handler=handler,
        tag=Tag.ANALYTICS,
        summary=f"Show {what} by day",
        description=f"What each day brought {what}: the last 30 days, today included, unless asked otherwise. A day "
        "without an observation brings nothing; the next observation carries it.",
        query=Params(DatesInput),
        answers={200: model},
        errors=(NotFound,) if "{" in path else (),
    )


def _by_bucket(path: str, handler: Handler[SeriesInput, None], what: str, model: type[BaseModel]) -> AnyEndpoint:
    return Endpoint(
        method="GET",
        path=path,
        handler=handler,
        tag=Tag.ANALYTICS,
        summary=f"Show {what} by day, week or month",
        description=f"What each day, week or month brought {what}, and all there was at its close: the last 30 days, "
        "today included, unless asked otherwise.",
        query=Params(SeriesInput),
        answers={200: model},
        errors=(NotFound,) if "{" in path else (),
    )


ENDPOINTS: list[AnyEndpoint] = [
    _by_day("/analytics", get_analytics, "your organization", Daily),
    _by_day("/accounts/{account_id}/analytics", get_account_analytics, "an account", Daily),
    _by_day("/videos/{video_id}/analytics", get_video_analytics, "a video", VideoDaily),
    _by_day(
        "/account-videos/{account_video_id}/analytics", get_account_video_analytics, "an account video", VideoDaily
    ),
    _by_day("/creators/{creator_id}/analytics", get_creator_analytics, "a creator", Daily),
    _by_bucket("/analytics/timeseries", get_timeseries, "your organization", Timeseries),
    _by_bucket("/accounts/{account_id}/timeseries", get_account_timeseries, "an account", Timeseries),
    _by_bucket("/videos/{video_id}/timeseries", get_video_timeseries, "a video", VideoTimeseries),
    _by_bucket(
        "/account-videos/{account_video_id}/timeseries",
        get_account_video_timeseries,
        "an account video",
        VideoTimeseries,
    ),
    _by_bucket("/creators/{creator_id}/timeseries", get_creator_timeseries, "a creator", Timeseries),
]
