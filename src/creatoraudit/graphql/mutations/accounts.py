"""Changing accounts."""

from typing import Any

import strawberry

from creatoraudit.domain.accounts.commands import create_account, delete_account, update_account
from creatoraudit.domain.accounts.inputs import AccountCreate, AccountPatch
from creatoraudit.domain.refreshes import request_account_refresh
from creatoraudit.domain.validation import validate
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.ids import global_id
from creatoraudit.graphql.inputs import fields_of, given, id_of, idempotency_key
from creatoraudit.graphql.mutations.payloads import Payload, mutation, result
from creatoraudit.graphql.types.account import Account


@strawberry.input(description="A profile to track.")
@fields_of(AccountCreate, creator_id="Creator")
class TrackAccountInput:
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="What to change about an account: what is absent stays, null clears what can be null.")
@fields_of(AccountPatch)
class UpdateAccountInput:
    id: strawberry.ID = id_of("Account", "Which account to change.")


@strawberry.input(description="What to refresh.")
class RefreshAccountInput:
    id: strawberry.ID = id_of("Account", "Which account to refresh.")


@strawberry.input(description="What to stop tracking.")
class UntrackAccountInput:
    id: strawberry.ID = id_of("Account", "Which account to stop tracking.")


@strawberry.type(description="What `trackAccount` did.")
class TrackAccountPayload(Payload):
    account: Account | None = result("The account that is tracked now")


@strawberry.type(description="What `updateAccount` did.")
class UpdateAccountPayload(Payload):
    account: Account | None = result("The account as it is now")


@strawberry.type(description="What `refreshAccount` did.")
class RefreshAccountPayload(Payload):
    account: Account | None = result("The account as it is until new numbers arrive")


@strawberry.type(description="What `untrackAccount` did.")
class UntrackAccountPayload(Payload):
    deleted_account_id: strawberry.ID | None = result("The global id that the account had")


async def _track(context: Context, sent: TrackAccountInput) -> dict[str, Any]:
    values = given(sent)
    key = values.pop("idempotency_key", None)
    data = validate(AccountCreate, values)
    return {"account": (await create_account(context.db, context.actor, data, idempotency_key=key)).row}


async def _update(context: Context, sent: UpdateAccountInput) -> dict[str, Any]:
    values = given(sent)
    account_id = values.pop("id")
    return {"account": await update_account(context.db, context.actor, account_id, validate(AccountPatch, values))}


async def _refresh(context: Context, sent: RefreshAccountInput) -> dict[str, Any]:
    return {"account": await request_account_refresh(context.db, context.actor, given(sent)["id"], context.sourced)}


async def _untrack(context: Context, sent: UntrackAccountInput) -> dict[str, Any]:
    account_id = given(sent)["id"]
    await delete_account(context.db, context.actor, account_id)
    return {"deleted_account_id": global_id("Account", account_id)}


@strawberry.type(description="Changing accounts.")
class AccountMutations:
    track_account = mutation(
        _track,
        TrackAccountInput,
        TrackAccountPayload,
        description="Starts tracking a profile; its numbers arrive within seconds.",
    )
    update_account = mutation(
        _update, UpdateAccountInput, UpdateAccountPayload, description="Changes how an account is tracked."
    )
    refresh_account = mutation(
        _refresh,
        RefreshAccountInput,
        RefreshAccountPayload,
        description="Has an account looked at now and not only when it is due; its numbers arrive within seconds, and "
        "`accountRefreshed` tells of them. Once a minute: sooner is the error RATE_LIMITED. The user error CONFLICT "
        "says that it is paused, or that this server has no source for its platform.",
    )
    untrack_account = mutation(
        _untrack,
        UntrackAccountInput,
        UntrackAccountPayload,
        description="Stops tracking a profile and deletes the account and its account videos; videos that are tracked "
        "by themselves stay.",
    )
