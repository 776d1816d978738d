"""Changing creators and the accounts that are linked to them."""

from typing import Any

import strawberry

from creatoraudit.domain.accounts.queries import get_account
from creatoraudit.domain.creators.commands import (
    create_creator,
    delete_creator,
    link_account,
    unlink_account,
    update_creator,
)
from creatoraudit.domain.creators.inputs import CreatorCreate, CreatorPatch
from creatoraudit.domain.creators.queries import get_creator
from creatoraudit.domain.validation import validate
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.ids import global_id
from creatoraudit.graphql.inputs import fields_of, given, id_of, idempotency_key
from creatoraudit.graphql.mutations.payloads import Payload, mutation, result
from creatoraudit.graphql.types.account import Account
from creatoraudit.graphql.types.creator import Creator


@strawberry.input(description="A creator to add.")
@fields_of(CreatorCreate)
class CreateCreatorInput:
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="What to change about a creator: what is absent or null stays.")
@fields_of(CreatorPatch)
class UpdateCreatorInput:
    id: strawberry.ID = id_of("Creator", "Which creator to change.")


@strawberry.input(description="What to delete.")
class DeleteCreatorInput:
    id: strawberry.ID = id_of("Creator", "Which creator to delete.")


@strawberry.input(description="What to link.")
class LinkAccountInput:
    creator_id: strawberry.ID = id_of("Creator", "The creator to link to.")
    account_id: strawberry.ID = id_of("Account", "The account to link.")


@strawberry.input(description="What to unlink.")
class UnlinkAccountInput:
    creator_id: strawberry.ID = id_of("Creator", "The creator to unlink from.")
    account_id: strawberry.ID = id_of("Account", "The account to unlink.")


@strawberry.type(description="What `createCreator` did.")
class CreateCreatorPayload(Payload):
    creator: Creator | None = result("The new creator")


@strawberry.type(description="What `updateCreator` did.")
class UpdateCreatorPayload(Payload):
    creator: Creator | None = result("The creator as it is now")


@strawberry.type(description="What `deleteCreator` did.")
class DeleteCreatorPayload(Payload):
    deleted_creator_id: strawberry.ID | None = result("The global id that the creator had")


@strawberry.type(description="What `linkAccount` did.")
class LinkAccountPayload(Payload):
    creator: Creator | None = result("The creator as it is now")
    account: Account | None = result("The account as it is now")


@strawberry.type(description="What `unlinkAccount` did.")
class UnlinkAccountPayload(Payload):
    creator: Creator | None = result("The creator as it is now")
    account: Account | None = result("The account as it is now")


async def _create(context: Context, sent: CreateCreatorInput) -> dict[str, Any]:
    values = given(sent)
    key = values.pop("idempotency_key", None)
    data = validate(CreatorCreate, values)
    return {"creator": (await create_creator(context.db, context.actor, data, idempotency_key=key)).row}


async def _update(context: Context, sent: UpdateCreatorInput) -> dict[str, Any]:
    values = given(sent)
    creator_id = values.pop("id")
    return {"creator": await update_creator(context.db, context.actor, creator_id, validate(CreatorPatch, values))}


async def _delete(context: Context, sent: DeleteCreatorInput) -> dict[str, Any]:
    creator_id = given(sent)["id"]
    await delete_creator(context.db, context.actor, creator_id)
    return {"deleted_creator_id": global_id("Creator", creator_id)}


async def _link(context: Context, sent: LinkAccountInput) -> dict[str, Any]:
    await link_account(context.db, context.actor, **given(sent))
    return await _linked(context, **given(sent))


async def _unlink(context: Context, sent: UnlinkAccountInput) -> dict[str, Any]:
    await unlink_account(context.db, context.actor, **given(sent))
    return await _linked(context, **given(sent))


async def _linked(context: Context, creator_id: str, account_id: str) -> dict[str, Any]:
    return {
        "creator": await get_creator(context.db, context.actor, creator_id),
        "account": await get_account(context.db, context.actor, account_id),
    }


@strawberry.type(description="Changing creators.")
class CreatorMutations:
    create_creator = mutation(
        _create, CreateCreatorInput, CreateCreatorPayload, description="Adds a creator, without any account yet."
    )
    update_creator = mutation(
        _update,
        UpdateCreatorInput,
        UpdateCreatorPayload,
        description="Changes a creator; pausing or resuming it does the same to every account that is linked now.",
    )
    delete_creator = mutation(
        _delete,
        DeleteCreatorInput,
        DeleteCreatorPayload,
        description="Deletes a creator; its accounts stay, linked to nobody.",
    )
    link_account = mutation(
        _link,
        LinkAccountInput,
        LinkAccountPayload,
        description="Links an account to a creator; does nothing if it already is.",
    )
    unlink_account = mutation(
        _unlink, UnlinkAccountInput, UnlinkAccountPayload, description="Ends the link of an account to a creator."
    )
