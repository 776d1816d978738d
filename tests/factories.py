"""One factory per noun: what a test does not care about gets a plausible value."""

import uuid
from typing import Any

from sqlalchemy import insert

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.models import AccountVideo, Organization, Post, stored
from creatoraudit.domain.account_videos.queries import AccountVideoRow, get_account_video
from creatoraudit.domain.accounts.commands import create_account
from creatoraudit.domain.accounts.inputs import AccountCreate
from creatoraudit.domain.accounts.queries import AccountRow
from creatoraudit.domain.actor import Actor, acting_for
from creatoraudit.domain.api_keys import ApiKeyCreate, CreatedKey, create_api_key
from creatoraudit.domain.creators.commands import create_creator
from creatoraudit.domain.creators.inputs import CreatorCreate
from creatoraudit.domain.creators.queries import CreatorRow
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import table
from creatoraudit.domain.text import folded
from creatoraudit.domain.validation import validate
from creatoraudit.domain.videos.commands import create_video
from creatoraudit.domain.videos.inputs import VideoCreate
from creatoraudit.domain.videos.queries import VideoRow


async def an_organization(db: Database, **fields: Any) -> Actor:
    """A new organization, as someone who may do everything in it."""
    organization = Organization(**{"id": new_id(), "name": "Acme", "created_at": clock.now(), **fields})
    async with db.transaction() as tx:
        await tx.execute(insert(table(Organization)), stored(organization))
    return acting_for(organization.id)


async def an_account(db: Database, actor: Actor, username: str = "acme", **fields: Any) -> AccountRow:
    """A tracked account, on TikTok unless told otherwise."""
    data = validate(AccountCreate, {"platform": "tiktok", "username": username, **fields})
    return (await create_account(db, actor, data)).row


async def an_api_key(db: Database, actor: Actor, **fields: Any) -> CreatedKey:
    """A key of the organization; all scopes unless told otherwise."""
    return await create_api_key(db, actor, validate(ApiKeyCreate, {"name": "dashboard", **fields}))


async def a_video(db: Database, actor: Actor, identifier: str = "6749520869598481669", **fields: Any) -> VideoRow:
    """A post tracked by itself, on TikTok unless told otherwise."""
    data = validate(VideoCreate, {"platform": "tiktok", "identifier": identifier, **fields})
    return (await create_video(db, actor, data)).row


async def an_account_video(db: Database, actor: Actor, account: AccountRow, **fields: Any) -> AccountVideoRow:
    """A post discovered in an account's feed; `fields` are the post's."""
    now = clock.now()
    record_id = new_id()
    post = Post(
        **{
            "organization_id": actor.organization_id,
            "platform": account.platform,
            "external_id": str(uuid.UUID(record_id).int % 2**63),
            "account_video_id": record_id,
            "account_id": account.id,
            "account_username": account.username,
            "description_folded": folded(fields.get("description", "")),
            "updated_at": now,
            **fields,
        }
    )
    record = {"id": record_id, "organization_id": actor.organization_id, "added_at": now}
    async with db.transaction() as tx:
        values = {name: value for name, value in stored(post).items() if name != "id"}
        post_id = (await tx.execute(insert(table(Post)).values(values).returning(table(Post).c.id))).scalar_one()
        await tx.execute(insert(table(AccountVideo)).values(record | {"post_id": post_id}))
    return await get_account_video(db, actor, record_id)


async def a_creator(db: Database, actor: Actor, name: str = "Jo", **fields: Any) -> CreatorRow:
    """A creator without accounts."""
    return (await create_creator(db, actor, validate(CreatorCreate, {"name": name, **fields}))).row
