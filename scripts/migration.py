"""Begins a migration of what the models have and the migrations do not."""  # noqa: INP001

import asyncio
import re
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from alembic import command
from alembic.operations.ops import MigrationScript
from sqlalchemy import Connection, make_url

from creatoraudit.db import connections, migrate


async def begin(what: str) -> Path | None:
    """Writes the next revision; None, and nothing is written, where the migrations make what the models say."""
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite+aiosqlite:///{Path(home) / 'migrated.db'}"
        await migrate.upgrade(url)
        engine = connections.writer(make_url(url), 1)
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(_begin, what)
        finally:
            await engine.dispose()


def _begin(connection: Connection, what: str) -> Path | None:
    def only_differences(_context: object, _revision: object, scripts: list[MigrationScript]) -> None:
        if all(one.is_empty() for one in scripts[0].upgrade_ops_list):
            scripts.clear()

    config = migrate.config()
    config.attributes["connection"] = connection
    config.cmd_opts = Namespace(quiet=True)
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    number = f"{int(migrate.latest()) + 1:04}"
    written = command.revision(
        config, what, autogenerate=True, rev_id=number, process_revision_directives=only_differences
    )
    if written is None or isinstance(written, list):
        return None
    path = Path(written.path)
    path.write_text(re.sub(r" +# ###.*\n", "", path.read_text("utf-8")), "utf-8")
    return path


def main() -> int:
    """Does what the argument says; 1 if there is nothing to do."""
    if len(sys.argv) != 2 or not sys.argv[1].strip():  # noqa: PLR2004 - the program and what the migration does
        sys.stderr.write('Say what the migration does: ./scripts/migration "add nicknames"\n')
        return 2
    path = asyncio.run(begin(sys.argv[1].strip().rstrip(".")))
    if path is None:
        sys.stderr.write("The migrations make what the models say already.\n")
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
