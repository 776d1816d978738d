"""`creatoraudit export`: everything an organization has, for an import elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer

from creatoraudit.cli.environment import CommandError, with_database
from creatoraudit.cli.organizations import Organization, chosen
from creatoraudit.db.engine import Database
from creatoraudit.ingestion.exports.read import entries
from creatoraudit.ingestion.formats.lines import object_of_entry

_WRITING = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z


def export(
    org: Organization = None,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, metavar="FILE", help="Where to write it; standard output by default.")
    ] = None,
) -> None:
    """Write everything an organization tracks and has seen, as lines of JSON that 'creatoraudit import' takes.

    It is as it was at one moment, whatever is written meanwhile. API keys are left out.

    For example:
      creatoraudit export --org ID --output history.ndjson
      creatoraudit export | gzip > history.ndjson.gz
    """

    async def work(db: Database) -> int:
        actor = await chosen(db, org)
        number = 0
        async with db.snapshot() as moment:
            with _opened(output) as out:
                async for one in entries(moment, actor):
                    out.write(orjson.dumps(object_of_entry(one), option=_WRITING))
                    number += 1
        return number

    number = with_database(work)
    typer.echo(f"Exported {number:,} lines.", err=True)


@contextmanager
def _opened(path: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that is there once it is complete."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as out:
            yield out
        part.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from error
