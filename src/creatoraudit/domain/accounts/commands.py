"""Changing accounts. Each command is one transaction."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select, update

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Database, Transaction
from creatoraudit.db.models import Account, AccountVideo, Creator, Organization, Post, stored
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.db.types import Id
from creatoraudit.domain import idempotency, refreshes
from creatoraudit.domain.accounts.inputs import AccountCreate, AccountPatch
from creatoraudit.domain.accounts.queries import AccountRow, get_account
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.analytics import baselines, rollup
from creatoraudit.domain.idempotency import Created
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import owned, scoped, table
from creatoraudit.errors import Conflict, NotFound, QuotaExceeded, ValidationFailed

_accounts, _creators, _posts = table(Account).c, table(Creator).c, table(Post).c


async def create_account(
    db: Database, actor: Actor, data: AccountCreate, *, idempotency_key: str | None = None
) -> Created[AccountRow]:
    """Starts tracking a profile; Conflict if it is tracked already, QuotaExceeded if there is no room for it."""
    account_id = new_id()

    async def create(tx: Transaction) -> Created[AccountRow]:
        if data.creator_id is not None and not await _exists(tx, actor, data.creator_id):
            raise ValidationFailed.of("creator_id", "must be the id of one of your creators")
        earlier = await idempotency.claim(tx, actor, idempotency_key, "create_account", data, account_id)
        if earlier is not None:
            return Created(await get_account(tx, actor, earlier), replayed=True)
        quota = await _quota(tx, actor)
        await one_at_a_time(tx, actor, data.platform, data.username)
        await _insert(tx, actor, account_id, data)
        await refreshes.begin(tx, actor, "account", account_id, data.platform, active=data.is_active)
        if quota is not None and await _tracked(tx, actor) > quota:
            raise QuotaExceeded(f"The organization's quota of {quota} accounts is used up.")
        await _adopt_posts(tx, actor, account_id, data)
        await rollup.add(tx, actor, await rollup.of_accounts(tx, actor, [account_id]))
        return Created(await get_account(tx, actor, account_id), replayed=False)

    return await db.transact(create)


async def update_account(db: Database, actor: Actor, account_id: str, patch: AccountPatch) -> AccountRow:
    """Changes an account; NotFound if there is none."""
    changes = patch.changes()
    active = changes.pop("is_active", None)

    async def change(tx: Transaction) -> AccountRow:
        if "scrape_interval_hours" in changes:
            await refreshes.reschedule(tx, actor, "account", account_id, changes["scrape_interval_hours"])
        if changes:
            await tx.execute(
                update(table(Account)).where(owned(Account, actor), _accounts.id == account_id).values(changes)
            )
        if active is not None:
            await switch(tx, actor, _accounts.id == account_id, active=active)
        return await get_account(tx, actor, account_id)

    return await db.transact(change)


async def switch(tx: Transaction, actor: Actor, which: ColumnElement[bool], *, active: bool) -> None:
    """Pauses or resumes those accounts that are not so already."""
    others = (owned(Account, actor), which, _accounts.is_active != active)
    switched = await tx.execute(
        update(table(Account)).where(*others).values(is_active=active).returning(_accounts.id, _accounts.added_at)
    )
    concerned = {row.id: row.added_at for row in switched}
    if not concerned:
        return
    await refreshes.switch(tx, actor, "account", [*concerned], active=active)
    changes = rollup.Changes()
    for added_at in concerned.values():
        changes.count("active_accounts", added_at.date(), 1 if active else -1)
    await rollup.add(tx, actor, changes)


async def delete_account(db: Database, actor: Actor, account_id: str) -> None:
    """Ends tracking and removes the account, its account videos and the posts that only they kept."""
    of_account = [owned(Post, actor), _posts.account_id == account_id]
    params = actor.bind(account_id=account_id)

    async def remove(tx: Transaction) -> None:
        if not await tx.fetch(_locked_account(actor.tenancy), tuple, params):
            raise NotFound("Account")
        kept = [post_id for (post_id,) in await tx.fetch(_locked_videos(actor.tenancy), tuple, params)]
        changes = rollup.Changes()
        changes.take(await rollup.of_accounts(tx, actor, [account_id]))
        changes.take(await rollup.of_videos(tx, actor, kept))
        await tx.execute(
            delete(table(AccountVideo)).where(
                table(AccountVideo).c.post_id.in_(
                    scoped(Post, actor.tenancy, _posts.id).where(_posts.account_id == account_id)
                )
            ),
            actor.bind(),
        )
        await tx.execute(delete(table(Post)).where(*of_account, _posts.video_id.is_(None)))
        await tx.execute(update(table(Post)).where(*of_account).values(account_id=None, account_video_id=None))
        await tx.execute(delete(table(Account)).where(owned(Account, actor), _accounts.id == account_id))
        changes.add(await rollup.of_videos(tx, actor, kept))
        if kept:
            changes.add(await baselines.rebase(tx, actor, kept))
        await rollup.add(tx, actor, changes)

    await db.transact(remove)


async def _insert(tx: Transaction, actor: Actor, account_id: str, data: AccountCreate) -> None:
    now = clock.now()
    values = data.model_dump(exclude={"metadata"}) | {
        "id": account_id,
        "organization_id": actor.organization_id,
        "meta": data.metadata,
        "added_at": now,
        "tracked_since": now.date(),
    }
    inserted = await tx.execute(dialect.insert_or_ignore(tx.dialect, table(Account)), stored(Account(**values)))
    if not inserted.rowcount:
        raise Conflict(f"The account '{data.username}' on {data.platform} is already tracked.")


async def one_at_a_time(tx: Transaction, actor: Actor, platform: str, username: str) -> None:
    """Keeps a profile and a post of its from being added side by side, where neither would see the other."""
    await dialect.exclusively(tx, str(actor.organization_id), platform, username)


async def _adopt_posts(tx: Transaction, actor: Actor, account_id: str, data: AccountCreate) -> None:
    await tx.execute(
        update(table(Post))
        .where(
            owned(Post, actor),
            _posts.account_id.is_(None),
            _posts.platform == data.platform,
            _posts.account_username == data.username,
        )
        .values(account_id=account_id)
    )


async def room(tx: Transaction, actor: Actor) -> int | None:
    """How many more accounts may be tracked, while nobody else adds any; None for no limit."""
    quota = await _quota(tx, actor)
    return None if quota is None else max(quota - await _tracked(tx, actor), 0)


class _Quota(NamedTuple):
    account_quota: int | None


class _Total(NamedTuple):
    total: int


async def _quota(tx: Transaction, actor: Actor) -> int | None:
    (found,) = await tx.fetch(_locked_quota(), _Quota._make, actor.bind())
    return found.account_quota


async def _tracked(tx: Transaction, actor: Actor) -> int:
    (found,) = await tx.fetch(_account_total(actor.tenancy), _Total._make, actor.bind())
    return found.total


async def _exists(tx: Transaction, actor: Actor, creator_id: str) -> bool:
    return bool(await tx.fetch(_creator(actor.tenancy), tuple, actor.bind(creator_id=creator_id)))


@statement
def _locked_quota() -> ByDialect:
    organizations = table(Organization).c
    mine = organizations.id == bindparam("tenant", type_=Id())
    return dialect.for_update(select(organizations.account_quota).where(mine))


@statement
def _locked_account(tenancy: Tenancy) -> ByDialect:
    account = scoped(Account, tenancy, _accounts.id).where(_accounts.id == bindparam("account_id"))
    return dialect.for_update(account)


@statement
def _locked_videos(tenancy: Tenancy) -> ByDialect:
    """The posts of an account's feed that are tracked by themselves too, and outlive it."""
    of_feed = scoped(Post, tenancy, _posts.id, seek=False).where(_posts.account_id == bindparam("account_id"))
    rows = of_feed.where(_posts.account_video_id.is_not(None), _posts.video_id.is_not(None))
    return dialect.for_update(rows.order_by(_posts.id))


@statement
def _account_total(tenancy: Tenancy) -> Select[Any]:
    return scoped(Account, tenancy, func.count())


@statement
def _creator(tenancy: Tenancy) -> Select[Any]:
    return scoped(Creator, tenancy, _creators.id).where(_creators.id == bindparam("creator_id"))
