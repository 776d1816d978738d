"""`scripts/bench`: that everything is measured and shown, on a small world; never how fast it was."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = ["--accounts=20", "--videos-per-account=30", "--days=90", "--database=sqlite", "--rounds=2", "--seconds=0.01"]
ASKED = [
    "account",
    "metrics of 20 accounts, 7 days",
    "metrics of 20 accounts, 30 days",
    "metrics of 20 accounts, 90 days",
    "top 10 creators, 7 days",
    "top 10 creators, 90 days",
    "the organization's series, 90 days",
    "overview, 7 days",
    "a creator's series, 90 days",
    "search: a frequent word, a tenth",
    "search: a rare word, a tenth",
    "search: a rare text of frequent words, a tenth",
    "search: 2 characters, a tenth",
    "search: a frequent word",
    "search: a rare word",
    "search: a rare text of frequent words",
    "search: 2 characters",
]


def bench(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks", "analytics", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    finished = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the worlds of these tests are kept."""
    return tmp_path_factory.mktemp("worlds")


def test_everything_is_measured_beside_its_statements_and_its_bars(directory: Path) -> None:
    found = json.loads(bench(f"--data={directory}", *SMALL, "--json"))["sqlite"]["measured"]

    names = [row["question"] for row in found]
    assert [name for name in names if not name.startswith("page ")] == ASKED
    assert [name.partition(" of ")[0] for name in names if name.startswith("page ")] == ["page 1", "page 5"]
    assert all(row["bytes"] > 0 and len(row["rounds"]) == 2 for row in found)
    assert all(min(figures.values()) > 0 for row in found for figures in row["rounds"])
    assert [row["question"] for row in found if not row["bars"]] == [
        "account",
        "a creator's series, 90 days",
        "page 1 of account videos",
    ]


def test_people_are_shown_a_table(directory: Path) -> None:
    shown = bench(f"--data={directory}", *SMALL)

    assert [name for name in ASKED if name not in shown] == []
    assert "≤ 3 × raw + U" in shown
