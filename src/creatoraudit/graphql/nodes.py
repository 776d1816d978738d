"""Objects by id: one batch for each type that has ids."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import strawberry
from strawberry import UNSET

from creatoraudit.domain.account_videos.queries import account_videos_by_ids
from creatoraudit.domain.accounts.inputs import AccountName
from creatoraudit.domain.accounts.queries import accounts_by_ids, find_account
from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.api_keys import ApiKeyRow, api_keys_by_ids
from creatoraudit.domain.creators.queries import creators_by_ids
from creatoraudit.domain.organizations import OrganizationRow, get_organization
from creatoraudit.domain.validation import validate
from creatoraudit.domain.videos.queries import videos_by_ids
from creatoraudit.engine import BATCH, Batch
from creatoraudit.errors import ValidationFailed
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.enums import Platform
from creatoraudit.graphql.ids import database_id, parse_global_id
from creatoraudit.graphql.loaders import Columns, by_ids, load


def node(context: Context, id: str, field: str = "id") -> Awaitable[Any]:  # noqa: A002 - as clients call it
    """The object that a global id names, None where the organization has no such object."""
    found = parse_global_id(id, field)
    if found.type_name not in _BY_TYPE:
        raise ValidationFailed.of(field, f"must be the id of one of: {', '.join(_BY_TYPE)}")
    return load(context, _BY_TYPE[found.type_name], found.database_id)


def named(type_name: str, *, resolver: Callable[..., Any], description: str) -> Any:
    """A field that shows the object of a type that its arguments name; the resolver awaits `object_of` of the same."""
    return strawberry.field(resolver=resolver, description=description, metadata={BATCH: _BY_TYPE[type_name]})


def object_of(context: Context, type_name: str, **arguments: Any) -> Awaitable[Any]:
    """The object of a type that the arguments name, None where the organization has no such object."""
    batch = _BY_TYPE[type_name]
    assert batch.named is not None  # noqa: S101 - every type that a field leads to by its arguments has it
    return load(context, batch, batch.named(**arguments))


def _found(fetch: Callable[..., Awaitable[list[Any]]], type_name: str) -> Batch:
    async def follow(context: Context, ids: Sequence[str], columns: Columns) -> list[Any]:
        return await by_ids(fetch, context, ids, columns)

    def name(*, id: str) -> str:  # noqa: A002 - as clients call it
        return database_id(id, type_name)

    return Batch(follow, makes=((),), named=name)


def _account_name(
    *,
    id: str | None = UNSET,  # noqa: A002 - as clients call it
    platform: Platform | None = UNSET,
    username: str | None = UNSET,
) -> str | AccountName:
    if bool(id) == bool(platform and username):
        raise ValidationFailed.of("id", "must be given, or else platform and username together")
    if platform and username:
        return validate(AccountName, {"platform": platform.value, "username": username})
    return database_id(id or "", "Account")


async def _accounts(context: Context, names: Sequence[str | AccountName], columns: Columns) -> list[Any]:
    ids = [one if isinstance(one, str) else None for one in names]
    found = await by_ids(accounts_by_ids, context, ids, columns)
    profiles = [one for one in names if isinstance(one, AccountName)]
    of_profiles = iter(await asyncio.gather(*(find_account(context.db, context.actor, one) for one in profiles)))
    return [row if isinstance(one, str) else next(of_profiles) for one, row in zip(names, found, strict=True)]


async def _organizations(context: Context, ids: Sequence[str]) -> list[OrganizationRow | None]:
    own = await get_organization(context.db, context.actor)
    return [own if one == own.id else None for one in ids]


async def _api_keys(context: Context, ids: Sequence[str]) -> list[ApiKeyRow | None]:
    if any(one != context.actor.api_key_id for one in ids):
        context.actor.require(KeyScope.ADMIN)
    return await by_ids(api_keys_by_ids, context, ids)


_BY_TYPE: dict[str, Batch] = {
    "Account": Batch(_accounts, makes=((),), named=_account_name),
    "Video": _found(videos_by_ids, "Video"),
    "AccountVideo": _found(account_videos_by_ids, "AccountVideo"),
    "Creator": _found(creators_by_ids, "Creator"),
    "Organization": Batch(_organizations),
    "ApiKey": Batch(_api_keys),
}
