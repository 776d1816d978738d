"""Organizations: to whom everything belongs."""

import datetime as dt
from collections.abc import Sequence

import strawberry
from strawberry import field

from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.analytics.organization import ORGANIZATION
from creatoraudit.domain.api_keys import list_api_keys
from creatoraudit.domain.organizations import OrganizationRow
from creatoraudit.engine import InstancesOf
from creatoraudit.graphql import measured
from creatoraudit.graphql.connections import Asked, Connection, Pages, connection
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.lists import ApiKeyOrder
from creatoraudit.graphql.loaders import Columns
from creatoraudit.graphql.scalars import UUID, BigInt
from creatoraudit.graphql.types.api_key import ApiKey
from creatoraudit.graphql.types.metrics import Metrics, Series
from creatoraudit.graphql.types.node import Node, database_id, node_id
from creatoraudit.graphql.types.parts import group
from creatoraudit.graphql.types.tracked import Tracked


async def _api_keys(
    context: Context, organizations: Sequence[OrganizationRow], asked: Asked, _columns: Columns
) -> Pages:
    context.actor.require(KeyScope.ADMIN)
    page = await list_api_keys(context.db, context.actor, sort=asked.sort, page=asked.page)
    return [page] * len(organizations)


@strawberry.type(description="How many posts each refresh collects from accounts that have no limits of their own.")
class CollectionDefaults:
    max_recent_posts_per_account: BigInt | None = field(
        name="maxRecentPosts", description="Recent posts collected from each account; null for no limit."
    )
    post_lookback_days: BigInt | None = field(
        description="Age in days up to which posts are collected; null for no limit."
    )


@strawberry.type(description="A customer: everything belongs to one.")
class Organization(Node, Tracked):
    is_type_of = InstancesOf(OrganizationRow)

    id: strawberry.ID = node_id("Organization")
    database_id: UUID = database_id()
    name: str = field(description="What the organization is called.")
    account_quota: BigInt | None = field(description="How many accounts it may track, paused ones too; null for any.")
    collection_defaults: CollectionDefaults = group(
        "How many posts are collected where an account has no limits of its own."
    )
    metrics: Metrics | None = measured.metrics(ORGANIZATION)
    deltas: list[Metrics] | None = measured.deltas(ORGANIZATION)
    series: Series | None = measured.series(ORGANIZATION)
    created_at: dt.datetime = field(description="When the organization was set up.")
    api_keys: Connection[ApiKey] | None = connection(
        _api_keys, order=ApiKeyOrder, description="The keys, oldest first by default; for keys with the scope ADMIN."
    )
