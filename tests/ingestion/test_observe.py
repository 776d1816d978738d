import datetime as dt
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlmodel import SQLModel

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account, AccountClosing, AccountVideo, Post, PostClosing, Video, stored
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import table
from creatoraudit.ingestion.observe import observe
from factories import an_account, an_organization
from histories import (
    ACCOUNTS,
    ADDED,
    TRACKED_ALONE,
    History,
    expected_account_closings,
    expected_post_closings,
    histories,
    observations,
)

on_one_database = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


async def tracking(db: Database, history: History) -> tuple[Actor, dict[str, str]]:
    """An organization that tracks the history's accounts, and some of its posts by themselves."""
    with clock.frozen(ADDED):
        actor = await an_organization(db)
        ids = {name: (await an_account(db, actor, name, platform=platform)).id for name, platform in ACCOUNTS.items()}
        for post in history.posts:
            if post.external_id in TRACKED_ALONE:
                await a_video(db, actor, post.platform, post.external_id)
    return actor, ids


async def a_video(db: Database, actor: Actor, platform: str, external_id: str, username: str | None = None) -> None:
    video_id, now = new_id(), clock.now()
    post = Post(
        organization_id=actor.organization_id,
        platform=platform,
        external_id=external_id,
        account_username=username,
        video_id=video_id,
        updated_at=now,
    )
    async with db.transaction() as tx:
        values = {name: value for name, value in stored(post).items() if name != "id"}
        added = await tx.execute(insert(table(Post)).returning(table(Post).c.id), values)
        video = Video(
            id=video_id, organization_id=actor.organization_id, post_id=added.scalar(), added_at=now, updated_at=now
        )
        await tx.execute(insert(table(Video)), stored(video))


async def rows(db: Database, actor: Actor, model: type[SQLModel]) -> list[dict[str, Any]]:
    """All rows of the organization's, with names in the place of ids."""
    posts, accounts, named = table(Post), table(Account), table(model)
    found = select(named)
    if model is PostClosing:
        found = select(named, posts.c.external_id.label("name")).join(posts, posts.c.id == named.c.post_id)
    elif model is AccountClosing:
        found = select(named, accounts.c.username.label("name")).join(accounts, accounts.c.id == named.c.account_id)
    elif model is AccountVideo:
        found = select(named, posts.c.external_id.label("name")).join(posts, posts.c.id == named.c.post_id)
    home = posts if model in {PostClosing, AccountVideo} else accounts if model is AccountClosing else named
    async with db.transaction() as tx:
        result = await tx.execute(found.where(home.c.organization_id == actor.organization_id))
        return [dict(row) for row in result.mappings()]


async def everything(db: Database, actor: Actor) -> dict[str, set[str]]:
    """What the organization knows, apart from ids and the time of writing."""
    return {
        model.__name__: {
            str({name: value for name, value in row.items() if not name.endswith("id") and name != "updated_at"})
            for row in await rows(db, actor, model)
        }
        for model in (Account, Post, AccountVideo, PostClosing, AccountClosing)
    }


@on_one_database
@given(history=histories(), batch=st.integers(1, 9))
async def test_closings_are_what_the_definitions_make_of_all_observations(
    db: Database, history: History, batch: int
) -> None:
    actor, ids = await tracking(db, history)

    await observe(db, actor.organization_id, observations(history, history.seen, ids), batch=batch)

    expected: dict[Any, Any] = {}
    for post in history.posts:
        expected |= expected_post_closings(history, post)
    found = {(row["name"], row["day"]): row for row in await rows(db, actor, PostClosing)}
    assert {key: {name: found[key][name] for name in row} for key, row in expected.items()} == expected
    assert found.keys() == expected.keys()
    expected = {}
    for account in ACCOUNTS:
        expected |= expected_account_closings(history, account)
    found = {(row["name"], row["day"]): row for row in await rows(db, actor, AccountClosing)}
    assert {key: {name: found[key][name] for name in row} for key, row in expected.items()} == expected
    assert found.keys() == expected.keys()


@on_one_database
@given(history=histories(), batch=st.integers(1, 9), shuffle=st.randoms())
async def test_any_order_gives_the_same(db: Database, history: History, batch: int, shuffle: random.Random) -> None:
    in_order = sorted(history.seen, key=lambda one: one.at)
    shuffled = list(history.seen)
    shuffle.shuffle(shuffled)
    outcomes = []
    for seen in (in_order, shuffled):
        actor, ids = await tracking(db, history)
        await observe(db, actor.organization_id, observations(history, seen, ids), batch=batch)
        outcomes.append(await everything(db, actor))
    assert outcomes[0] == outcomes[1]


@on_one_database
@given(history=histories(), batch=st.integers(1, 9))
async def test_the_same_observations_again_change_nothing(db: Database, history: History, batch: int) -> None:
    actor, ids = await tracking(db, history)
    seen = observations(history, history.seen, ids)
    await observe(db, actor.organization_id, seen, batch=batch)
    before = {model: await rows(db, actor, model) for model in (Account, Post, AccountVideo)}
    closings = await everything(db, actor)

    with clock.frozen(dt.datetime(2030, 1, 1, tzinfo=dt.UTC)):
        again = await observe(db, actor.organization_id, seen)

    assert again.closings == again.discovered == 0
    assert {model: await rows(db, actor, model) for model in before} == before
    assert await everything(db, actor) == closings
