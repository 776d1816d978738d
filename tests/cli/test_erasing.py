"""Forgetting someone: nothing is found of them afterwards, not even among the bytes that the database is made of."""

import asyncio
import datetime as dt
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

import pytest
import typer.testing
from sqlalchemy import make_url, text

from cli.conftest import Run
from conftest import left_out
from creatoraudit import clock
from creatoraudit.cli import app
from creatoraudit.db.connections import is_sqlite, sqlite_path
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.commands import create_account
from creatoraudit.domain.accounts.inputs import AccountCreate
from creatoraudit.domain.accounts.queries import get_account
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.organization import organization_series
from creatoraudit.domain.analytics.windows import DAY, Window
from creatoraudit.domain.search import search, searched
from creatoraudit.domain.validation import validate
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import AccountObservation, PostObservation, PostSnapshot, ProfileSnapshot
from domain.analytics.test_rollup import assert_kept
from factories import a_creator, a_video, an_account, an_organization

T = TypeVar("T")
NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
WINDOW = Window(NOON.date() - DAY * 20, NOON.date())
NAME = "zuleika.dobson"
NUMBER = "6812345678901234567"
FEED = [f"77{number:017}" for number in range(3)]
ALONE = "7900000000000000017"
TRACES = [NAME, "Zuleika", "Magdalen", "zeppelins over the Isis", "judas-college", NUMBER, ALONE, *FEED]
OTHER = str(10**18)
DAYS = 4


class Scene(NamedTuple):
    """Organizations that know of her, and one that does not."""

    both: Actor
    alone: Actor
    without: Actor
    creator_id: str
    ids: list[str]


def on(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        db = Database(url)
        try:
            return await work(db)
        finally:
            await db.close()

    return asyncio.run(run())


async def a_scene(db: Database) -> Scene:
    with clock.frozen(NOON - DAY * 15):
        both, alone, without = [await an_organization(db) for _ in range(3)]
        creator = await a_creator(db, both, "Zuleika of Magdalen")
        data = {
            "platform": "tiktok",
            "username": NAME,
            "creator_id": creator.id,
            "metadata": {"house": "judas-college"},
        }
        account = (await create_account(db, both, validate(AccountCreate, data), idempotency_key=f"track {NAME}")).row
        video = await a_video(db, both, FEED[0])
        elsewhere = await a_video(db, alone, f"https://www.tiktok.com/@{NAME}/video/{ALONE}")
        await an_account(db, alone, NAME)
        others = [await an_account(db, actor, "max", metadata={"note": "another"}) for actor in (both, without)]
        await a_creator(db, without, "Another")
        another = validate(AccountCreate, {"platform": "instagram", "username": "noaks"})
        await create_account(db, alone, another, idempotency_key="another")
        await a_video(db, alone, OTHER)
    with clock.frozen(NOON):
        for day in range(DAYS - 1, -1, -1):
            at = NOON - DAY * day
            feed = [
                PostSnapshot(at, name, view_count=1_000 - day, description=f"zeppelins over the Isis {name}")
                for name in FEED
            ]
            profile = ProfileSnapshot(
                at, follower_count=90, name="Zuleika", description="judas-college", platform_account_id=NUMBER
            )
            await observe(db, str(both.organization_id), [AccountObservation(account.id, [profile], feed)])
            seen = PostSnapshot(at, ALONE, view_count=day, account_username=NAME, description="zeppelins over the Isis")
            await observe(db, str(alone.organization_id), [PostObservation("tiktok", [seen])])
            for actor, other in zip((both, without), others, strict=True):
                mine = PostSnapshot(at, OTHER, view_count=50 - day, description="a duke by the river")
                theirs = AccountObservation(other.id, [ProfileSnapshot(at, follower_count=day)], [mine])
                await observe(db, str(actor.organization_id), [theirs])
        await db.analyze()
    return Scene(both, alone, without, creator.id, [account.id, video.id, elsewhere.id])


def contents(url: str) -> bytes:
    """All bytes of a SQLite database; all of a PostgreSQL's contents, and what its planner remembers of them."""
    database = make_url(url)
    if is_sqlite(database):
        path = sqlite_path(database)
        return b"".join(found.read_bytes() for found in sorted(path.parent.glob(f"{path.name}*")))
    dumped = subprocess.run(
        [shutil.which("pg_dump") or left_out("pg_dump"), database.set(drivername="postgresql").render_as_string(False)],
        check=True,
        capture_output=True,
    ).stdout

    async def remembered(db: Database) -> str:
        async with db.transaction() as tx:
            return "".join(map(str, (await tx.execute(text("SELECT pg_stats::text FROM pg_stats"))).all()))

    return dumped + on(url, remembered).encode()


def traces(url: str, *more: str) -> list[str]:
    """What is still to be found of her."""
    found = contents(url).lower()
    return [one for one in (*TRACES, *more) if one.lower().encode() in found]


@pytest.fixture
def scene(database: str) -> Scene:
    return on(database, a_scene)


def test_nothing_is_left_of_an_account_anywhere(database: str, scene: Scene, run: Run) -> None:
    assert set(TRACES) <= set(traces(database))

    would = run("accounts", "erase", f"tiktok:@{NAME}", "--dry-run", "--json").json
    assert set(TRACES) <= set(traces(database, *scene.ids))
    erased = run("accounts", "erase", f"tiktok:@{NAME}", "--yes", "--json").json

    assert erased == {**would, "dry_run": False}
    assert erased == {
        "organizations": sorted(str(one.organization_id) for one in (scene.both, scene.alone)),
        "accounts": [f"tiktok:{NAME}"] * 2,
        "creators": [],
        "posts": 4,
        "videos": 2,
        "closings": 5 * DAYS,
        "creators_left": [scene.creator_id],
        "dry_run": False,
    }
    assert traces(database, *scene.ids) == ["Zuleika", "Magdalen"]  # her creator's name: that is another command's
    on(database, lambda db: only_others_are_left(db, scene))


async def only_others_are_left(db: Database, scene: Scene) -> None:
    """Every number is that of an organization that never knew her, and of another's account nothing is gone."""
    with clock.frozen(NOON):
        found, expected = [await organization_series(db, actor, WINDOW) for actor in (scene.both, scene.without)]
        assert (found.rows(), found.coverage) == (expected.rows(), expected.coverage)
        assert found.rows()[-1]["total_views"] == 50
        assert not (await search(db, scene.both, searched("zeppelins"))).videos
        assert (await search(db, scene.both, searched("a duke"))).videos
        for actor in (scene.both, scene.alone):
            await assert_kept(db, actor)


def test_a_creator_goes_with_all_its_accounts_in_all_organizations(database: str, scene: Scene, run: Run) -> None:
    erased = run("creators", "erase", scene.creator_id, "--yes", "--json").json

    assert (erased["creators"], erased["creators_left"]) == ([scene.creator_id], [])
    assert erased["accounts"] == [f"tiktok:{NAME}"] * 2
    assert traces(database, *scene.ids, scene.creator_id) == []


def test_one_organization_can_forget_while_others_remember(database: str, scene: Scene, run: Run) -> None:
    own = str(scene.both.organization_id)
    erased = run("accounts", "erase", f"tiktok:{NAME}", "--org", own, "--yes", "--json").json

    assert erased["organizations"] == [own]
    assert (erased["accounts"], erased["posts"]) == ([f"tiktok:{NAME}"], 3)
    assert set(traces(database, *FEED, ALONE)) >= {NAME, ALONE}
    assert not set(FEED) & set(traces(database))


def test_who_is_tracked_anew_starts_from_nothing(database: str, scene: Scene, run: Run) -> None:
    run("accounts", "erase", f"tiktok:{NAME}", "--yes")

    async def track(db: Database) -> None:
        with clock.frozen(NOON):
            data = {"platform": "tiktok", "username": NAME}
            created = await create_account(
                db, scene.both, validate(AccountCreate, data), idempotency_key=f"track {NAME}"
            )
            assert not created.replayed
            assert created.row.id not in scene.ids
            account = await get_account(db, scene.both, created.row.id)
            assert (account.first_scrape_time, account.follower_count, account.total_post_count) == (None, 0, 0)
            assert (await organization_series(db, scene.both, WINDOW)).rows()[-1]["total_views"] == 50
            await assert_kept(db, scene.both)

    on(database, track)


def test_it_asks_first_and_says_what_is_wrong_with_a_name(database: str, scene: Scene, run: Run) -> None:
    asked = typer.testing.CliRunner().invoke(app, ["accounts", "erase", f"tiktok:{NAME}"], input="n\n")
    assert asked.exit_code == 1
    assert "Erase 2 accounts, 0 creators and 4 posts for ever?" in asked.output
    assert NAME in traces(database)

    for name, said in (
        ("zuleika", "no name such as tiktok:"),
        ("myspace:zuleika", "platform"),
        ("tiktok:a b", "username"),
    ):
        refused = run("accounts", "erase", name, "--yes")
        assert (refused.status, refused.out) == (2, "")
        assert said in refused.err
    assert run("creators", "erase", scene.ids[0], "--yes").err == "Error: Creator not found.\n"
