"""Importing in this process, as the command line does, and what came of it."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.ingestion.exports.read import entries
from creatoraudit.ingestion.formats.files import opened
from creatoraudit.ingestion.formats.lines import object_of_entry
from creatoraudit.ingestion.imports.run import Import, Imported, Rejected
from creatoraudit.ingestion.imports.sightings import Track


class Outcome(NamedTuple):
    """What an import came to, and what it rejected: why, by line."""

    counts: Imported
    rejected: list[Rejected]
    actor: Actor | None

    @property
    def reasons(self) -> dict[int, str]:
        """Why a line was rejected, by its number."""
        return {one.line: one.reason for one in self.rejected}


async def import_files(
    db: Database, actor: Actor | None, *paths: Path, track: Track | None = None, at: dt.datetime | None = None
) -> Outcome:
    """Imports files."""
    rejected: list[Rejected] = []
    run = Import(db, actor, rejected.append, track=track, at=at)
    for path in paths:
        with opened(str(path), None) as file:
            await run.read(file, lambda: None)
    await run.finish()
    return Outcome(run.counts, rejected, run.actor)


async def import_lines(
    db: Database, actor: Actor | None, path: Path, lines: Iterable[Mapping[str, Any] | str], track: Track | None = None
) -> Outcome:
    """Imports lines, by way of a file."""
    return await import_files(db, actor, written(path, lines), track=track)


def written(path: Path, lines: Iterable[Mapping[str, Any] | str]) -> Path:
    """A file of these lines."""
    path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines))
    return path


async def exported(db: Database, actor: Actor) -> list[str]:
    """The lines of an export."""
    async with db.snapshot() as moment:
        written = [object_of_entry(one) async for one in entries(moment, actor)]
    return [orjson.dumps(one, option=orjson.OPT_UTC_Z).decode() for one in written]
