"""What the page about data says: its tables are all there are, and its commands and numbers the program's."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from creatoraudit.cli import app
from creatoraudit.db.columns import metadata
from creatoraudit.db.connections import PATIENCE_SECONDS
from creatoraudit.domain.idempotency import RETENTION
from creatoraudit.domain.retention.purge import LEFT_BEHIND
from creatoraudit.ingestion.housekeeping import EVERY
from creatoraudit.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text("utf-8")
COMMANDS = sorted(set(re.findall(r"creatoraudit ((?:accounts|creators|db) [^`>\n]*)", PAGE)))


def test_it_says_of_every_table_what_ends_its_growth() -> None:
    listed = PAGE.split("| table |")[1].split("\n\n")[0]
    named = {name for row in listed.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}

    assert named == {*metadata.tables, "alembic_version"}


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_are_accepted(command: str) -> None:
    program = get_command(app)
    group, name, *arguments = shlex.split(command)
    with program.make_context("creatoraudit", [group, "--help"], resilient_parsing=True) as context:
        below = program.get_command(context, group)  # type: ignore[attr-defined]  # it is a group of commands
        found = below.get_command(context, name)
        assert found.make_context(name, arguments, parent=context) is not None


def test_it_shows_all_that_erases_and_purges() -> None:
    assert {" ".join(command.split()[:2]) for command in COMMANDS} == {"accounts erase", "creators erase", "db purge"}


def test_its_numbers_are_the_programs() -> None:
    assert f"| {RETENTION.total_seconds() / 3600:.0f} hours later |" in PAGE
    assert (EVERY.days, LEFT_BEHIND.days, PATIENCE_SECONDS) == (1, 1, 5), "once a day, a day after, five seconds"
    assert Settings.model_fields["retention_months"].default is None, "kept for ever unless it is set"
