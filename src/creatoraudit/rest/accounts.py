"""`/accounts`."""

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from creatoraudit.domain.accounts import commands, queries
from creatoraudit.domain.accounts.inputs import AccountCreate, AccountFilter, AccountPatch
from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.refreshes import request_account_refresh
from creatoraudit.domain.validation import Platform, UUIDText
from creatoraudit.errors import Conflict, NotFound, QuotaExceeded
from creatoraudit.rest.endpoint import AnyEndpoint, Call, Endpoint, Tag
from creatoraudit.rest.envelopes import collection, created, encoder, many, nothing, one, single
from creatoraudit.rest.params import Asked, ListQuery


class Account(BaseModel):
    """A tracked profile. Its counters are totals over the posts collected from it."""

    id: UUIDText = Field(description="The account's id.", examples=["01977f0e-5c1b-7d3a-9a52-3f1e6c0b8d21"])
    platform: Platform = Field(description="Where the profile lives.", examples=["tiktok"])
    username: str = Field(description="The username, in lower case.", examples=["charlidamelio"])
    type: Literal["account"] = Field(description="What this object is.")
    name: str | None = Field(description="The name the profile shows.", examples=["charli d’amelio"])
    description: str | None = Field(description="The profile's own description.", examples=["dancer · she/her"])
    profile_pic_url: str | None = Field(
        description="Where the profile picture is kept.", examples=["https://cdn.example.com/p/charlidamelio.jpg"]
    )
    profile_pic_url_original: str | None = Field(
        description="Where the platform had it.", examples=["https://p16.example.com/charlidamelio.jpeg"]
    )
    is_verified: bool = Field(description="Whether the platform has verified the profile.", examples=[True])
    is_active: bool = Field(description="Whether the account is refreshed; false while paused.", examples=[True])
    is_unavailable: bool = Field(description="Whether the platform no longer shows the profile.", examples=[False])
    link_in_bio: str | None = Field(
        description="The link in the profile's description.", examples=["https://example.com"]
    )
    creator_id: UUIDText | None = Field(
        description="The creator the account is linked to.", examples=["01977f0e-6a40-7c11-8e0f-2b9d4a7c5e10"]
    )
    creator_name: str | None = Field(description="That creator's name.", examples=["Charli D'Amelio"])
    category: str | None = Field(description="A label of your own.", examples=["dance"])
    metadata: dict[str, Any] = Field(description="Your own keys and values.", examples=[{"tier": "gold"}])
    added_at: dt.datetime = Field(description="When tracking began.", examples=["2026-06-14T09:30:00Z"])
    first_scrape_time: dt.datetime | None = Field(
        description="When the account was first refreshed; null until then.", examples=["2026-06-14T09:30:04Z"]
    )
    last_scrape_time: dt.datetime | None = Field(
        description="When it was last refreshed; null until the first time.", examples=["2026-07-02T09:31:12Z"]
    )
    scrape_interval_hours: int = Field(description="Hours between two refreshes.", examples=[24])
    follower_count: int = Field(description="Followers the profile states.", examples=[155_800_000])
    following_count: int = Field(description="Profiles it follows.", examples=[1_318])
    profile_post_count: int = Field(description="Posts the profile states.", examples=[2_871])
    total_post_count: int = Field(description="Posts collected.", examples=[412])
    view_count: int = Field(description="Views of the collected posts.", examples=[4_021_775_310])
    like_count: int = Field(description="Likes of the collected posts.", examples=[518_204_551])
    comment_count: int = Field(description="Comments on the collected posts.", examples=[6_120_443])
    share_count: int = Field(description="Shares of the collected posts.", examples=[3_904_118])
    play_count: int = Field(description="Plays of the collected posts.", examples=[4_021_775_310])
    saved_count: int | None = Field(description="Saves of the collected posts; null for TikTok.", examples=[None])
    fb_play_count: int | None = Field(
        description="Plays where Instagram cross-posts to Facebook; null for TikTok.", examples=[None]
    )
    ig_play_count: int | None = Field(description="Plays on Instagram itself; null for TikTok.", examples=[None])
    fb_like_count: int | None = Field(
        description="Likes where Instagram cross-posts to Facebook; null for TikTok.", examples=[None]
    )
    max_recent_posts_per_account: int | None = Field(
        description="Recent posts collected at a refresh: this account's own cap, null without one.", examples=[30]
    )
    post_lookback_days: int | None = Field(
        description="Age in days up to which posts are collected: this account's own cap, null without one.",
        examples=[None],
    )
    effective_max_recent_posts_per_account: int | None = Field(
        description="The own cap, else the organization's default, else null: no cap.", examples=[30]
    )
    effective_post_lookback_days: int | None = Field(
        description="The own cap, else the organization's default, else null: no cap.", examples=[90]
    )


ACCOUNTS = ListQuery(queries.ACCOUNTS, AccountFilter)

account_object = encoder(Account, queries.AccountRow)


async def list_accounts(call: Call[Asked[AccountFilter], None]) -> Response:
    asked = call.query
    page = await queries.list_accounts(call.db, call.actor, where=asked.where, sort=asked.sort, page=asked.page)
    return collection(call, page, account_object)


async def create_account(call: Call[None, AccountCreate]) -> Response:
    made = await commands.create_account(call.db, call.actor, call.body, idempotency_key=call.idempotency_key)
    return created(call, "/accounts", made, account_object)


async def get_account(call: Call[None, None], account_id: str) -> Response:
    return one(account_object(await queries.get_account(call.db, call.actor, account_id)))


async def refresh_account(call: Call[None, None], account_id: str) -> Response:
    return one(account_object(await request_account_refresh(call.db, call.actor, account_id, call.sourced)), 202)


async def update_account(call: Call[None, AccountPatch], account_id: str) -> Response:
    return one(account_object(await commands.update_account(call.db, call.actor, account_id, call.body)))


async def delete_account(call: Call[None, None], account_id: str) -> Response:
    await commands.delete_account(call.db, call.actor, account_id)
    return nothing()


ENDPOINTS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/accounts",
        handler=list_accounts,
        tag=Tag.ACCOUNTS,
        summary="List accounts",
        description="One page of the accounts that your organization tracks, newest first unless ordered otherwise.",
        query=ACCOUNTS,
        answers={200: many(Account)},
    ),
    Endpoint(
        method="POST",
        path="/accounts",
        handler=create_account,
        tag=Tag.ACCOUNTS,
        summary="Track an account",
        description="Starts tracking a profile. It and its recent posts are fetched in the background within seconds, "
        "then every `scrape_interval_hours`.",
        body=AccountCreate,
        answers={201: single(Account)},
        errors=(QuotaExceeded, NotFound, Conflict),
        scope=KeyScope.WRITE,
        idempotent=True,
    ),
    Endpoint(
        method="GET",
        path="/accounts/{account_id}",
        handler=get_account,
        tag=Tag.ACCOUNTS,
        summary="Get an account",
        description="One account with its counters.",
        answers={200: single(Account)},
        errors=(NotFound,),
    ),
    Endpoint(
        method="POST",
        path="/accounts/{account_id}/refresh",
        handler=refresh_account,
        tag=Tag.ACCOUNTS,
        summary="Refresh an account",
        description="Has a profile and its recent posts fetched now and not only when it is due: in the background, "
        "within seconds. Once a minute; sooner is a 429, and a 409 while the account is paused, or where "
        "this server has no source for its platform. An addition of this server to v2.",
        answers={202: single(Account)},
        errors=(NotFound, Conflict),
        scope=KeyScope.WRITE,
    ),
    Endpoint(
        method="PATCH",
        path="/accounts/{account_id}",
        handler=update_account,
        tag=Tag.ACCOUNTS,
        summary="Change an account",
        description="Changes the fields that are given. `is_active: false` pauses: data stays, refreshing stops. "
        "Null clears a field that can be null and leaves any other unchanged.",
        body=AccountPatch,
        answers={200: single(Account)},
        errors=(NotFound,),
        scope=KeyScope.WRITE,
    ),
    Endpoint(
        method="DELETE",
        path="/accounts/{account_id}",
        handler=delete_account,
        tag=Tag.ACCOUNTS,
        summary="Stop tracking an account",
        description="Removes the account, its account videos and what only they kept. "
        "Videos that are tracked by themselves stay, with `account_id` null.",
        answers={204: None},
        errors=(NotFound,),
        scope=KeyScope.WRITE,
    ),
]
