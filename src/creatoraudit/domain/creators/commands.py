"""Changing creators and who is linked to them. Each command is one transaction."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, update

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Database, Transaction
from creatoraudit.db.models import Account, Creator
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.domain import idempotency
from creatoraudit.domain.accounts.commands import switch
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.creators.inputs import CreatorCreate, CreatorPatch
from creatoraudit.domain.creators.queries import CreatorRow, get_creator
from creatoraudit.domain.idempotency import Created
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import owned, scoped, table
from creatoraudit.domain.text import folded
from creatoraudit.errors import Conflict, NotFound

_creators, _accounts = table(Creator), table(Account)


async def create_creator(
    db: Database, actor: Actor, data: CreatorCreate, *, idempotency_key: str | None = None
) -> Created[CreatorRow]:
    """Adds a creator; names need not be unique."""
    creator_id = new_id()
    async with db.transaction() as tx:
        earlier = await idempotency.claim(tx, actor, idempotency_key, "create_creator", data, creator_id)
        if earlier is not None:
            return Created(await get_creator(tx, actor, earlier), replayed=True)
        creator = insert(_creators).values(
            id=creator_id,
            organization_id=actor.organization_id,
            name=data.name,
            name_folded=folded(data.name),
            is_active=data.is_active,
            metadata=data.metadata,
            added_at=clock.now(),
        )
        await tx.execute(creator)
        return Created(await get_creator(tx, actor, creator_id), replayed=False)


async def update_creator(db: Database, actor: Actor, creator_id: str, patch: CreatorPatch) -> CreatorRow:
    """Changes a creator; a change of `is_active` is written to all accounts linked now. NotFound if there is none."""
    changes = patch.changes()
    if "name" in changes:
        changes["name_folded"] = folded(changes["name"])
    active = changes.pop("is_active", None)
    mine = (owned(Creator, actor), _creators.c.id == creator_id)

    async def change(tx: Transaction) -> CreatorRow:
        if active is not None:
            switched = await tx.execute(
                update(_creators).where(*mine, _creators.c.is_active != active).values(is_active=active)
            )
            if switched.rowcount:
                await switch(tx, actor, _accounts.c.creator_id == creator_id, active=active)
        if changes:
            await tx.execute(update(_creators).where(*mine).values(changes))
        return await get_creator(tx, actor, creator_id)

    return await db.transact(change)


async def delete_creator(db: Database, actor: Actor, creator_id: str) -> None:
    """Removes a creator and unlinks its accounts, which stay as they are; NotFound if there is none."""
    async with db.transaction() as tx:
        deleted = await tx.execute(delete(_creators).where(owned(Creator, actor), _creators.c.id == creator_id))
        if not deleted.rowcount:
            raise NotFound("Creator")


async def link_account(db: Database, actor: Actor, creator_id: str, account_id: str) -> bool:
    """Links an account to a creator; False if it already was. Conflict if it is another creator's."""
    params = actor.bind(creator_id=creator_id, account_id=account_id)
    async with db.transaction() as tx:
        if not await tx.fetch(_locked_creator(actor.tenancy), tuple, params):
            raise NotFound("Creator")
        accounts = await tx.fetch(_locked_account(actor.tenancy), _Link._make, params)
        if not accounts:
            raise NotFound("Account")
        linked_to = accounts[0].creator_id
        if linked_to not in {None, creator_id}:
            raise Conflict("The account is linked to another creator; unlink it there first.")
        if linked_to is None:
            await tx.execute(update(_accounts).where(_accounts.c.id == account_id).values(creator_id=creator_id))
        return linked_to is None


async def unlink_account(db: Database, actor: Actor, creator_id: str, account_id: str) -> None:
    """Ends the link between an account and a creator; NotFound if there is none."""
    link = (_accounts.c.id == account_id, _accounts.c.creator_id == creator_id)
    async with db.transaction() as tx:
        unlinked = await tx.execute(update(_accounts).where(owned(Account, actor), *link).values(creator_id=None))
        if not unlinked.rowcount:
            raise NotFound("Linked account")


class _Link(NamedTuple):
    creator_id: str | None


@statement
def _locked_creator(tenancy: Tenancy) -> ByDialect:
    creator = scoped(Creator, tenancy, _creators.c.id).where(_creators.c.id == bindparam("creator_id"))
    return dialect.for_update(creator)


@statement
def _locked_account(tenancy: Tenancy) -> ByDialect:
    account = scoped(Account, tenancy, _accounts.c.creator_id).where(_accounts.c.id == bindparam("account_id"))
    return dialect.for_update(account)
