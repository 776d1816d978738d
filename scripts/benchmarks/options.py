"""What the commands of `scripts/bench` may be told."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.operations import OPERATIONS

SERVER = os.environ.get("CREATORAUDIT_TEST_POSTGRES_URL", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
DATA = Path(".bench")

Name = StrEnum("Name", [(one.name, one.name) for one in OPERATIONS])  # type: ignore[misc]


class Dialect(StrEnum):
    """A database."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


Data = Annotated[Path, typer.Option(help="Where the worlds are kept, and what peers need; both are made once.")]
Accounts = Annotated[int, typer.Option(min=10, help="Accounts of the world, of the larger one of two.")]
Videos = Annotated[int, typer.Option(min=25, help="Videos of each.")]
Days = Annotated[int, typer.Option(min=90, max=730, help="Days of the accounts' history.")]
VideoDays = Annotated[int, typer.Option(min=1, help="Days of the videos' history.")]
Seed = Annotated[int, typer.Option(help="Which world.")]
Postgres = Annotated[str, typer.Option(metavar="URL", help="The server for PostgreSQL's worlds.")]
RoundCount = Annotated[int, typer.Option("--rounds", min=1, help="How often everything is measured, in turns.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, every round's figures in it.")]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Write the tables into docs/performance.md.")]
