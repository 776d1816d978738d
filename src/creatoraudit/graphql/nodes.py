"""Objects by id: one batch for each type that has ids."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from creatoraudit.domain.account_videos.queries import account_videos_by_ids
from creatoraudit.domain.accounts.queries import accounts_by_ids
from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.api_keys import ApiKeyRow, api_keys_by_ids
from creatoraudit.domain.creators.queries import creators_by_ids
from creatoraudit.domain.organizations import OrganizationRow, get_organization
from creatoraudit.domain.videos.queries import videos_by_ids
from creatoraudit.engine import Batch
from creatoraudit.errors import ValidationFailed
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.ids import database_id, parse_global_id
from creatoraudit.graphql.loaders import by_ids, load


def node(context: Context, id: str, field: str = "id") -> Awaitable[Any]:  # noqa: A002 - as clients call it
    """The object that a global id names, None where the organization has no such object."""
    found = parse_global_id(id, field)
    if found.type_name not in _BY_TYPE:
        raise ValidationFailed.of(field, f"must be the id of one of: {', '.join(_BY_TYPE)}")
    return load(context, _BY_TYPE[found.type_name], found.database_id)


def object_of(context: Context, type_name: str, id: str) -> Awaitable[Any]:  # noqa: A002 - as clients call it
    """The object of a type that either kind of id names, None where the organization has no such object."""
    return load(context, _BY_TYPE[type_name], database_id(id, type_name))


def _found(fetch: Callable[..., Awaitable[list[Any]]]) -> Batch:
    async def follow(context: Context, ids: Sequence[str]) -> list[Any]:
        return await by_ids(fetch, context, ids)

    return Batch(follow)


async def _organizations(context: Context, ids: Sequence[str]) -> list[OrganizationRow | None]:
    own = await get_organization(context.db, context.actor)
    return [own if one == own.id else None for one in ids]


async def _api_keys(context: Context, ids: Sequence[str]) -> list[ApiKeyRow | None]:
    if any(one != context.actor.api_key_id for one in ids):
        context.actor.require(KeyScope.ADMIN)
    return await by_ids(api_keys_by_ids, context, ids)


_BY_TYPE: dict[str, Batch] = {
    "Account": _found(accounts_by_ids),
    "Video": _found(videos_by_ids),
    "AccountVideo": _found(account_videos_by_ids),
    "Creator": _found(creators_by_ids),
    "Organization": Batch(_organizations),
    "ApiKey": Batch(_api_keys),
}
