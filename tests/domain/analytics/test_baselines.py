"""What is left when something is no longer tracked: numbers of what still tracks it, and of nothing else."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.commands import delete_account
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.analytics.organization import organization_metrics
from creatoraudit.domain.analytics.scopes import ACCOUNTS, VIDEOS, Scope
from creatoraudit.domain.analytics.totals import measured
from creatoraudit.domain.analytics.windows import Window
from creatoraudit.domain.videos.commands import delete_video
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import AccountObservation, PostObservation, PostSnapshot, ProfileSnapshot
from factories import a_video, an_account, an_organization
from imported import exported, import_lines
from ingestion.stored import everything

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
MONTH = Window(dt.date(2026, 5, 16), dt.date(2026, 6, 14))
POST = "6749520869598481669"


def ago(days: int) -> dt.datetime:
    return NOON - dt.timedelta(days=days)


class World:
    """An organization that tracks one post in every way there is."""

    def __init__(self, db: Database, actor: Actor) -> None:
        self.db, self.actor = db, actor
        self.account_id = self.video_id = ""

    async def track_account(self, days: int) -> None:
        with clock.frozen(ago(days)):
            self.account_id = (await an_account(self.db, self.actor, "ada")).id

    async def track_video(self, days: int) -> None:
        with clock.frozen(ago(days)):
            self.video_id = (await a_video(self.db, self.actor, POST)).id

    async def see(self, days: int, views: int, *, published: int, alone: bool = False, **more: Any) -> None:
        post = PostSnapshot(ago(days), POST, create_time=ago(published), view_count=views, **more)
        feed = AccountObservation(self.account_id, [ProfileSnapshot(ago(days), follower_count=9)], [post])
        seen = PostObservation("tiktok", [post]) if alone else feed
        await observe(self.db, str(self.actor.organization_id), [seen])

    async def views(self, scope: Scope, id_: str) -> int:
        return int((await measured(self.db, self.actor, scope, [id_], MONTH))[id_].values["views"])

    async def views_of_all(self) -> int:
        return int((await organization_metrics(self.db, self.actor, MONTH)).values["views"])


@pytest.fixture
async def world(db: Database) -> World:
    return World(db, await an_organization(db))


async def assert_copied(world: World, path: Path) -> None:
    """An import of an export comes to the same, and so do the organization's days counted anew."""
    known = await everything(world.db, world.actor)
    async with world.db.transaction() as tx:
        await rollup.rebuild(tx, world.actor)
    assert await everything(world.db, world.actor) == known
    copy = await an_organization(world.db)
    outcome = await import_lines(world.db, copy, path, await exported(world.db, world.actor))
    assert outcome.rejected == []
    assert await everything(world.db, copy) == known


async def test_an_account_that_goes_takes_along_since_when_its_posts_were_tracked(world: World, tmp_path: Path) -> None:
    """Published while the account was tracked, the post gained all of its views; the video came later."""
    await world.track_account(10)
    await world.see(5, 100, published=7, like_count=4)
    await world.track_video(4)
    await world.see(1, 150, published=7, comment_count=3)
    assert await world.views(VIDEOS, world.video_id) == await world.views_of_all() == 150

    await delete_account(world.db, world.actor, world.account_id)

    assert await world.views(VIDEOS, world.video_id) == await world.views_of_all() == 50
    await assert_copied(world, tmp_path / "lines")


async def test_a_video_that_goes_takes_along_since_when_its_post_was_tracked(world: World, tmp_path: Path) -> None:
    """Its account came later, and all that is known of the account is what it gained since."""
    await world.track_video(10)
    await world.track_account(6)
    await world.see(5, 100, published=9, like_count=4)
    await world.see(1, 150, published=9, comment_count=3)
    assert await world.views(ACCOUNTS, world.account_id) == await world.views_of_all() == 150

    await delete_video(world.db, world.actor, world.video_id)

    assert await world.views(ACCOUNTS, world.account_id) == await world.views_of_all() == 50
    await assert_copied(world, tmp_path / "lines")


@pytest.mark.parametrize("goes", ["account", "video"])
async def test_what_was_tracked_long_enough_by_what_stays_keeps_its_gains(
    world: World, tmp_path: Path, goes: str
) -> None:
    await world.track_account(10)
    await world.track_video(9)
    await world.see(5, 100, published=8)
    await world.see(3, 120, published=8, alone=True)

    if goes == "account":
        await delete_account(world.db, world.actor, world.account_id)
        assert await world.views(VIDEOS, world.video_id) == 120
    else:
        await delete_video(world.db, world.actor, world.video_id)
        assert await world.views(ACCOUNTS, world.account_id) == 120
    assert await world.views_of_all() == 120
    await assert_copied(world, tmp_path / "lines")


async def test_an_account_alone_leaves_nothing_behind(world: World, tmp_path: Path) -> None:
    await world.track_account(10)
    await world.see(5, 100, published=7)

    await delete_account(world.db, world.actor, world.account_id)

    assert await world.views_of_all() == 0
    assert (await everything(world.db, world.actor))["OrganizationDay"] == set()
    await assert_copied(world, tmp_path / "lines")
