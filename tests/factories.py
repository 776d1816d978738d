"""One factory per noun: what a test does not care about gets a plausible value."""

from typing import Any

from sqlalchemy import insert

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Organization, stored
from creatoraudit.domain.accounts.commands import create_account
from creatoraudit.domain.accounts.inputs import AccountCreate
from creatoraudit.domain.accounts.queries import AccountRow
from creatoraudit.domain.actor import Actor, acting_for
from creatoraudit.domain.api_keys import ApiKeyCreate, CreatedKey, create_api_key
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import table
from creatoraudit.domain.validation import validate


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
