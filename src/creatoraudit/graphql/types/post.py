"""Posts: what videos of both kinds have in common."""

import datetime as dt
from collections.abc import Sequence

import strawberry
from strawberry import field
from strawberry.scalars import JSON

from creatoraudit.domain.account_videos.queries import AccountVideoRow
from creatoraudit.domain.accounts.queries import AccountRow, accounts_by_ids
from creatoraudit.domain.analytics.scopes import VIDEOS_OF_EITHER_KIND
from creatoraudit.domain.validation import Platform as AnyPlatform
from creatoraudit.domain.videos.queries import VideoRow
from creatoraudit.graphql import measured
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.enums import MediaType, Platform
from creatoraudit.graphql.loaders import Columns, by_ids, edge, reads
from creatoraudit.graphql.scalars import UUID, BigInt
from creatoraudit.graphql.types.later import LaterAccount
from creatoraudit.graphql.types.metrics import PostMetrics, PostSeries
from creatoraudit.graphql.types.node import Node, database_id
from creatoraudit.graphql.types.parts import Asset, Freshness, asset, group

PostRow = VideoRow | AccountVideoRow


async def _accounts(context: Context, posts: Sequence[PostRow], columns: Columns) -> list[AccountRow | None]:
    return await by_ids(accounts_by_ids, context, [post.account_id for post in posts], columns)


def _url(root: PostRow) -> str | None:
    if root.platform == AnyPlatform.INSTAGRAM:
        return f"https://www.instagram.com/p/{root.shortcode}/" if root.shortcode else None
    return f"https://www.tiktok.com/@{root.account_username or ''}/video/{root.external_id}"


@strawberry.interface(description="What was published on a platform, with one set of counters: a video of either kind.")
class Post(Node):
    database_id: UUID = database_id()
    platform: Platform = field(description="Where the post was published.")
    external_id: str = field(description="The platform's own id of the post; Instagram's media id.")
    shortcode: str | None = field(description="The id in Instagram's URLs; null for TikTok.")
    url: str | None = field(
        resolver=_url,
        description="Where people see the post; null if that is not known.",
        metadata=reads("platform", "shortcode", "account_username", "external_id"),
    )
    description: str | None = field(description="The caption; null before the first refresh.")
    create_time: dt.datetime | None = field(description="When the post was published; null until that is known.")
    media_type: MediaType | None = field(description="What the post shows; null before the first refresh.")
    duration: float | None = field(description="Length in seconds; null for pictures and before the first refresh.")
    is_unavailable: bool | None = field(
        description="Whether the post could not be found at the last refresh; null before the first."
    )
    cover: Asset = asset("cover_image_url", "The picture that stands for the post.")
    media: Asset = asset("video_url", "The film itself.")
    added_at: dt.datetime = field(description="When the post was added or, in an account's feed, discovered.")
    updated_at: dt.datetime = field(description="When anything about it last changed here.")
    freshness: Freshness = group("When the post was refreshed, and how often it is.")
    view_count: BigInt | None = field(description="Views, total so far; null before the first refresh.")
    like_count: BigInt | None = field(description="Likes, total so far; null before the first refresh.")
    comment_count: BigInt | None = field(description="Comments, total so far; null before the first refresh.")
    share_count: BigInt | None = field(description="Shares, total so far; null before the first refresh.")
    play_count: BigInt | None = field(
        description="Plays, total so far; null before the first refresh. TikTok counts them as views."
    )
    saved_count: BigInt | None = field(description="Saves, total so far; null for TikTok and before the first refresh.")
    total_views: BigInt | None = field(
        description="Views with those on Facebook, where Instagram posts may appear too; total so far."
    )
    total_plays: BigInt | None = field(
        description="Plays with those on Facebook, where Instagram posts may appear too; total so far."
    )
    account_username: str | None = field(description="The username of who published the post; null until known.")
    platform_account_id: str | None = field(description="The platform's own id of who published the post.")
    platform_data: JSON = field(description="What else the platform says about the post.")
    metrics: PostMetrics | None = measured.metrics(VIDEOS_OF_EITHER_KIND)
    deltas: list[PostMetrics] | None = measured.deltas(VIDEOS_OF_EITHER_KIND)
    series: PostSeries | None = measured.series(VIDEOS_OF_EITHER_KIND)
    account: LaterAccount | None = edge(
        "account_id",
        _accounts,
        description="The tracked account that published the post; null while it is not tracked.",
    )
