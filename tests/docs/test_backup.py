"""The page about backups is followed, command by command, and what was restored is asked everything."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import URL, make_url, select

import questions
from conftest import left_out
from creatoraudit import clock
from creatoraudit.app import create_app
from creatoraudit.db import connections, migrate
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account, Organization
from creatoraudit.demo import DEMO_ID, DemoOptions, build_demo
from creatoraudit.domain.actor import acting_for
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import table
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import PostObservation, PostSnapshot
from creatoraudit.settings import Settings
from databases import administer
from db.test_migrate import an_account, move, put
from domain.analytics.test_rollup import assert_kept
from factories import a_video, an_api_key, an_organization
from http_fixtures import BASE_URL
from lively import NOW, UNTIL

PAGE = (Path(__file__).parents[2] / "docs" / "backup.md").read_text("utf-8")
BESIDE = str(10**18)


def commands(section: str) -> list[str]:
    """The blocks of commands below a heading."""
    below = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"```bash\n(.*?)```", below, re.DOTALL)


def follow(block: str, home: Path, database: str, **values: str) -> None:
    """Runs commands as they are written, but for the names of databases."""
    for name, value in values.items():
        block = block.replace(name, value)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CREATORAUDIT_")}
    environment |= {"CREATORAUDIT_DATABASE_URL": database}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", block], cwd=home, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = Database(url)
    try:
        yield db
    finally:
        await db.close()


async def fill(url: str) -> str:
    """Puts a small demo into a database: a key to it."""
    async with opened(url) as db:
        await build_demo(db, DemoOptions(accounts=3, videos_per_account=2, days=5, until=UNTIL), lambda *_: None)
        return (await an_api_key(db, acting_for(DEMO_ID))).key


async def answers(url: str, key: str) -> questions.Answers:
    """What the demo answers to every GET, and more."""
    app = create_app(Settings(database_url=url, rate_limit=1_000_000), worker=None)
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url=BASE_URL, headers=headers) as client,
    ):
        with clock.frozen(NOW):
            return await questions.answers(client)


@asynccontextmanager
async def being_written(url: str) -> AsyncIterator[str]:
    """Another organization of the database is written to meanwhile, without a pause: its id."""
    async with opened(url) as db:
        actor = await an_organization(db)
        await a_video(db, actor, BESIDE)
        written = 0
        begun, stop = asyncio.Event(), asyncio.Event()

        async def write() -> None:
            nonlocal written
            while not stop.is_set():
                seen = PostSnapshot(NOW - (written % 40) * (NOW - NOW.replace(hour=0)), BESIDE, view_count=written)
                await observe(db, str(actor.organization_id), [PostObservation("tiktok", [seen])])
                written += 1
                begun.set()

        writing = asyncio.create_task(write())
        await begun.wait()
        before = written
        yield str(actor.organization_id)
        assert written > before
        stop.set()
        await writing


async def backed_up(section: str, home: Path, url: str, **values: str) -> tuple[str, questions.Answers, str]:
    """Follows the first commands of a section while others write: a key, what was answered, and who wrote."""
    key = await fill(url)
    expected = await answers(url, key)
    async with being_written(url) as organization_id:
        await asyncio.to_thread(follow, commands(section)[0], home, url, **values)
    return key, expected, organization_id


async def assert_is_whole(url: str, organization_id: str) -> None:
    """What was being written is there as it was at one moment."""
    async with opened(url) as db:
        await assert_kept(db, acting_for(organization_id))


def test_a_sqlite_database_is_restored(sqlite_url: str, tmp_path: Path) -> None:
    key, expected, organization_id = asyncio.run(backed_up("SQLite", tmp_path, sqlite_url))
    (tmp_path / "creatoraudit.db").write_bytes(b"broken")
    (tmp_path / "creatoraudit.db-wal").write_bytes(b"of another time")

    follow(commands("SQLite")[1], tmp_path, sqlite_url)

    assert asyncio.run(answers(sqlite_url, key)) == expected
    asyncio.run(assert_is_whole(sqlite_url, organization_id))


@pytest.fixture
def restored(postgres_url: str | None) -> Iterator[URL]:
    """Where a database is going to be, beside the tests' own."""
    if postgres_url is None or shutil.which("pg_dump") is None:
        left_out("PostgreSQL with its programs")
    server = make_url(postgres_url)
    name = f"{server.database}_restored"
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    asyncio.run(administer(server, drop))
    yield server.set(database=name)
    asyncio.run(administer(server, drop))


def names(original: str, restored: URL) -> dict[str, str]:
    """What stands on the page for the databases, and what they are here."""
    shown = "postgresql{}://creatoraudit@127.0.0.1/{}"
    plain = make_url(original).set(drivername="postgresql")
    return {
        shown.format("+asyncpg", "restored"): restored.render_as_string(hide_password=False),
        shown.format("", "restored"): restored.set(drivername="postgresql").render_as_string(hide_password=False),
        shown.format("", "creatoraudit"): plain.render_as_string(hide_password=False),
        '"$DATABASE" restored': f'"$DATABASE" {restored.database}',
    }


def test_a_postgresql_database_is_restored(empty_postgres_url: str, restored: URL, tmp_path: Path) -> None:
    values = names(empty_postgres_url, restored)
    key, expected, organization_id = asyncio.run(backed_up("PostgreSQL", tmp_path, empty_postgres_url, **values))

    follow(commands("PostgreSQL")[1], tmp_path, empty_postgres_url, **values)

    url = restored.render_as_string(hide_password=False)
    assert asyncio.run(answers(url, key)) == expected
    asyncio.run(assert_is_whole(url, organization_id))


async def fill_older(url: str) -> None:
    """A database as an older version has left it, with an account in it."""
    engine = connections.writer(make_url(url), 1, migrating=True)
    owner = new_id()
    async with engine.begin() as connection:
        await connection.run_sync(move, "0002")
        await put(connection, Organization(id=owner, name="Acme", created_at=NOW), an_account(owner, "old"))
    await engine.dispose()


async def assert_is_upgraded(url: str) -> None:
    assert await migrate.current(url) == migrate.latest()
    async with opened(url) as db, db.transaction() as tx:
        assert (await tx.execute(select(table(Account).c.username))).scalars().all() == ["old"]


def test_a_backup_of_an_older_version_is_upgraded(unmigrated_url: str, restored: URL, tmp_path: Path) -> None:
    asyncio.run(fill_older(unmigrated_url))
    if "sqlite" in unmigrated_url:
        section, values, url = "SQLite", {}, f"sqlite+aiosqlite:///{tmp_path / 'creatoraudit.db'}"
    else:
        section, values = "PostgreSQL", names(unmigrated_url, restored)
        url = restored.render_as_string(hide_password=False)
    first, second = commands(section)

    follow(first, tmp_path, unmigrated_url, **values)
    follow(second, tmp_path, url, **values)

    asyncio.run(assert_is_upgraded(url))
