import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import URL, Connection, MetaData, insert, make_url, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from creatoraudit.db import connections, migrate
from creatoraudit.db.models import Account, Organization, Post, Refresh, Video, stored
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import table
from databases import administer

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)


@pytest.fixture
def restricted_url(server_url: URL) -> Iterator[str]:
    """A PostgreSQL database in which its user may make tables, but no extension."""
    name = f"{server_url.database}_restricted"
    drop = [f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"DROP ROLE IF EXISTS {name}"]
    asyncio.run(administer(server_url, *drop, f"CREATE ROLE {name} LOGIN", f"CREATE DATABASE {name}"))
    asyncio.run(administer(server_url.set(database=name), f"GRANT CREATE ON SCHEMA public TO {name}"))
    yield server_url.set(database=name, username=name).render_as_string(hide_password=False)
    asyncio.run(administer(server_url, *drop))


def test_an_extension_that_cannot_be_made_is_named_with_what_to_do(restricted_url: str) -> None:
    with pytest.raises(RuntimeError, match="CREATE EXTENSION pg_trgm"):
        asyncio.run(migrate.upgrade(restricted_url))
    assert asyncio.run(migrate.current(restricted_url)) is None


def move(connection: Connection, revision: str) -> None:
    """Brings a database up to a revision that is not the last."""
    config = migrate.config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def put(connection: AsyncConnection, *rows: SQLModel) -> None:
    """Adds rows to tables that may be older than their models."""
    for row in rows:
        there = MetaData()
        await connection.run_sync(lambda sync, name=row.__tablename__, there=there: there.reflect(sync, only=[name]))
        columns = there.tables[str(row.__tablename__)].c
        values = {name: value for name, value in stored(row).items() if name in columns and value is not None}
        await connection.execute(insert(table(type(row))).values(values))


async def contents(connection: AsyncConnection) -> dict[str, list[str]]:
    """Every row of every table but those that this is about."""
    there = MetaData()
    await connection.run_sync(there.reflect)
    left_out = {"refreshes", "chores", "alembic_version"}
    return {
        one.name: sorted(map(str, (await connection.execute(select(one))).all()))
        for one in there.sorted_tables
        if one.name not in left_out and not one.name.startswith("caption_index")
    }


def an_account(organization_id: str, username: str, **fields: Any) -> Account:
    begun = {"added_at": NOON, "tracked_since": NOON.date(), "scrape_interval_hours": 6}
    names = {"platform": "tiktok", "username": username}
    return Account(**{"id": new_id(), "organization_id": organization_id, **names, **begun, **fields})


def a_post(organization_id: str, number: int, video_id: str, **fields: Any) -> Post:
    names = {"platform": "instagram", "external_id": str(10**15 + number), "video_id": video_id}
    return Post(id=number, organization_id=organization_id, updated_at=NOON, **names, **fields)


def a_video(organization_id: str, number: int, video_id: str, **fields: Any) -> Video:
    times = {"added_at": NOON, "updated_at": NOON}
    return Video(id=video_id, organization_id=organization_id, post_id=number, **times, **fields)


async def test_what_is_tracked_already_is_due_an_interval_after_it_was_seen(unmigrated_url: str) -> None:
    engine = connections.writer(make_url(unmigrated_url), 1, migrating=True)
    owner, videos = new_id(), [new_id() for _ in range(3)]
    accounts = {
        "seen": an_account(owner, "seen", last_scrape_time=NOON),
        "paused": an_account(owner, "paused", last_scrape_time=NOON, is_active=False),
        "new": an_account(owner, "new"),
    }
    async with engine.begin() as connection:
        await connection.run_sync(move, "0002")
        await put(connection, Organization(id=owner, name="Acme", created_at=NOON), *accounts.values())
        await put(connection, a_post(owner, 1, videos[0], last_scrape_time=NOON), a_post(owner, 2, videos[1]))
        await put(connection, a_post(owner, 3, videos[2], last_scrape_time=NOON))
        await put(connection, a_video(owner, 1, videos[0]), a_video(owner, 2, videos[1]))
        await put(connection, a_video(owner, 3, videos[2], is_active=False))
        before = await contents(connection)
    started = dt.datetime.now(dt.UTC).replace(microsecond=0)

    await migrate.upgrade(unmigrated_url)

    async with engine.begin() as connection:
        assert await contents(connection) == before
        found = (await connection.execute(select(table(Refresh)))).mappings().all()
    await engine.dispose()
    due = {row["account_id"] or row["video_id"]: row["due_at"] for row in found}
    assert {(row["organization_id"], row["attempts"], row["is_awaited"], row["lease"]) for row in found} == {
        (owner, 0, False, None)
    }
    assert {row["platform"] for row in found if row["video_id"]} == {"instagram"}
    assert len(found) == 6
    assert due[accounts["seen"].id] == NOON + dt.timedelta(hours=6)
    assert due[videos[0]] == NOON + dt.timedelta(hours=24)
    assert due[accounts["paused"].id] is due[videos[2]] is None
    for never_seen in (accounts["new"].id, videos[1]):
        assert started <= due[never_seen] <= dt.datetime.now(dt.UTC)
