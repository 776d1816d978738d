"""`creatoraudit db`: the schema of the database, and what is done with it as a whole."""

import asyncio

import typer
from sqlalchemy import make_url

from creatoraudit.cli.backups import backup
from creatoraudit.cli.environment import CommandError, load_settings, usable
from creatoraudit.cli.output import AsJSON, masked, print_one
from creatoraudit.cli.purging import purge
from creatoraudit.db import connections, migrate

app = typer.Typer(no_args_is_help=True, help="The database: as CREATORAUDIT_DATABASE_URL names it.")
app.command("backup")(backup)
app.command("purge")(purge)


@app.command("upgrade")
def upgrade(as_json: AsJSON = False) -> None:
    """Bring the database's schema to this version. Safe to run at any time, and by several servers at once.

    A SQLite file is made and upgraded by every command by itself; PostgreSQL waits for this one.
    """
    url = _url()
    with usable(url):
        revision = asyncio.run(migrate.upgrade(url))
    _print(url, revision, as_json=as_json)


@app.command("current")
def current(as_json: AsJSON = False) -> None:
    """Show which revision the database is at, and which one this version needs; changes nothing."""
    url = _url()
    with usable(url):
        database = make_url(url)
        if connections.is_sqlite(database) and not connections.sqlite_path(database).exists():
            raise CommandError(f"There is no database at {masked(url)} yet; make it with: creatoraudit db upgrade")
        revision = asyncio.run(migrate.current(url))
    _print(url, revision, as_json=as_json)


def _url() -> str:
    return load_settings().database_url.get_secret_value()


def _print(url: str, revision: str | None, *, as_json: bool) -> None:
    print_one({"database": masked(url), "revision": revision, "latest": migrate.latest()}, as_json=as_json)
