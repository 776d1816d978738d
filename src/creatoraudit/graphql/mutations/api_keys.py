"""Managing API keys; for keys with the scope `ADMIN`."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import strawberry

from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.api_keys import (
    ApiKeyCreate,
    ApiKeyRename,
    create_api_key,
    delete_api_key,
    disable_api_key,
    enable_api_key,
    rename_api_key,
    rotate_api_key,
)
from creatoraudit.domain.validation import validate
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.ids import global_id
from creatoraudit.graphql.inputs import fields_of, given, id_of
from creatoraudit.graphql.mutations.payloads import Payload, mutation, result
from creatoraudit.graphql.types.api_key import ApiKey


@strawberry.input(description="A key to make.")
@fields_of(ApiKeyCreate)
class CreateApiKeyInput: ...


@strawberry.input(description="A key's new name.")
@fields_of(ApiKeyRename)
class RenameApiKeyInput:
    id: strawberry.ID = id_of("ApiKey", "Which key to rename.")


@strawberry.input(description="What to disable.")
class DisableApiKeyInput:
    id: strawberry.ID = id_of("ApiKey", "Which key to disable.")


@strawberry.input(description="What to enable.")
class EnableApiKeyInput:
    id: strawberry.ID = id_of("ApiKey", "Which key to enable.")


@strawberry.input(description="What to rotate.")
class RotateApiKeyInput:
    id: strawberry.ID = id_of("ApiKey", "Which key to give a new secret.")


@strawberry.input(description="What to delete.")
class DeleteApiKeyInput:
    id: strawberry.ID = id_of("ApiKey", "Which key to delete.")


@strawberry.type(description="What `createApiKey` did.")
class CreateApiKeyPayload(Payload):
    api_key: ApiKey | None = result("The new key")
    key: str | None = result("The key itself, to send as `Authorization: Bearer`; it is never shown again")


@strawberry.type(description="What `renameApiKey` did.")
class RenameApiKeyPayload(Payload):
    api_key: ApiKey | None = result("The key as it is now")


@strawberry.type(description="What `disableApiKey` did.")
class DisableApiKeyPayload(Payload):
    api_key: ApiKey | None = result("The key as it is now")


@strawberry.type(description="What `enableApiKey` did.")
class EnableApiKeyPayload(Payload):
    api_key: ApiKey | None = result("The key as it is now")


@strawberry.type(description="What `rotateApiKey` did.")
class RotateApiKeyPayload(Payload):
    api_key: ApiKey | None = result("The key as it is now")
    key: str | None = result("The new key itself, to send as `Authorization: Bearer`; it is never shown again")


@strawberry.type(description="What `deleteApiKey` did.")
class DeleteApiKeyPayload(Payload):
    deleted_api_key_id: strawberry.ID | None = result("The global id that the key had")


async def _create(context: Context, sent: CreateApiKeyInput) -> dict[str, Any]:
    created = await create_api_key(context.db, context.actor, validate(ApiKeyCreate, given(sent)))
    return {"api_key": created.row, "key": created.key}


async def _rename(context: Context, sent: RenameApiKeyInput) -> dict[str, Any]:
    return {"api_key": await _at_once(context, sent, partial(rename_api_key, name=given(sent)["name"]))}


async def _disable(context: Context, sent: DisableApiKeyInput) -> dict[str, Any]:
    return {"api_key": await _at_once(context, sent, disable_api_key)}


async def _enable(context: Context, sent: EnableApiKeyInput) -> dict[str, Any]:
    return {"api_key": await _at_once(context, sent, enable_api_key)}


async def _rotate(context: Context, sent: RotateApiKeyInput) -> dict[str, Any]:
    rotated = await _at_once(context, sent, rotate_api_key)
    return {"api_key": rotated.row, "key": rotated.key}


async def _delete(context: Context, sent: DeleteApiKeyInput) -> dict[str, Any]:
    await _at_once(context, sent, delete_api_key)
    return {"deleted_api_key_id": global_id("ApiKey", given(sent)["id"])}


async def _at_once(context: Context, sent: Any, change: Callable[..., Awaitable[Any]]) -> Any:
    """Changes a key so that this process knows it with its next request."""
    key_id = given(sent)["id"]
    changed = await change(context.db, context.actor, key_id)
    context.keys.forget(key_id)
    return changed


_ADMIN = KeyScope.ADMIN


@strawberry.type(description="Managing API keys.")
class ApiKeyMutations:
    create_api_key = mutation(
        _create,
        CreateApiKeyInput,
        CreateApiKeyPayload,
        scope=_ADMIN,
        description="Makes a key; the answer is the only sight of it.",
    )
    rename_api_key = mutation(
        _rename, RenameApiKeyInput, RenameApiKeyPayload, scope=_ADMIN, description="Renames a key."
    )
    disable_api_key = mutation(
        _disable,
        DisableApiKeyInput,
        DisableApiKeyPayload,
        scope=_ADMIN,
        description="Stops a key, within a second everywhere, until it is enabled again.",
    )
    enable_api_key = mutation(
        _enable, EnableApiKeyInput, EnableApiKeyPayload, scope=_ADMIN, description="Lets a disabled key work again."
    )
    rotate_api_key = mutation(
        _rotate,
        RotateApiKeyInput,
        RotateApiKeyPayload,
        scope=_ADMIN,
        description="Gives a key a new secret; the old one stops within a second everywhere.",
    )
    delete_api_key = mutation(
        _delete, DeleteApiKeyInput, DeleteApiKeyPayload, scope=_ADMIN, description="Deletes a key for good."
    )
