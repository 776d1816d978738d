"""Bringing a database's schema to this version. Several servers may start at once: one migrates, the others wait."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, String, column, make_url, select, table, text

from creatoraudit.db import connections
from creatoraudit.db.engine import Database
from creatoraudit.db.statements import Statement

_LOCK = 0x63_72_65_61  # "crea"


async def upgrade(url: str) -> str:
    """Runs every migration that is missing, in one transaction; returns the revision reached.

    RuntimeError where a later release has been here.
    """
    engine = connections.writer(make_url(url), 1, migrating=True)
    try:
        async with engine.begin() as connection:
            if not connections.is_sqlite(engine.url):
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            refuse_later(await connection.run_sync(_revision))
            await connection.run_sync(_upgrade)
            return await connection.run_sync(_revision) or ""
    finally:
        await engine.dispose()


async def current(url: str) -> str | None:
    """The revision a database is at; None before the first migration."""
    engine = connections.writer(make_url(url), 1)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_revision)
    finally:
        await engine.dispose()


def refuse_later(revision: str | None) -> None:
    """RuntimeError where a database's revision is not one of this version's: a later release has been there."""
    if revision not in {None, *_known()}:
        raise RuntimeError(f"it is at revision {revision} of a later release; run that one.")


@cache
def latest() -> str:
    """The revision that this version needs."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


async def is_served(db: Database) -> bool:
    """Whether a database that was migrated at some time has what this version needs: its last revision, or a later one.

    A later release's migrations leave what the one before it needs, so that its servers go on until they are replaced.
    """
    ((revision,),) = await db.fetch(_VERSION, tuple, {})
    return revision == latest() or revision not in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())


_VERSION = Statement(select(table("alembic_version", column("version_num", String())).c.version_num))


def config() -> Config:
    """How Alembic finds the migrations."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return found


def _upgrade(connection: Connection) -> None:
    prepared = config()
    prepared.attributes["connection"] = connection
    command.upgrade(prepared, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
