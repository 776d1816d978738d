"""Migrations run by two servers at once, and by a later release while this one serves."""

import asyncio
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from alembic.config import Config
from sqlalchemy import make_url

from chaos.writers import writing
from creatoraudit.db import migrate
from creatoraudit.db.connections import is_sqlite
from creatoraudit.db.engine import Database
from factories import an_api_key, an_organization
from servers import free_port, running, start

NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "next", "{latest}"


def upgrade():
    op.add_column("accounts", sa.Column("shade", sa.String(), nullable=False, server_default="green"))
    op.execute("UPDATE accounts SET shade = 'blue'")
    op.create_index("ix_accounts_shade", "accounts", ["shade"])
    op.create_table("shades", sa.Column("name", sa.String(), primary_key=True))
"""
"""What a later release might bring."""


async def test_two_servers_start_on_a_database_that_has_nothing(unmigrated_url: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": unmigrated_url}
    if not is_sqlite(make_url(unmigrated_url)):
        upgrades = [await program(settings, "db", "upgrade") for _ in range(2)]
        assert [await upgrade.wait() for upgrade in upgrades] == [0, 0]
    with ExitStack() as ending:
        servers = [start(tmp_path / "log", settings, free_port()) for _ in range(2)]
        for server in servers:
            ending.callback(server.kill)
        for server in servers:
            server.wait()
    assert await migrate.current(unmigrated_url) == migrate.latest()
    assert "Traceback" not in (tmp_path / "log").read_text()


async def test_a_later_release_migrates_while_this_one_serves(
    unmigrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate.upgrade(unmigrated_url)
    db = Database(unmigrated_url)
    key = (await an_api_key(db, await an_organization(db))).key
    await db.close()
    settings = {"DATABASE_URL": unmigrated_url, "RATE_LIMIT": "1000000"}
    with running(tmp_path / "log", settings) as server:
        async with writing(server.url, key) as crowd:
            later = later_release(tmp_path)
            monkeypatch.setattr(migrate, "config", lambda: later)
            assert await migrate.upgrade(unmigrated_url) == "next"
            await crowd.progress()
            async with httpx.AsyncClient() as client:
                assert (await client.get(f"{server.url}/readyz")).status_code == 200
            await crowd.check()
    monkeypatch.undo()

    late = await program(settings, "serve", "--port", "0")
    said = (await late.communicate())[1].decode()
    assert late.returncode == 1
    assert "it is at revision next of a later release" in said


def later_release(home: Path) -> Config:
    """The migrations of this release, and one more."""
    ours = Path(migrate.__file__).with_name("migrations")
    theirs = home / "migrations"
    shutil.copytree(ours, theirs, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    (theirs / "versions" / "next.py").write_text(NEXT.format(latest=migrate.latest()))
    config = Config()
    config.set_main_option("script_location", str(theirs))
    return config


async def program(settings: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    """A command of this program, running."""
    environment = {f"CREATORAUDIT_{name}": value for name, value in settings.items()}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "creatoraudit", *arguments),
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
