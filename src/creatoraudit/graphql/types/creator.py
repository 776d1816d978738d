"""Creators: people and brands behind accounts."""

from collections.abc import Sequence

import strawberry
from strawberry import field
from strawberry.scalars import JSON

from creatoraudit.domain.account_videos import inputs as account_videos
from creatoraudit.domain.account_videos.queries import account_videos_by_creator_ids
from creatoraudit.domain.accounts import inputs as accounts
from creatoraudit.domain.accounts.queries import accounts_by_creator_ids
from creatoraudit.domain.analytics.scopes import CREATORS
from creatoraudit.domain.creators.queries import CreatorRow
from creatoraudit.engine import InstancesOf
from creatoraudit.graphql import measured
from creatoraudit.graphql.connections import Asked, Connection, Pages, connection
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.lists import AccountFilter, AccountOrder, AccountVideoFilter, PostOrder
from creatoraudit.graphql.loaders import Columns, reads
from creatoraudit.graphql.scalars import UUID, BigInt
from creatoraudit.graphql.types.later import LaterAccount, LaterAccountVideo
from creatoraudit.graphql.types.metrics import Metrics, Series
from creatoraudit.graphql.types.node import Node, database_id, node_id
from creatoraudit.graphql.types.parts import group


async def _accounts(context: Context, creators: Sequence[CreatorRow], asked: Asked, columns: Columns) -> Pages:
    ids = [creator.id for creator in creators]
    return await accounts_by_creator_ids(context.db, context.actor, ids, **asked._asdict(), columns=columns)


async def _videos(context: Context, creators: Sequence[CreatorRow], asked: Asked, columns: Columns) -> Pages:
    ids = [creator.id for creator in creators]
    return await account_videos_by_creator_ids(context.db, context.actor, ids, **asked._asdict(), columns=columns)


def _total(root: CreatorRow) -> int:
    return root.instagram_accounts + root.tiktok_accounts


@strawberry.type(description="A creator's linked accounts in numbers.")
class AccountsSummary:
    total: int = field(
        resolver=_total, description="Linked accounts.", metadata=reads("instagram_accounts", "tiktok_accounts")
    )
    instagram_accounts: int = field(name="instagram", description="Linked accounts on Instagram.")
    tiktok_accounts: int = field(name="tiktok", description="Linked accounts on TikTok.")
    total_followers: BigInt = field(description="Followers of all linked accounts together.")


@strawberry.type(description="A person or brand behind accounts.")
class Creator(Node):
    is_type_of = InstancesOf(CreatorRow)

    id: strawberry.ID = node_id("Creator")
    database_id: UUID = database_id()
    name: str = field(description="The creator's name; several creators may share one.")
    is_active: bool = field(description="Whether the creator is active; pausing one pauses its accounts.")
    metadata: JSON = field(description="Your own keys and values.")
    accounts_summary: AccountsSummary = group("The linked accounts in numbers.")
    metrics: Metrics | None = measured.metrics(CREATORS)
    deltas: list[Metrics] | None = measured.deltas(CREATORS)
    series: Series | None = measured.series(CREATORS)
    accounts: Connection[LaterAccount] | None = connection(
        _accounts,
        filters=AccountFilter,
        where=accounts.AccountFilter,
        order=AccountOrder,
        description="The linked accounts, newest first by default.",
    )
    videos: Connection[LaterAccountVideo] | None = connection(
        _videos,
        filters=AccountVideoFilter,
        where=account_videos.AccountVideoFilter,
        order=PostOrder,
        description="The posts in the feeds of the linked accounts, newest first by default.",
    )
