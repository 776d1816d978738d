"""`/creators`."""

from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.creators import commands, queries
from creatoraudit.domain.creators.inputs import CreatorCreate, CreatorFilter, CreatorPatch
from creatoraudit.domain.validation import UUIDText
from creatoraudit.errors import Conflict, NotFound
from creatoraudit.rest.endpoint import AnyEndpoint, Call, Endpoint, Tag
from creatoraudit.rest.envelopes import collection, created, many, nothing, one, single
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


ENDPOINTS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/creators",
        handler=list_creators,
        tag=Tag.CREATORS,
        summary="List creators",
        description="One page of your organization's creators, by name unless ordered otherwise.",
        query=CREATORS,
        answers={200: many(Creator)},
    ),
    Endpoint(
        method="POST",
        path="/creators",
        handler=create_creator,
        tag=Tag.CREATORS,
        summary="Create a creator",
        description="Makes a creator to link accounts to. Names need not be unique.",
        body=CreatorCreate,
        answers={201: single(Creator)},
        errors=(NotFound, Conflict),
        scope=KeyScope.WRITE,
        idempotent=True,
    ),
    Endpoint(
        method="GET",
        path="/creators/{creator_id}",
        handler=get_creator,
        tag=Tag.CREATORS,
        summary="Get a creator",
        description="One creator with a summary of the linked accounts.",
        answers={200: single(Creator)},
        errors=(NotFound,),
    ),
    Endpoint(
        method="PATCH",
        path="/creators/{creator_id}",
        handler=update_creator,
        tag=Tag.CREATORS,
        summary="Change a creator",
        description="Changes the fields that are given. Setting `is_active` to a different value pauses or resumes "
        "all accounts linked at that moment.",
        body=CreatorPatch,
        answers={200: single(Creator)},
        errors=(NotFound,),
        scope=KeyScope.WRITE,
    ),
    Endpoint(
        method="DELETE",
        path="/creators/{creator_id}",
        handler=delete_creator,
        tag=Tag.CREATORS,
        summary="Delete a creator",
        description="Removes the creator. The accounts stay, linked to none.",
        answers={204: None},
        errors=(NotFound,),
        scope=KeyScope.WRITE,
    ),
    Endpoint(
        method="PUT",
        path="/creators/{creator_id}/accounts/{account_id}",
        handler=link_account,
        tag=Tag.CREATORS,
        summary="Link an account",
        description="Links an account to the creator: 201 the first time, 200 when it was linked already.",
        answers={201: single(CreatorAccount), 200: single(CreatorAccount)},
        errors=(NotFound, Conflict),
        scope=KeyScope.WRITE,
    ),
    Endpoint(
        method="DELETE",
        path="/creators/{creator_id}/accounts/{account_id}",
        handler=unlink_account,
        tag=Tag.CREATORS,
        summary="Unlink an account",
        description="Removes the link; creator and account stay.",
        answers={204: None},
        errors=(NotFound,),
        scope=KeyScope.WRITE,
    ),
]
