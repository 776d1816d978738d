"""`creatoraudit db backup`: a copy of the database while it is in use."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from creatoraudit.cli.environment import CommandError, load_settings, usable
from creatoraudit.cli.output import AsJSON, masked, print_one, progress
from creatoraudit.db import connections, storage


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes; it must not exist yet.")],
    as_json: AsJSON = False,
) -> None:
    """Copy a SQLite database into a file, as it is at one moment, while servers and workers go on.

    To restore it, stop everything that uses the database and put the copy in its place: see docs/backup.md, which also
    says how PostgreSQL is backed up, with its own pg_dump.

    For example:
      creatoraudit db backup "backups/$(date +%F).db"
    """
    text = load_settings().database_url.get_secret_value()
    url = make_url(text)
    if not connections.is_sqlite(url):
        raise CommandError(f"{masked(text)} is PostgreSQL's: back it up with pg_dump, as docs/backup.md shows.", 2)
    source = connections.sqlite_path(url)
    if not source.exists():
        raise CommandError(f"There is no database at {masked(text)}.")
    if not file.absolute().parent.is_dir():
        raise CommandError(f"There is no directory {file.absolute().parent}.", 2)
    try:
        with usable(text), progress("Copying") as told:
            storage.copy(source, file, told)
    except CommandError as error:
        if isinstance(error.__cause__, FileExistsError):
            raise CommandError(f"{file} exists already: backups are not overwritten.", 2) from error
        raise
    print_one({"backup": str(file), "bytes": file.stat().st_size}, as_json=as_json)
