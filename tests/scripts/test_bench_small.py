"""`scripts/bench small`: that each part of a small request is left out and shown; never what it took."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = ["--accounts=10", "--videos-per-account=25", "--days=90", "--video-days=1", "--database=sqlite"]
SHARED = ["request id", "access log", "the statement", "the encoding", "negotiation", "authentication", "rate limit"]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the world of these tests is kept."""
    return tmp_path_factory.mktemp("worlds")


def bench(directory: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks", "small", f"--data={directory}", *SMALL]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    finished = subprocess.run(
        [*command, "--rounds=1", "--requests=2", *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_what_each_part_takes_is_measured_and_the_checks_together_are_held_to_their_bar(directory: Path) -> None:
    graphql, rest = json.loads(bench(directory, "--json"))["sqlite"]["measured"]

    execution = ["limits on operations", "parsing the body", "the execution"]
    assert (graphql["request"], sorted(graphql["parts"])) == ("G3", sorted([*SHARED, *execution, "all of these"]))
    assert (rest["request"], sorted(rest["parts"])) == ("U", sorted([*SHARED, "ETag", "all of these"]))
    assert min(graphql["whole"], rest["whole"]) > 0
    assert graphql["bar"]["most"] == rest["bar"]["most"] == 0.25

    written = [json.loads(line) for line in (directory / "small.log").read_text().splitlines()]
    assert {line["status"] for line in written if line["event"] == "request"} == {200}


def test_people_are_shown_a_table(directory: Path) -> None:
    shown = bench(directory)

    assert [name for name in [*SHARED, "ETag", "U µs", "G3 µs"] if name not in shown] == []
