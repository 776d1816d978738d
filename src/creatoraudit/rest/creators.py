"""`/creators`."""

from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from creatoraudit.domain.creators import commands, queries
from creatoraudit.domain.creators.inputs import CreatorCreate, CreatorFilter, CreatorPatch
from creatoraudit.domain.validation import UUIDText
from creatoraudit.rest.endpoint import Call
from creatoraudit.rest.envelopes import collection, created, nothing, one
from creatoraudit.rest.params import Asked, ListQuery


class AccountsSummary(BaseModel):
    """What is linked to a creator."""

    total: int = Field(description="Accounts linked.", examples=[2])
    platforms: dict[str, int] = Field(
        description="Accounts on each platform that has any.", examples=[{"instagram": 1, "tiktok": 1}]
    )
    total_followers: int = Field(description="Followers of these accounts together.", examples=[203_100_000])


class Creator(BaseModel):
    """A person or brand behind accounts."""

    id: UUIDText = Field(description="The creator's id.", examples=["01977f0e-6a40-7c11-8e0f-2b9d4a7c5e10"])
    name: str = Field(description="The creator's name.", examples=["Charli D'Amelio"])
    type: Literal["creator"] = Field(description="What this object is.")
    is_active: bool = Field(description="Whether the creator is active; false while paused.", examples=[True])
    metadata: dict[str, Any] = Field(description="Your own keys and values.", examples=[{"agency": "north"}])
    accounts_summary: AccountsSummary


class CreatorAccount(BaseModel):
    """The link between a creator and an account."""

    type: Literal["creator_account"] = Field(description="What this object is.")
    creator_id: UUIDText = Field(description="The creator.", examples=["01977f0e-6a40-7c11-8e0f-2b9d4a7c5e10"])
    account_id: UUIDText = Field(description="The account.", examples=["01977f0e-5c1b-7d3a-9a52-3f1e6c0b8d21"])


CREATORS = ListQuery(queries.CREATORS, CreatorFilter)


def creator_object(row: queries.CreatorRow) -> dict[str, Any]:
    """A creator as clients see it."""
    return {
        "id": row.id,
        "name": row.name,
        "type": "creator",
        "is_active": row.is_active,
        "metadata": row.metadata,
        "accounts_summary": row.accounts_summary,
    }


async def list_creators(call: Call[Asked[CreatorFilter], None]) -> Response:
    asked = call.query
    page = await queries.list_creators(call.db, call.actor, where=asked.where, sort=asked.sort, page=asked.page)
    return collection(call, page, creator_object)


async def create_creator(call: Call[None, CreatorCreate]) -> Response:
    made = await commands.create_creator(call.db, call.actor, call.body, idempotency_key=call.idempotency_key)
    return created(call, "/creators", made, creator_object)


async def get_creator(call: Call[None, None], creator_id: str) -> Response:
    return one(creator_object(await queries.get_creator(call.db, call.actor, creator_id)))


async def update_creator(call: Call[None, CreatorPatch], creator_id: str) -> Response:
    return one(creator_object(await commands.update_creator(call.db, call.actor, creator_id, call.body)))


async def delete_creator(call: Call[None, None], creator_id: str) -> Response:
    await commands.delete_creator(call.db, call.actor, creator_id)
    return nothing()


async def link_account(call: Call[None, None], creator_id: str, account_id: str) -> Response:
    newly = await commands.link_account(call.db, call.actor, creator_id, account_id)
    link = {"type": "creator_account", "creator_id": creator_id, "account_id": account_id}
    return (
        one(link, 201, {"Location": f"{call.base_url}/creators/{creator_id}/accounts/{account_id}"})
        if newly
        else one(link)
    )


async def unlink_account(call: Call[None, None], creator_id: str, account_id: str) -> Response:
    await commands.unlink_account(call.db, call.actor, creator_id, account_id)
    return nothing()
