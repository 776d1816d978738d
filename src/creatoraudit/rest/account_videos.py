"""`/account-videos`: posts that were discovered in the feeds of tracked accounts."""

from typing import Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from creatoraudit.domain.account_videos import queries
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.validation import Platform, UUIDText
from creatoraudit.errors import NotFound
from creatoraudit.rest.endpoint import AnyEndpoint, Call, Endpoint, Tag
from creatoraudit.rest.envelopes import collection, encoder, many, one, single
from creatoraudit.rest.params import Asked, ListQuery
from creatoraudit.rest.posts import PostFields


class _AccountVideoFields(BaseModel):
    id: UUIDText = Field(description="The account video's id.", examples=["01977f0f-44b0-7c02-8d1e-5b6f7a8091c3"])
    post_id: int = Field(description="The post's number: unique on both platforms, never reused.", examples=[80_412])
    platform: Platform = Field(description="Where it was published.", examples=["tiktok"])
    external_id: str = Field(description="The post's id on the platform.", examples=["6875468410612993286"])
    type: Literal["account_video"] = Field(description="What this object is.")
    shortcode: str | None = Field(description="The code in an Instagram URL; null for TikTok.", examples=[None])


class AccountVideo(PostFields, _AccountVideoFields):  # the bases' fields come last base first
    """A post that was discovered in a tracked account's feed."""

    account_id: UUIDText = Field(
        description="The account in whose feed it stands.", examples=["01977f0e-5c1b-7d3a-9a52-3f1e6c0b8d21"]
    )


ACCOUNT_VIDEOS = ListQuery(queries.ACCOUNT_VIDEOS, AccountVideoFilter)

account_video_object = encoder(AccountVideo, queries.AccountVideoRow)


async def list_account_videos(call: Call[Asked[AccountVideoFilter], None]) -> Response:
    asked = call.query
    page = await queries.list_account_videos(call.db, call.actor, where=asked.where, sort=asked.sort, page=asked.page)
    return collection(call, page, account_video_object)


async def get_account_video(call: Call[None, None], account_video_id: str) -> Response:
    return one(account_video_object(await queries.get_account_video(call.db, call.actor, account_video_id)))


ENDPOINTS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/account-videos",
        handler=list_account_videos,
        tag=Tag.ACCOUNT_VIDEOS,
        summary="List account videos",
        description="One page of the posts in your tracked accounts' feeds, latest published first unless ordered "
        "otherwise.",
        query=ACCOUNT_VIDEOS,
        answers={200: many(AccountVideo)},
    ),
    Endpoint(
        method="GET",
        path="/account-videos/{account_video_id}",
        handler=get_account_video,
        tag=Tag.ACCOUNT_VIDEOS,
        summary="Get an account video",
        description="One account video with its counters.",
        answers={200: single(AccountVideo)},
        errors=(NotFound,),
    ),
]
