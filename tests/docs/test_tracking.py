"""What the page about tracking says is so: its commands exist, and its numbers are the program's."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from creatoraudit.cli import app
from creatoraudit.cli.refresh import SOME_FAILED
from creatoraudit.ingestion.looks import AHEAD
from creatoraudit.ingestion.refresh import FIRST_RETRY, JITTER, LONGEST_REST, POSTS
from creatoraudit.ingestion.worker import GRACE_SECONDS, POLL_SECONDS
from creatoraudit.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "tracking.md").read_text("utf-8")
COMMANDS = sorted(set(re.findall(r"creatoraudit ((?:serve|worker|refresh)\b[^`>\n]*)", PAGE)))


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_are_accepted(command: str) -> None:
    program = get_command(app)
    name, *arguments = shlex.split(command)
    with program.make_context("creatoraudit", [name, "--help"], resilient_parsing=True) as context:
        found = program.get_command(context, name)  # type: ignore[attr-defined]  # it is a group of commands
        assert found.make_context(name, arguments, parent=context) is not None


def test_it_shows_all_that_refresh() -> None:
    assert {command.split()[0] for command in COMMANDS} == {"serve", "worker", "refresh"}


def test_its_numbers_are_the_programs() -> None:
    assert f"give or take {JITTER:.1%}".replace("%", " %") in PAGE
    assert f"more than {POSTS} posts" in PAGE
    assert f"exits with {SOME_FAILED}" in PAGE
    assert (GRACE_SECONDS, "gives its looks three seconds") == (3, "gives its looks three seconds")
    assert FIRST_RETRY.total_seconds() == AHEAD.total_seconds() == 60
    assert LONGEST_REST.days == 1
    assert POLL_SECONDS < 2, "within two seconds"


@pytest.mark.parametrize("name", re.findall(r"CREATORAUDIT_(\w+)", PAGE))
def test_it_names_settings_that_there_are(name: str) -> None:
    assert name.lower() in Settings.model_fields
