"""The viewer: whoever sends the key."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import strawberry
from strawberry import field

from creatoraudit.domain import actor
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.api_keys import ApiKeyRow, api_keys_by_ids
from creatoraudit.domain.organizations import OrganizationRow, get_organization
from creatoraudit.graphql.context import Context, Info
from creatoraudit.graphql.enums import KeyScope
from creatoraudit.graphql.loaders import batched, by_ids
from creatoraudit.graphql.scalars import BigInt
from creatoraudit.graphql.types.api_key import ApiKey
from creatoraudit.graphql.types.organization import Organization
from creatoraudit.rate_limits import Window


async def _organizations(context: Context, viewers: Sequence[Actor]) -> list[OrganizationRow]:
    return [await get_organization(context.db, context.actor)] * len(viewers)


async def _keys(context: Context, viewers: Sequence[Actor]) -> list[ApiKeyRow | None]:
    return await by_ids(api_keys_by_ids, context, [viewer.api_key_id for viewer in viewers])


def _window(info: Info) -> Any:
    return info.context.window


def _reset_at(root: Window) -> dt.datetime:
    return dt.datetime.fromtimestamp(root.reset, dt.UTC)


def _scopes(root: Actor) -> Any:
    return [scope for scope in actor.KeyScope if root.may(scope)]


@strawberry.type(description="What the key has left of its current minute.")
class RateLimit:
    limit: BigInt = field(
        description="Units a minute; an operation takes one for every started 1,000 of its cost, at least one."
    )
    remaining: BigInt = field(description="Units that are left, this operation's taken off.")
    reset_at: dt.datetime = field(resolver=_reset_at, description="When the next minute begins.")


@strawberry.type(description="Who asks.")
class Viewer:
    key: ApiKey = batched(_keys, description="The key that was sent.")
    scopes: list[KeyScope] = field(resolver=_scopes, description="What the key may do.")
    organization: Organization = batched(_organizations, description="The organization that the key belongs to.")
    rate_limit: RateLimit = field(resolver=_window, description="What the key has left of its current minute.")
