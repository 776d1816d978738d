"""Walking a thousand accounts, seven at a time, while accounts come and go: every survivor appears exactly once."""

from random import Random
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import delete

from contract import rows
from contract.rows import in_order
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account
from creatoraudit.domain.accounts.queries import ACCOUNTS
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.scope import table
from creatoraudit.settings import Settings

ROWS = 1_000
PAGE = 7
CHANGE_EVERY = 10


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, rate_limit=1_000_000)


@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_every_survivor_appears_once_in_every_sort(
    client: AsyncClient, db: Database, organization: Actor, direction: str
) -> None:
    random = Random(direction)
    present = {account.id for account in await _more(db, organization, random, ROWS)}
    for key in ACCOUNTS.keys:
        survivors = set(present)
        seen: list[dict[str, Any]] = []
        params = {"order_by": key, "order_direction": direction, "limit": PAGE}
        page = (await client.get("/v2/accounts", params=params)).json()
        for number in range(1, ROWS):
            seen += page["data"]
            if page["pagination"]["next_cursor"] is None:
                break
            if number % CHANGE_EVERY == 0:
                gone = set(random.sample(sorted(present), 2))
                await _remove(db, gone)
                survivors -= gone
                present -= gone
                present |= {account.id for account in await _more(db, organization, random, 2)}
            params |= {"cursor": page["pagination"]["next_cursor"]}
            page = (await client.get("/v2/accounts", params=params)).json()

        ids = [row["id"] for row in seen]
        assert len(ids) == len(set(ids)), key
        assert survivors <= set(ids), key
        assert ids == in_order(seen, key, direction), key


async def _more(db: Database, actor: Actor, random: Random, count: int) -> list[Account]:
    accounts = rows.some_accounts(actor, random, count)
    await rows.write(db, accounts)
    return accounts


async def _remove(db: Database, ids: set[str]) -> None:
    async with db.transaction() as tx:
        await tx.execute(delete(table(Account)).where(table(Account).c.id.in_(ids)))
