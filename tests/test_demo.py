import datetime as dt
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import func, select, update

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.history import AccountClosing, PostClosing
from creatoraudit.db.models import Account, AccountVideo, Creator, Organization, Post, Refresh, Video
from creatoraudit.demo import DEMO_ID, DemoOptions, build_demo
from creatoraudit.domain.scope import table

UNTIL = dt.date(2026, 6, 30)
SMALL = DemoOptions(accounts=45, videos_per_account=6, days=30, until=UNTIL)


def silent(_done: int, _total: int, _label: str) -> None:
    """No progress bar."""


async def rows(db: Database, model: Any) -> list[dict[str, Any]]:
    async with db.transaction() as tx:
        return [dict(row) for row in (await tx.execute(select(table(model)))).mappings()]


async def world(db: Database) -> dict[str, list[str]]:
    """Everything in the database but ids and the time of writing."""
    left_out = {"updated_at", "key_hash"}
    return {
        model.__name__: sorted(
            str({name: value for name, value in row.items() if name not in left_out and not name.endswith("id")})
            for row in await rows(db, model)
        )
        for model in (Organization, Creator, Account, Post, Video, AccountVideo, PostClosing, AccountClosing)
    }


async def delete_demo(db: Database) -> None:
    """Makes the demo's organization look as if its making had been interrupted."""
    async with db.transaction() as tx:
        await tx.execute(update(table(Organization)).values(is_active=False))


async def test_the_same_options_make_the_same_world(db: Database) -> None:
    assert await build_demo(db, SMALL, silent) == (DEMO_ID, True)
    first = await world(db)
    await delete_demo(db)

    assert (await build_demo(db, SMALL, silent)).created, "an unfinished world is made anew"
    assert await world(db) == first

    await delete_demo(db)
    await build_demo(db, DemoOptions(accounts=45, videos_per_account=6, days=30, until=UNTIL, seed=8), silent)
    assert await world(db) != first


async def test_a_world_that_is_there_is_used_again(db: Database) -> None:
    await build_demo(db, SMALL, silent)
    before = await world(db)

    again = await build_demo(db, DemoOptions(accounts=3), silent)

    assert again == (DEMO_ID, False)
    assert await world(db) == before


async def test_the_world_is_as_large_as_asked_for(db: Database) -> None:
    told: list[tuple[int, int]] = []
    options = DemoOptions(accounts=10, videos_per_account=5, days=20, video_days=2, until=UNTIL)

    await build_demo(db, options, lambda done, total, _label: told.append((done, total)))

    accounts, posts = await rows(db, Account), await rows(db, Post)
    assert len(accounts) == 10
    assert len(await rows(db, AccountVideo)) == 50
    assert len([post for post in posts if post["account_video_id"]]) == 50
    async with db.transaction() as tx:
        days = table(PostClosing).c
        per_post = await tx.execute(select(func.count()).select_from(table(PostClosing)).group_by(days.post_id))
        assert max(per_post.scalars()) <= 2
    assert max(row["day"] for row in await rows(db, AccountClosing)) == UNTIL
    assert told == [(done, told[-1][1]) for done in range(told[-1][1] + 1)]


async def test_everything_is_looked_at_again_within_its_interval(db: Database) -> None:
    await build_demo(db, SMALL, silent)

    due = {row["account_id"] or row["video_id"]: row["due_at"] for row in await rows(db, Refresh)}
    tracked = [*await rows(db, Account), *await rows(db, Video)]
    assert set(due) == {row["id"] for row in tracked}
    assert {due[row["id"]] is None for row in tracked if row["is_active"]} == {False}
    assert {due[row["id"]] is None for row in tracked if not row["is_active"]} == {True}
    of_the_last_day = [
        (due[row["id"]] - row["last_scrape_time"]) / dt.timedelta(hours=row["scrape_interval_hours"])
        for row in await rows(db, Account)
        if row["is_active"] and not row["is_unavailable"]
    ]
    assert min(of_the_last_day) >= 0
    assert max(of_the_last_day) <= 1
    assert max(of_the_last_day) - min(of_the_last_day) > 0.5, "not all at once"


async def test_the_world_ends_today_by_default(db: Database) -> None:
    with clock.frozen(dt.datetime(2026, 5, 4, 23, tzinfo=dt.UTC)):
        await build_demo(db, DemoOptions(accounts=5, videos_per_account=2, days=3), silent)

    assert max(row["day"] for row in await rows(db, AccountClosing)) == dt.date(2026, 5, 4)


async def test_the_world_shows_what_there_is_to_see(db: Database) -> None:
    await build_demo(db, DemoOptions(accounts=150, videos_per_account=8, days=40, video_days=6, until=UNTIL), silent)

    accounts = await rows(db, Account)
    assert {row["platform"] for row in accounts} == {"instagram", "tiktok"}
    assert {row["is_active"] for row in accounts} == {row["is_unavailable"] for row in accounts} == {True, False}
    assert {None, "food"} <= {row["category"] for row in accounts}
    assert {row["saved_count"] for row in accounts if row["platform"] == "tiktok"} == {None}
    sizes = [row["follower_count"] for row in accounts]
    assert max(sizes) > 20 * median(sizes)
    platforms: dict[str, set[str]] = {}
    for row in accounts:
        if row["creator_id"] is not None:
            platforms.setdefault(row["creator_id"], set()).add(row["platform"])
    assert {len(found) for found in platforms.values()} == {1, 2}
    assert any(row["creator_id"] is None for row in accounts)

    posts = await rows(db, Post)
    captions = [row["description"] for row in posts]
    assert "" in captions
    assert any("🍜" in caption for caption in captions)
    assert any("ي" in caption for caption in captions)
    assert any("の" in caption for caption in captions)
    pictures = [row for row in posts if row["platform"] == "instagram" and row["media_type"] != "video"]
    assert {row["media_type"] for row in pictures} == {"image", "carousel"}
    assert {row["view_count"] for row in pictures} == {row["duration"] for row in pictures} == {None}
    crossed = [row for row in posts if row["fb_play_count"]]
    assert crossed
    assert all(row["total_plays"] == row["play_count"] + row["fb_play_count"] for row in crossed)
    alone = [row for row in posts if row["video_id"]]
    assert {row["account_id"] is None for row in alone} == {True, False}
    assert {row["account_video_id"] is None for row in alone} == {True, False}

    closings = await rows(db, AccountClosing)
    by_account: dict[str, list[int]] = {}
    for row in sorted(closings, key=lambda one: one["day"]):
        by_account.setdefault(row["account_id"], []).append(row["followers"])
    falls = [b < a for series in by_account.values() for a, b in pairwise(series)]
    assert 0.02 < sum(falls) / len(falls) < 0.5, "followers leave, too, but mostly they come"
    last = {row["account_id"]: row for row in sorted(closings, key=lambda one: one["day"])}
    for row in accounts:
        assert row["view_count"] == (last[row["id"]]["views"] or 0)
        collected = [post for post in posts if post["account_id"] == row["id"] and post["account_video_id"]]
        assert row["total_post_count"] == len(collected) == 8
        assert row["view_count"] == sum(post["view_count"] or 0 for post in collected)
