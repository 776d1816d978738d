"""The one table of the API's routes. Starlette's routes, the OpenAPI document and the contract tests come from it."""

from functools import cache
from typing import Any

from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from creatoraudit.domain.accounts.inputs import AccountCreate, AccountPatch
from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.analytics.deltas import VideoDeltasInput
from creatoraudit.domain.creators.inputs import CreatorCreate, CreatorPatch
from creatoraudit.domain.videos.inputs import VideoCreate, VideoPatch
from creatoraudit.errors import Conflict, NotFound, QuotaExceeded, ServiceUnavailable
from creatoraudit.http.guard import guarded, route
from creatoraudit.http.negotiation import JSON_ANSWERS
from creatoraudit.rest import account_videos, accounts, analytics, creators, system, videos
from creatoraudit.rest.account_videos import AccountVideo
from creatoraudit.rest.accounts import Account
from creatoraudit.rest.analytics import TopCreators, VideoDeltas
from creatoraudit.rest.creators import Creator, CreatorAccount
from creatoraudit.rest.endpoint import PREFIX, AnyEndpoint, Call, Endpoint, HTMLPage, Tag, answering
from creatoraudit.rest.envelopes import answer, many, single
from creatoraudit.rest.openapi import OpenAPIDocument, document
from creatoraudit.rest.system import ApiMeta, Health, Whoami
from creatoraudit.rest.videos import Video

WRITE = KeyScope.WRITE


async def get_openapi(call: Call[None, None]) -> Response:
    return answer(openapi_document(call.base_url))


_SYSTEM: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/health",
        handler=system.get_health,
        tag=Tag.SYSTEM,
        summary="Check the service",
        description="Answers 200 while the server and its database do. Needs no key and is not limited.",
        answers={200: single(Health)},
        errors=(ServiceUnavailable,),
        public=True,
    ),
    Endpoint(
        method="GET",
        path="/meta",
        handler=system.get_meta,
        tag=Tag.SYSTEM,
        summary="Describe the API",
        description="Tells the version and where its documentation is. Needs no key and is not limited.",
        answers={200: single(ApiMeta)},
        public=True,
    ),
    Endpoint(
        method="GET",
        path="/whoami",
        handler=system.get_whoami,
        tag=Tag.SYSTEM,
        summary="Show whose key this is",
        description="Tells the organization that the key belongs to, and the key's name.",
        answers={200: single(Whoami)},
    ),
    Endpoint(
        method="GET",
        path="/openapi.json",
        handler=get_openapi,
        tag=Tag.SYSTEM,
        summary="Get this document",
        description="The OpenAPI document of the API, with this server's own URL. Needs no key and is not limited.",
        answers={200: OpenAPIDocument},
        public=True,
    ),
    Endpoint(
        method="GET",
        path="/docs",
        handler=system.get_docs,
        tag=Tag.SYSTEM,
        summary="Read the documentation",
        description="An interactive page for people, which needs no internet. Needs no key and is not limited.",
        answers={200: HTMLPage},
        public=True,
    ),
]

_ACCOUNTS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/accounts",
        handler=accounts.list_accounts,
        tag=Tag.ACCOUNTS,
        summary="List accounts",
        description="One page of the accounts that your organization tracks, newest first unless ordered otherwise.",
        query=accounts.ACCOUNTS,
        answers={200: many(Account)},
    ),
    Endpoint(
        method="POST",
        path="/accounts",
        handler=accounts.create_account,
        tag=Tag.ACCOUNTS,
        summary="Track an account",
        description="Starts tracking a profile. It and its recent posts are fetched in the background within seconds, "
        "then every `scrape_interval_hours`.",
        body=AccountCreate,
        answers={201: single(Account)},
        errors=(QuotaExceeded, NotFound, Conflict),
        scope=WRITE,
        idempotent=True,
    ),
    Endpoint(
        method="GET",
        path="/accounts/{account_id}",
        handler=accounts.get_account,
        tag=Tag.ACCOUNTS,
        summary="Get an account",
        description="One account with its counters.",
        answers={200: single(Account)},
        errors=(NotFound,),
    ),
    Endpoint(
        method="PATCH",
        path="/accounts/{account_id}",
        handler=accounts.update_account,
        tag=Tag.ACCOUNTS,
        summary="Change an account",
        description="Changes the fields that are given. `is_active: false` pauses: data stays, refreshing stops. "
        "Null clears a field that can be null and leaves any other unchanged.",
        body=AccountPatch,
        answers={200: single(Account)},
        errors=(NotFound,),
        scope=WRITE,
    ),
    Endpoint(
        method="DELETE",
        path="/accounts/{account_id}",
        handler=accounts.delete_account,
        tag=Tag.ACCOUNTS,
        summary="Stop tracking an account",
        description="Removes the account, its account videos and what only they kept. "
        "Videos that are tracked by themselves stay, with `account_id` null.",
        answers={204: None},
        errors=(NotFound,),
        scope=WRITE,
    ),
]

_VIDEOS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/videos",
        handler=videos.list_videos,
        tag=Tag.VIDEOS,
        summary="List videos",
        description="One page of the videos that your organization tracks by themselves, newest first unless ordered "
        "otherwise.",
        query=videos.VIDEOS,
        answers={200: many(Video)},
    ),
    Endpoint(
        method="POST",
        path="/videos",
        handler=videos.create_video,
        tag=Tag.VIDEOS,
        summary="Track a video",
        description="Starts tracking a post. While active it is fetched in the background, at first within seconds, "
        "then every `scrape_interval_hours`.",
        body=VideoCreate,
        answers={201: single(Video)},
        errors=(NotFound, Conflict),
        scope=WRITE,
        idempotent=True,
    ),
    Endpoint(
        method="POST",
        path="/videos/deltas",
        handler=analytics.get_video_deltas,
        tag=Tag.VIDEOS,
        summary="Compare view counts",
        description="The change of view counts over the last so many days, today included, for videos and account "
        "videos alike. Reads only: any key may call it.",
        body=VideoDeltasInput,
        answers={200: VideoDeltas},
    ),
    Endpoint(
        method="GET",
        path="/videos/{video_id}",
        handler=videos.get_video,
        tag=Tag.VIDEOS,
        summary="Get a video",
        description="One video with its counters.",
        answers={200: single(Video)},
        errors=(NotFound,),
    ),
    Endpoint(
        method="PATCH",
        path="/videos/{video_id}",
        handler=videos.update_video,
        tag=Tag.VIDEOS,
        summary="Change a video",
        description="Changes the fields that are given. `is_active: false` pauses: data stays, refreshing stops.",
        body=VideoPatch,
        answers={200: single(Video)},
        errors=(NotFound,),
        scope=WRITE,
    ),
    Endpoint(
        method="DELETE",
        path="/videos/{video_id}",
        handler=videos.delete_video,
        tag=Tag.VIDEOS,
        summary="Stop tracking a video",
        description="Removes the video, and its post unless that stands in a tracked account's feed too.",
        answers={204: None},
        errors=(NotFound,),
        scope=WRITE,
    ),
]

_ACCOUNT_VIDEOS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/account-videos",
        handler=account_videos.list_account_videos,
        tag=Tag.ACCOUNT_VIDEOS,
        summary="List account videos",
        description="One page of the posts in your tracked accounts' feeds, latest published first unless ordered "
        "otherwise.",
        query=account_videos.ACCOUNT_VIDEOS,
        answers={200: many(AccountVideo)},
    ),
    Endpoint(
        method="GET",
        path="/account-videos/{account_video_id}",
        handler=account_videos.get_account_video,
        tag=Tag.ACCOUNT_VIDEOS,
        summary="Get an account video",
        description="One account video with its counters.",
        answers={200: single(AccountVideo)},
        errors=(NotFound,),
    ),
]

_CREATORS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/creators",
        handler=creators.list_creators,
        tag=Tag.CREATORS,
        summary="List creators",
        description="One page of your organization's creators, by name unless ordered otherwise.",
        query=creators.CREATORS,
        answers={200: many(Creator)},
    ),
    Endpoint(
        method="POST",
        path="/creators",
        handler=creators.create_creator,
        tag=Tag.CREATORS,
        summary="Create a creator",
        description="Makes a creator to link accounts to. Names need not be unique.",
        body=CreatorCreate,
        answers={201: single(Creator)},
        errors=(NotFound, Conflict),
        scope=WRITE,
        idempotent=True,
    ),
    Endpoint(
        method="GET",
        path="/creators/top",
        handler=analytics.get_top_creators,
        tag=Tag.CREATORS,
        summary="Rank creators",
        description="The active creators that did best over the last days, today included: by views unless ordered "
        "otherwise, ties by name.",
        query=analytics.TOP_CREATORS,
        answers={200: TopCreators},
    ),
    Endpoint(
        method="GET",
        path="/creators/{creator_id}",
        handler=creators.get_creator,
        tag=Tag.CREATORS,
        summary="Get a creator",
        description="One creator with a summary of the linked accounts.",
        answers={200: single(Creator)},
        errors=(NotFound,),
    ),
    Endpoint(
        method="PATCH",
        path="/creators/{creator_id}",
        handler=creators.update_creator,
        tag=Tag.CREATORS,
        summary="Change a creator",
        description="Changes the fields that are given. Setting `is_active` to a different value pauses or resumes "
        "all accounts linked at that moment.",
        body=CreatorPatch,
        answers={200: single(Creator)},
        errors=(NotFound,),
        scope=WRITE,
    ),
    Endpoint(
        method="DELETE",
        path="/creators/{creator_id}",
        handler=creators.delete_creator,
        tag=Tag.CREATORS,
        summary="Delete a creator",
        description="Removes the creator. The accounts stay, linked to none.",
        answers={204: None},
        errors=(NotFound,),
        scope=WRITE,
    ),
    Endpoint(
        method="PUT",
        path="/creators/{creator_id}/accounts/{account_id}",
        handler=creators.link_account,
        tag=Tag.CREATORS,
        summary="Link an account",
        description="Links an account to the creator: 201 the first time, 200 when it was linked already.",
        answers={201: single(CreatorAccount), 200: single(CreatorAccount)},
        errors=(NotFound, Conflict),
        scope=WRITE,
    ),
    Endpoint(
        method="DELETE",
        path="/creators/{creator_id}/accounts/{account_id}",
        handler=creators.unlink_account,
        tag=Tag.CREATORS,
        summary="Unlink an account",
        description="Removes the link; creator and account stay.",
        answers={204: None},
        errors=(NotFound,),
        scope=WRITE,
    ),
]

ENDPOINTS: tuple[AnyEndpoint, ...] = (*_SYSTEM, *_ACCOUNTS, *_VIDEOS, *_ACCOUNT_VIDEOS, *_CREATORS)


def routes() -> list[Route]:
    """A route for each path, in the table's order."""
    methods: dict[str, dict[str, ASGIApp]] = {}
    for endpoint in ENDPOINTS:
        methods.setdefault(PREFIX + endpoint.path, {})[endpoint.method] = _guarded(endpoint)
    return [route(path, of_path) for path, of_path in methods.items()]


def openapi_document(base_url: str = PREFIX) -> dict[str, Any]:
    """The OpenAPI document of the API at a URL."""
    return _document() | {"servers": [{"url": base_url, "description": "This server."}]}


@cache
def _document() -> dict[str, Any]:
    return document(ENDPOINTS)


def _guarded(endpoint: AnyEndpoint) -> ASGIApp:
    reads = endpoint.method == "GET"
    return guarded(
        answering(endpoint),
        public=endpoint.public,
        scope=None if endpoint.public else endpoint.scope,
        produces=None if HTMLPage in endpoint.answers.values() else JSON_ANSWERS,
        body="object" if endpoint.body else "unread" if reads else "none",
        etag=reads,
    )
