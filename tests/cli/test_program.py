"""The program as a whole: what it says of itself, and how it fails."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.conftest import Run
from creatoraudit import __version__
from creatoraudit.cli import app


def commands(command: Any, *path: str) -> Iterator[list[str]]:
    """Every command there is, by the words that name it."""
    yield list(path)
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, *path, name)


def test_the_version(run: Run) -> None:
    assert run("--version") == (0, f"creatoraudit {__version__}\n", "")


@pytest.mark.parametrize("command", list(commands(typer.main.get_command(app))), ids=" ".join)
def test_every_command_explains_itself(run: Run, command: list[str]) -> None:
    outcome = run(*command, "--help")

    assert (outcome.status, outcome.err) == (0, "")
    assert "Usage: creatoraudit" in outcome.out


def test_an_unknown_command_or_option_is_an_error(run: Run) -> None:
    for arguments in (["orgs", "crate"], ["orgs", "list", "--jsn"]):
        outcome = run(*arguments)
        assert (outcome.status, outcome.out) == (2, "")
        assert "No such" in outcome.err


def test_python_runs_the_package(tmp_path: Path) -> None:
    created = subprocess.run(
        [sys.executable, "-m", "creatoraudit", "orgs", "create", "Acme", "--json"],
        env={"CREATORAUDIT_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'acme.db'}"},
        check=True,
        capture_output=True,
        text=True,
    )

    assert json.loads(created.stdout)["name"] == "Acme"
    assert created.stderr == ""


def test_a_command_that_fails_says_so_in_a_sentence_and_without_a_traceback(tmp_path: Path) -> None:
    failed = subprocess.run(
        [sys.executable, "-m", "creatoraudit", "orgs", "list"],
        env={"CREATORAUDIT_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'no' / 'acme.db'}"},
        check=False,
        capture_output=True,
        text=True,
    )

    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("Error: The database ")
    assert len(failed.stderr.splitlines()) == 1
