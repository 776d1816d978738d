import datetime as dt
from typing import Any

from sqlalchemy import select

from creatoraudit.db import bulk
from creatoraudit.db.engine import Database
from creatoraudit.db.history import AccountClosing
from creatoraudit.db.models import Creator
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import table
from factories import a_creator, an_account, an_organization

DAY = dt.date(2026, 3, 1)
CLOSING = ("account_id", "day", "observed_days", "followers", "gained_followers", "stale")
GAINS = tuple(f"gained_{name}" for name in ("views", "plays", "likes", "comments", "shares", "saves"))


async def rows(db: Database, model: Any, *names: str) -> list[tuple[Any, ...]]:
    columns = table(model).c
    async with db.transaction() as tx:
        return sorted(tuple(row) for row in await tx.execute(select(*(columns[name] for name in names))))


async def test_rows_come_back_as_they_were_written(db: Database) -> None:
    actor = await an_organization(db)
    names = ("metadata", "id", "organization_id", "name", "name_folded", "is_active", "added_at")
    at = dt.datetime(2026, 3, 1, 12, 30, tzinfo=dt.UTC)
    written = [
        ({"market": "日本", "n": number}, new_id(), actor.organization_id, f"Jo {number}", f"jo {number}", True, at)
        for number in range(1_000)
    ]
    insertion = bulk.insert(table(Creator), names)

    async with db.transaction() as tx:
        await tx.write(insertion, written)

    kept = ("name", "id", "metadata", "is_active", "added_at")
    expected = sorted(tuple(row[names.index(name)] for name in kept) for row in written)
    assert await rows(db, Creator, *kept) == expected


async def test_an_upsert_replaces_what_has_the_same_key(db: Database) -> None:
    account = await an_account(db, await an_organization(db))
    upsert = bulk.upsert(table(AccountClosing), (*CLOSING, *GAINS))
    later = DAY + dt.timedelta(days=1)
    for followers, days in ((10, [DAY]), (20, [DAY, later])):
        async with db.transaction() as tx:
            closings = [(account.id, day, 1, followers, 0, {"followers": None}, *[0] * len(GAINS)) for day in days]
            await tx.write(upsert, closings)

    assert await rows(db, AccountClosing, "day", "followers") == [(DAY, 20), (later, 20)]
    assert await rows(db, AccountClosing, "day", "stale") == [(day, {"followers": None}) for day in (DAY, later)]


async def test_an_update_changes_only_what_it_names(db: Database) -> None:
    creator = await a_creator(db, await an_organization(db), "Jo")

    async with db.transaction() as tx:
        await tx.write(bulk.update(table(Creator), ("name",)), [(creator.id, "Mo")])

    assert await rows(db, Creator, "name", "name_folded") == [("Mo", "jo")]


async def test_no_rows_are_no_statement(db: Database) -> None:
    statements: list[str] = []
    db.on_statement.append(statements.append)
    async with db.transaction() as tx:
        await tx.write(bulk.update(table(Creator), ("name",)), [])
    assert [one for one in statements if "UPDATE" in one] == []
