"""Rows of every list by the hundred, written at once, full of ties and nulls."""

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account, AccountVideo, Creator, Post, Video, stored
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import table
from creatoraudit.domain.text import folded

NAMES = ("Zoë", "álvaro", "ALVARO", "Éclair", "e\u0301clair", "Straße", "STRASSE", "李子柒", "100%_real", "Ω")
_NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


async def write(db: Database, rows: Sequence[SQLModel]) -> None:
    """Inserts rows of one table."""
    async with db.transaction() as tx:
        await tx.execute(insert(table(type(rows[0]))), [stored(row) for row in rows])


def some_creators(actor: Actor, random: Random, count: int) -> list[Creator]:
    """Creators of whom many have the same name."""
    return [
        Creator(
            **_owned(actor),
            name=(name := random.choice(NAMES)),
            name_folded=folded(name),
            is_active=random.random() < 0.7,
            added_at=_NOON,
        )
        for _ in range(count)
    ]


def some_accounts(actor: Actor, random: Random, count: int, creators: Sequence[Creator] = ()) -> list[Account]:
    """Accounts of which many were added at the same time, or never refreshed, or have the same counters."""
    return [
        Account(
            **_owned(actor),
            platform=random.choice(("instagram", "tiktok")),
            username=f"{random.choice('abcz')}_{random.getrandbits(48):012x}",
            is_active=random.random() < 0.7,
            creator_id=random.choice(creators).id if creators else None,
            category=random.choice(("dance", "Dance", None)),
            added_at=_moment(random),
            tracked_since=_NOON.date(),
            last_scrape_time=random.choice((None, _moment(random))),
            **{name: random.choice((0, random.randrange(5), 3_000_000_000)) for name in _ACCOUNT_COUNTERS},
        )
        for _ in range(count)
    ]


_ACCOUNT_COUNTERS = ("follower_count", "view_count", "like_count", "play_count")


def some_posts(actor: Actor, random: Random, accounts: Sequence[Account], kind: str, count: int) -> list[Post]:
    """Posts of which each is the one behind a record of a kind, `video` or `account_video`."""
    posts = []
    for _ in range(count):
        account = random.choice(accounts)
        caption = random.choice(("100% real", "100_real", "1000 real", "ÉCLAIR au café", "", None))
        posts.append(
            Post(
                organization_id=actor.organization_id,
                platform=account.platform,
                external_id=str(random.getrandbits(62)),
                account_id=account.id if kind == "account_video" else random.choice((account.id, None)),
                account_username=account.username,
                description=caption,
                description_folded=None if caption is None else folded(caption),
                create_time=random.choice((None, _moment(random))),
                updated_at=_NOON,
                **{f"{kind}_id": new_id()},
                **{name: random.choice((None, 0, random.randrange(5), 3_000_000_000)) for name in _POST_COUNTERS},
            )
        )
    return posts


_POST_COUNTERS = ("view_count", "like_count", "play_count")


async def write_videos(db: Database, actor: Actor, random: Random, posts: Sequence[Post]) -> None:
    """Writes posts and the records that someone tracks them by."""
    await _write_posts(db, posts)
    rows = [
        {
            "id": post.video_id,
            "post_id": number,
            "is_active": random.random() < 0.7,
            "scrape_interval_hours": 24,
            "metadata": {},
            "added_at": _moment(random),
            "updated_at": _NOON,
        }
        for post, number in zip(posts, await _numbers(db, actor, posts), strict=True)
    ]
    async with db.transaction() as tx:
        await tx.execute(insert(table(Video)), [row | {"organization_id": actor.organization_id} for row in rows])


async def write_account_videos(db: Database, actor: Actor, random: Random, posts: Sequence[Post]) -> None:
    """Writes posts and the records that they were discovered by."""
    await _write_posts(db, posts)
    rows = [
        {
            "id": post.account_video_id,
            "organization_id": actor.organization_id,
            "post_id": number,
            "added_at": _moment(random),
        }
        for post, number in zip(posts, await _numbers(db, actor, posts), strict=True)
    ]
    async with db.transaction() as tx:
        await tx.execute(insert(table(AccountVideo)), rows)


def in_order(found: list[dict[str, Any]], key: str, direction: str) -> list[str]:
    """The ids in the order of a sort: null values last, ties by id, both in the sort's direction."""
    there = [row for row in found if row[key] is not None]
    absent = [row for row in found if row[key] is None]
    down = direction == "desc"
    value = (lambda row: folded(row[key])) if key == "name" else (lambda row: row[key])
    there.sort(key=lambda row: (value(row), row["id"]), reverse=down)
    absent.sort(key=lambda row: row["id"], reverse=down)
    return [row["id"] for row in there + absent]


async def _write_posts(db: Database, posts: Sequence[Post]) -> None:
    async with db.transaction() as tx:
        values = [{name: value for name, value in stored(post).items() if name != "id"} for post in posts]
        await tx.execute(insert(table(Post)), values)


async def _numbers(db: Database, actor: Actor, posts: Sequence[Post]) -> list[int]:
    columns = table(Post).c
    async with db.transaction() as tx:
        found = await tx.execute(table(Post).select().where(columns.organization_id == actor.organization_id))
        by_external_id = {row.external_id: row.id for row in found}
    return [by_external_id[post.external_id] for post in posts]


def _owned(actor: Actor) -> dict[str, Any]:
    return {"id": new_id(), "organization_id": actor.organization_id}


def _moment(random: Random) -> dt.datetime:
    return _NOON + dt.timedelta(hours=random.randrange(8))
