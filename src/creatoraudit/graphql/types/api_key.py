"""API keys: who may ask for an organization."""

import datetime as dt

import strawberry
from strawberry import field

from creatoraudit.domain.api_keys import ApiKeyRow
from creatoraudit.engine import InstancesOf
from creatoraudit.graphql.enums import KeyScope
from creatoraudit.graphql.scalars import UUID, BigInt
from creatoraudit.graphql.types.node import Node, database_id, node_id


@strawberry.type(description="A key that lets programs ask for the organization; the key itself is shown only once.")
class ApiKey(Node):
    is_type_of = InstancesOf(ApiKeyRow)

    id: strawberry.ID = node_id("ApiKey")
    database_id: UUID = database_id()
    name: str = field(description="What the key is for.")
    hint: str = field(description="The last characters of the key, to tell keys apart.")
    scopes: list[KeyScope] = field(description="What the key may do.")
    is_enabled: bool = field(description="Whether the key works.")
    rate_limit: BigInt | None = field(description="The key's own limit of requests a minute; null takes the default.")
    expires_at: dt.datetime | None = field(description="When the key stops working; null for never.")
    created_at: dt.datetime = field(description="When the key was made.")
