"""`creatoraudit db purge`: what is not kept any longer."""

from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any

import typer

from creatoraudit.cli.environment import load_settings, with_database
from creatoraudit.cli.output import AsJSON, print_one, progress
from creatoraudit.db.engine import Database
from creatoraudit.domain.retention.purge import Purge, kept_since


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would go, and change nothing.")] = False,
    as_json: AsJSON = False,
) -> None:
    """Remove what is not kept any longer; servers and workers do so themselves, once a day.

    Idempotency records go after 24 hours. With CREATORAUDIT_RETENTION_MONTHS the days of older months go too, except
    for their ends. Others can go on working meanwhile; interrupted, it is completed by starting it again.

    For example:
      creatoraudit db purge --dry-run
      CREATORAUDIT_RETENTION_MONTHS=12 creatoraudit db purge
    """
    since = kept_since(load_settings().retention_months)

    async def work(db: Database) -> dict[str, Any]:
        found = Purge(db, since, dry_run=dry_run)
        with progress("Purging") as told:
            async with aclosing(found.steps()) as steps:
                async for step in steps:
                    told(step.done, step.total, step.doing)
        return asdict(found.gone)

    gone = with_database(work)
    print_one(gone | {"every_day_since": since, "dry_run": dry_run}, as_json=as_json)
