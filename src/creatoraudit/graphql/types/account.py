"""Accounts: tracked profiles."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import strawberry
from strawberry import field
from strawberry.scalars import JSON

from creatoraudit.domain.account_videos import inputs as account_videos
from creatoraudit.domain.account_videos.queries import account_videos_by_account_ids
from creatoraudit.domain.accounts.queries import AccountRow
from creatoraudit.domain.analytics.scopes import ACCOUNTS
from creatoraudit.domain.creators.queries import CreatorRow, creators_by_ids
from creatoraudit.domain.validation import Platform as AnyPlatform
from creatoraudit.engine import InstancesOf
from creatoraudit.graphql import measured
from creatoraudit.graphql.connections import Asked, Connection, Pages, connection
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.enums import Platform
from creatoraudit.graphql.lists import AccountVideoFilter, PostOrder
from creatoraudit.graphql.loaders import Columns, by_ids, edge
from creatoraudit.graphql.scalars import UUID, BigInt
from creatoraudit.graphql.types.later import LaterAccountVideo, LaterCreator
from creatoraudit.graphql.types.metrics import Metrics, Series
from creatoraudit.graphql.types.node import Node, database_id, node_id
from creatoraudit.graphql.types.parts import Asset, Freshness, asset, group


async def _creators(context: Context, accounts: Sequence[AccountRow], columns: Columns) -> list[CreatorRow | None]:
    return await by_ids(creators_by_ids, context, [account.creator_id for account in accounts], columns)


async def _videos(context: Context, accounts: Sequence[AccountRow], asked: Asked, columns: Columns) -> Pages:
    ids = [account.id for account in accounts]
    return await account_videos_by_account_ids(context.db, context.actor, ids, **asked._asdict(), columns=columns)


def _cross_posting(root: AccountRow) -> Any:
    return root if root.platform == AnyPlatform.INSTAGRAM else None


@strawberry.type(description="How many posts each refresh of an account collects.")
class CollectionLimits:
    max_recent_posts_per_account: BigInt | None = field(
        name="maxRecentPosts", description="The account's own limit of recent posts; null takes the organization's."
    )
    post_lookback_days: BigInt | None = field(
        description="The account's own limit of the posts' age in days; null takes the organization's."
    )
    effective_max_recent_posts_per_account: BigInt | None = field(
        name="effectiveMaxRecentPosts", description="The limit of recent posts that applies; null for none."
    )
    effective_post_lookback_days: BigInt | None = field(
        description="The limit of the posts' age in days that applies; null for none."
    )


@strawberry.type(description="Where plays and likes of an Instagram account's posts came from; totals so far.")
class CrossPosting:
    ig_play_count: BigInt | None = field(name="instagramPlayCount", description="Plays on Instagram.")
    fb_play_count: BigInt | None = field(
        name="facebookPlayCount", description="Plays on Facebook, of posts that appear there too."
    )
    fb_like_count: BigInt | None = field(
        name="facebookLikeCount", description="Likes on Facebook, of posts that appear there too."
    )


@strawberry.type(description="A profile on Instagram or TikTok that the organization tracks.")
class Account(Node):
    is_type_of = InstancesOf(AccountRow)

    id: strawberry.ID = node_id("Account")
    database_id: UUID = database_id()
    platform: Platform = field(description="Where the profile lives.")
    username: str = field(description="The profile's username, in lower case, without `@`.")
    name: str | None = field(description="The name that the profile displays.")
    description: str | None = field(description="What the profile says about itself.")
    category: str | None = field(description="Your own label.")
    metadata: JSON = field(description="Your own keys and values.")
    link_in_bio: str | None = field(description="The link that the profile shows.")
    picture: Asset = asset("profile_pic_url", "The profile's picture.")
    is_active: bool = field(description="Whether the account is refreshed; a paused one keeps its data.")
    is_verified: bool = field(description="Whether the platform has verified the profile.")
    is_unavailable: bool = field(description="Whether the profile could not be found at the last refresh.")
    added_at: dt.datetime = field(description="When tracking began.")
    freshness: Freshness = group("When the profile was refreshed, and how often it is.")
    collection: CollectionLimits = group("How many posts each refresh collects.")
    follower_count: BigInt = field(description="Followers at the last refresh; 0 before the first.")
    following_count: BigInt = field(description="Profiles that this one follows, at the last refresh.")
    profile_post_count: BigInt = field(description="Posts, as the profile states them.")
    total_post_count: BigInt = field(description="Posts that have been collected.")
    view_count: BigInt = field(description="Views of the collected posts, total so far.")
    like_count: BigInt = field(description="Likes of the collected posts, total so far.")
    comment_count: BigInt = field(description="Comments on the collected posts, total so far.")
    share_count: BigInt = field(description="Shares of the collected posts, total so far.")
    play_count: BigInt = field(description="Plays of the collected posts, total so far.")
    saved_count: BigInt | None = field(description="Saves of the collected posts, total so far; null for TikTok.")
    cross_posting: CrossPosting | None = group(
        "What Facebook adds to the counts; null for TikTok.", _cross_posting, "platform"
    )
    metrics: Metrics | None = measured.metrics(ACCOUNTS)
    deltas: list[Metrics] | None = measured.deltas(ACCOUNTS)
    series: Series | None = measured.series(ACCOUNTS)
    creator: LaterCreator | None = edge(
        "creator_id", _creators, description="The creator that the account is linked to."
    )
    videos: Connection[LaterAccountVideo] | None = connection(
        _videos,
        filters=AccountVideoFilter,
        where=account_videos.AccountVideoFilter,
        order=PostOrder,
        description="The posts in the account's feed, newest first by default.",
    )
