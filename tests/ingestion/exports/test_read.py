"""Exports: an import makes the same of them, whatever was seen, in whatever order, and however it is tracked."""

import datetime as dt
import random
from pathlib import Path

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.commands import delete_account
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.creators.commands import link_account
from creatoraudit.ingestion.exports.read import entries
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import AccountObservation, PostObservation, PostSnapshot, ProfileSnapshot
from factories import a_creator, a_video, an_account, an_organization
from histories import ACCOUNTS, ADDED, TRACKED_ALONE, History, histories, observations
from households import Action, lived, lives
from imported import exported, import_lines
from ingestion.stored import everything

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


async def tracking(db: Database, history: History) -> tuple[Actor, dict[str, str]]:
    """An organization that tracks the history's accounts, and some of its posts by themselves."""
    actor = await an_organization(db)
    ids = {name: (await an_account(db, actor, name, platform=platform)).id for name, platform in ACCOUNTS.items()}
    for post in history.posts:
        if post.external_id in TRACKED_ALONE:
            await a_video(db, actor, post.external_id, platform=post.platform)
    creator = await a_creator(db, actor, "Jo", metadata={"tier": "gold"})
    await link_account(db, actor, creator.id, ids["dancer"])
    return actor, ids


async def copied(db: Database, actor: Actor, path: Path) -> Actor:
    """Another organization, into which everything has been imported."""
    copy = await an_organization(db)
    outcome = await import_lines(db, copy, path, await exported(db, actor))
    assert outcome.rejected == []
    return copy


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(history=histories(), batch=st.integers(1, 9))
async def test_a_copy_knows_what_the_original_knows(db: Database, tmp_path: Path, history: History, batch: int) -> None:
    with clock.frozen(ADDED):
        actor, ids = await tracking(db, history)
    await observe(db, str(actor.organization_id), observations(history, history.seen, ids), batch=batch)

    copy = await copied(db, actor, tmp_path / "lines")

    assert await everything(db, copy) == await everything(db, actor)
    again = await import_lines(db, copy, tmp_path / "lines", await exported(db, actor))
    assert (again.counts.creators_added, again.counts.accounts_added, again.counts.videos_added) == (0, 0, 0)
    assert await everything(db, copy) == await everything(db, actor)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(history=histories(), life=lives, chance=st.randoms())
async def test_a_copy_is_of_what_is_left(
    db: Database, tmp_path: Path, history: History, life: list[tuple[int, Action]], chance: random.Random
) -> None:
    """Whatever was removed meanwhile, with whatever it knew, is in neither."""
    actor = (await lived(db, history, life, chance)).actor

    copy = await copied(db, actor, tmp_path / "lines")

    assert await everything(db, copy) == await everything(db, actor)


async def test_a_look_at_a_post_alone_stays_one(db: Database, tmp_path: Path) -> None:
    """What was looked up by itself neither discovers the post nor counts as a look at its account."""
    with clock.frozen(NOON - 9 * DAY):
        actor = await an_organization(db)
        account = await an_account(db, actor, "ada")
        await a_video(db, actor, "1")
        await a_video(db, actor, "2")
    alone = [PostSnapshot(NOON - days * DAY, "1", account_username="ada", view_count=9 - days) for days in (8, 1)]
    within = NOON - 4 * DAY
    stranger = PostSnapshot(NOON - 2 * DAY, "2", account_username="ada", like_count=1)
    seen = [
        PostObservation("tiktok", alone),
        PostObservation("tiktok", [stranger]),
        AccountObservation(account.id, [ProfileSnapshot(within, follower_count=1)], [alone[0]._replace(at=within)]),
    ]
    await observe(db, str(actor.organization_id), seen)

    copy = await copied(db, actor, tmp_path / "lines")

    assert await everything(db, copy) == await everything(db, actor)


async def test_what_outlives_its_account_comes_along(db: Database, tmp_path: Path) -> None:
    with clock.frozen(NOON - 9 * DAY):
        actor = await an_organization(db)
        account = await an_account(db, actor, "ada", platform="instagram")
        await a_video(db, actor, "3950467173113646390", platform="instagram")
    post = PostSnapshot(
        NOON, "3950467173113646390", description="É", media_type="carousel", platform_data={"b": [1], "a": {"c": 1.5}}
    )
    await observe(db, str(actor.organization_id), [AccountObservation(account.id, posts=[post])])
    await delete_account(db, actor, account.id)

    copy = await copied(db, actor, tmp_path / "lines")

    assert await everything(db, copy) == await everything(db, actor)


async def test_lines_are_in_the_order_that_is_documented(db: Database) -> None:
    with clock.frozen(NOON - 9 * DAY):
        actor = await an_organization(db)
        creator = await a_creator(db, actor, "Ada")
        account = await an_account(db, actor, "ada")
        await link_account(db, actor, creator.id, account.id)
        await a_video(db, actor, "2")
    post = PostSnapshot(NOON, "1", view_count=3, create_time=NOON - DAY)
    await observe(db, str(actor.organization_id), [AccountObservation(account.id, [ProfileSnapshot(NOON)], [post])])

    lines = [orjson.loads(line) for line in await exported(db, actor)]

    assert [line["kind"] for line in lines] == [
        "organization",
        "creator",
        "account",
        "profile",
        "account_video",
        "post",
        "video",
    ]
    assert lines[2]["creator_id"] == lines[1]["id"] == creator.id
    assert lines[5] == {
        "kind": "post",
        "platform": "tiktok",
        "at": "2026-06-14T12:00:00Z",
        "external_id": "1",
        "account_username": "ada",
        "create_time": "2026-06-13T12:00:00Z",
        "view_count": 3,
    }


async def test_an_export_is_of_one_moment(db: Database) -> None:
    """What is written while it is read is left out, and not held up."""
    actor = await an_organization(db)
    await an_account(db, actor, "ada")
    async with db.snapshot() as moment:
        reading = entries(moment, actor)
        await anext(reading)
        await an_account(db, actor, "bea")
        rest = [one async for one in reading]

    assert [one.username for one in rest] == ["ada"]
