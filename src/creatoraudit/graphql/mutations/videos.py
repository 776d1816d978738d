"""Changing videos."""

from typing import Any

import strawberry

from creatoraudit.domain.refreshes import request_video_refresh
from creatoraudit.domain.validation import validate
from creatoraudit.domain.videos.commands import create_video, delete_video, update_video
from creatoraudit.domain.videos.inputs import VideoCreate, VideoPatch
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.ids import global_id
from creatoraudit.graphql.inputs import fields_of, given, id_of, idempotency_key
from creatoraudit.graphql.mutations.payloads import Payload, mutation, result
from creatoraudit.graphql.types.video import Video


@strawberry.input(description="A post to track by itself.")
@fields_of(VideoCreate)
class TrackVideoInput:
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="What to change about a video: what is absent or null stays.")
@fields_of(VideoPatch)
class UpdateVideoInput:
    id: strawberry.ID = id_of("Video", "Which video to change.")


@strawberry.input(description="What to refresh.")
class RefreshVideoInput:
    id: strawberry.ID = id_of("Video", "Which video to refresh.")


@strawberry.input(description="What to stop tracking.")
class UntrackVideoInput:
    id: strawberry.ID = id_of("Video", "Which video to stop tracking.")


@strawberry.type(description="What `trackVideo` did.")
class TrackVideoPayload(Payload):
    video: Video | None = result("The video that is tracked now")


@strawberry.type(description="What `updateVideo` did.")
class UpdateVideoPayload(Payload):
    video: Video | None = result("The video as it is now")


@strawberry.type(description="What `refreshVideo` did.")
class RefreshVideoPayload(Payload):
    video: Video | None = result("The video as it is until new numbers arrive")


@strawberry.type(description="What `untrackVideo` did.")
class UntrackVideoPayload(Payload):
    deleted_video_id: strawberry.ID | None = result("The global id that the video had")


async def _track(context: Context, sent: TrackVideoInput) -> dict[str, Any]:
    values = given(sent)
    key = values.pop("idempotency_key", None)
    data = validate(VideoCreate, values)
    return {"video": (await create_video(context.db, context.actor, data, idempotency_key=key)).row}


async def _update(context: Context, sent: UpdateVideoInput) -> dict[str, Any]:
    values = given(sent)
    video_id = values.pop("id")
    return {"video": await update_video(context.db, context.actor, video_id, validate(VideoPatch, values))}


async def _refresh(context: Context, sent: RefreshVideoInput) -> dict[str, Any]:
    return {"video": await request_video_refresh(context.db, context.actor, given(sent)["id"], context.sourced)}


async def _untrack(context: Context, sent: UntrackVideoInput) -> dict[str, Any]:
    video_id = given(sent)["id"]
    await delete_video(context.db, context.actor, video_id)
    return {"deleted_video_id": global_id("Video", video_id)}


@strawberry.type(description="Changing videos.")
class VideoMutations:
    track_video = mutation(
        _track,
        TrackVideoInput,
        TrackVideoPayload,
        description="Starts tracking a post by itself; its numbers arrive within seconds.",
    )
    update_video = mutation(
        _update, UpdateVideoInput, UpdateVideoPayload, description="Changes how a video is tracked."
    )
    refresh_video = mutation(
        _refresh,
        RefreshVideoInput,
        RefreshVideoPayload,
        description="Has a video looked at now and not only when it is due; its numbers arrive within seconds, and "
        "`videoRefreshed` tells of them. Once a minute: sooner is the error RATE_LIMITED. The user error CONFLICT says "
        "that it is paused, or that this server has no source for its platform.",
    )
    untrack_video = mutation(
        _untrack,
        UntrackVideoInput,
        UntrackVideoPayload,
        description="Stops tracking a post by itself and deletes the video; a tracked account's feed keeps the post.",
    )
