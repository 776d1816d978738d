"""Creators and accounts that imports say are tracked: added where they are missing, left alone where they are there.

Each function adds many at once, in a transaction of the caller's.
"""

from collections.abc import Sequence

from sqlalchemy import insert

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Transaction
from creatoraudit.db.models import Account, Creator, stored
from creatoraudit.domain import refreshes
from creatoraudit.domain.accounts import commands
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.scope import table
from creatoraudit.domain.text import folded
from creatoraudit.ingestion import store
from creatoraudit.ingestion.formats import entry
from creatoraudit.ingestion.tracked import ids
from creatoraudit.ingestion.tracked.added import Added


async def add_creators(tx: Transaction, actor: Actor, creators: Sequence[entry.Creator]) -> Added:
    """Adds creators, who are known by their ids."""
    kept = await ids.kept(tx, actor, Creator, [creator.id for creator in creators])
    there = await ids.owners(tx, Creator, kept.values())
    rows = [
        stored(
            Creator(
                id=kept[creator.id],
                organization_id=str(actor.organization_id),
                name=creator.name,
                name_folded=folded(creator.name),
                is_active=creator.is_active,
                meta=creator.metadata,
                added_at=creator.added_at or clock.now(),
            )
        )
        for creator in creators
    ]
    await tx.execute(dialect.insert_or_ignore(tx.dialect, table(Creator)), rows)
    return Added(len(creators) - len(there), [None] * len(creators))


async def add_accounts(tx: Transaction, actor: Actor, accounts: Sequence[entry.Account]) -> Added:
    """Adds accounts, who are known by their names, once their creators are there and as far as the quota reaches."""
    left = await commands.room(tx, actor)
    there = await store.posters(tx, actor, {account.username for account in accounts})
    creators = await ids.kept(tx, actor, Creator, [account.creator_id for account in accounts if account.creator_id])
    known = await ids.owners(tx, Creator, creators.values()) if creators else {}
    new: dict[store.Key, entry.Account] = {}
    whys: list[str | None] = []
    for account in accounts:
        key = (str(account.platform), account.username)
        why = None
        if key in there or key in new:
            pass
        elif account.creator_id and creators[account.creator_id] not in known:
            why = "creator_id must be the id of a creator that is there"
        elif left is not None and len(new) >= left:
            why = "the organization's quota of accounts is used up"
        else:
            new[key] = account
        whys.append(why)
    if new:
        await _insert(tx, actor, [new[key] for key in sorted(new)], creators)
    return Added(len(new), whys)


async def _insert(tx: Transaction, actor: Actor, accounts: Sequence[entry.Account], creators: dict[str, str]) -> None:
    new_ids = await ids.for_new(tx, actor, Account, [account.id for account in accounts])
    rows = []
    for account, id_ in zip(accounts, new_ids, strict=True):
        await commands.one_at_a_time(tx, actor, account.platform, account.username)
        added_at = account.added_at or clock.now()
        values = account.model_dump(exclude={"id", "metadata", "creator_id", "added_at"}) | {
            "id": id_,
            "organization_id": actor.organization_id,
            "creator_id": creators[account.creator_id] if account.creator_id else None,
            "meta": account.metadata,
            "added_at": added_at,
            "tracked_since": added_at.date(),
        }
        rows.append(stored(Account(**values)))
    await tx.execute(insert(table(Account)), rows)
    looks = [refreshes.New(row["id"], row["platform"], row["is_active"]) for row in rows]
    await refreshes.begin_many(tx, actor, "account", looks)
    await store.adopt(tx, actor, [account.username for account in accounts])
    await rollup.add(tx, actor, await rollup.of_accounts(tx, actor, new_ids))
