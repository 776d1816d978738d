"""Bringing a database's schema to this version. Several servers may start at once: one migrates, the others wait."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url, text

from creatoraudit.db import dialect

_LOCK = 0x63_72_65_61  # "crea"


async def upgrade(url: str) -> str:
    """Runs every migration that is missing, in one transaction; returns the revision reached."""
    engine = dialect.writer(make_url(url), 1, migrating=True)
    try:
        async with engine.begin() as connection:
            if not dialect.is_sqlite(engine.url):
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            await connection.run_sync(_upgrade)
            return await connection.run_sync(_revision) or ""
    finally:
        await engine.dispose()


async def current(url: str) -> str | None:
    """The revision a database is at; None before the first migration."""
    engine = dialect.writer(make_url(url), 1)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_revision)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
