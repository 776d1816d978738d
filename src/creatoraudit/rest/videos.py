"""`/videos`: posts that are tracked one by one."""

from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.refreshes import request_video_refresh
from creatoraudit.domain.validation import Platform, UUIDText
from creatoraudit.domain.videos import commands, queries
from creatoraudit.domain.videos.inputs import VideoCreate, VideoFilter, VideoPatch
from creatoraudit.errors import Conflict, NotFound
from creatoraudit.rest.endpoint import AnyEndpoint, Call, Endpoint, Tag
from creatoraudit.rest.envelopes import collection, created, encoder, many, nothing, one, single
from creatoraudit.rest.params import Asked, ListQuery
from creatoraudit.rest.posts import PostFields


class _VideoFields(BaseModel):
    id: UUIDText = Field(description="The video's id.", examples=["01977f0f-1d2e-7a44-b3c1-90aa5e7d6f02"])
    platform: Platform = Field(description="Where it was published.", examples=["tiktok"])
    external_id: str = Field(description="The post's id on the platform.", examples=["6875468410612993286"])
    type: Literal["video"] = Field(description="What this object is.")
    shortcode: str | None = Field(description="The code in an Instagram URL; null for TikTok.", examples=[None])
    is_active: bool = Field(description="Whether the video is refreshed; false while paused.", examples=[True])
    scrape_interval_hours: int = Field(description="Hours between two refreshes.", examples=[24])
    metadata: dict[str, Any] = Field(description="Your own keys and values.", examples=[{"campaign": "summer"}])


class Video(PostFields, _VideoFields):  # the bases' fields come last base first
    """A post that is tracked by itself."""


VIDEOS = ListQuery(queries.VIDEOS, VideoFilter)

video_object = encoder(Video, queries.VideoRow)


async def list_videos(call: Call[Asked[VideoFilter], None]) -> Response:
    asked = call.query
    page = await queries.list_videos(call.db, call.actor, where=asked.where, sort=asked.sort, page=asked.page)
    return collection(call, page, video_object)


async def create_video(call: Call[None, VideoCreate]) -> Response:
    made = await commands.create_video(call.db, call.actor, call.body, idempotency_key=call.idempotency_key)
    return created(call, "/videos", made, video_object)


async def get_video(call: Call[None, None], video_id: str) -> Response:
    return one(video_object(await queries.get_video(call.db, call.actor, video_id)))


async def refresh_video(call: Call[None, None], video_id: str) -> Response:
    return one(video_object(await request_video_refresh(call.db, call.actor, video_id, call.sourced)), 202)


async def update_video(call: Call[None, VideoPatch], video_id: str) -> Response:
    return one(video_object(await commands.update_video(call.db, call.actor, video_id, call.body)))


async def delete_video(call: Call[None, None], video_id: str) -> Response:
    await commands.delete_video(call.db, call.actor, video_id)
    return nothing()


ENDPOINTS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/videos",
        handler=list_videos,
        tag=Tag.VIDEOS,
        summary="List videos",
        description="One page of the videos that your organization tracks by themselves, newest first unless ordered "
        "otherwise.",
        query=VIDEOS,
        answers={200: many(Video)},
    ),
    Endpoint(
        method="POST",
        path="/videos",
        handler=create_video,
        tag=Tag.VIDEOS,
        summary="Track a video",
        description="Starts tracking a post. While active it is fetched in the background, at first within seconds, "
        "then every `scrape_interval_hours`.",
        body=VideoCreate,
        answers={201: single(Video)},
        errors=(NotFound, Conflict),
        scope=KeyScope.WRITE,
        idempotent=True,
    ),
    Endpoint(
        method="GET",
        path="/videos/{video_id}",
        handler=get_video,
        tag=Tag.VIDEOS,
        summary="Get a video",
        description="One video with its counters.",
        answers={200: single(Video)},
        errors=(NotFound,),
    ),
    Endpoint(
        method="POST",
        path="/videos/{video_id}/refresh",
        handler=refresh_video,
        tag=Tag.VIDEOS,
        summary="Refresh a video",
        description="Has a post fetched now and not only when it is due: in the background, within seconds. "
        "Once a minute; sooner is a 429, and a 409 while the video is paused, or where this server has no source for "
        "its platform. An addition of this server to v2.",
        answers={202: single(Video)},
        errors=(NotFound, Conflict),
        scope=KeyScope.WRITE,
    ),
    Endpoint(
        method="PATCH",
        path="/videos/{video_id}",
        handler=update_video,
        tag=Tag.VIDEOS,
        summary="Change a video",
        description="Changes the fields that are given. `is_active: false` pauses: data stays, refreshing stops.",
        body=VideoPatch,
        answers={200: single(Video)},
        errors=(NotFound,),
        scope=KeyScope.WRITE,
    ),
    Endpoint(
        method="DELETE",
        path="/videos/{video_id}",
        handler=delete_video,
        tag=Tag.VIDEOS,
        summary="Stop tracking a video",
        description="Removes the video, and its post unless that stands in a tracked account's feed too.",
        answers={204: None},
        errors=(NotFound,),
        scope=KeyScope.WRITE,
    ),
]
