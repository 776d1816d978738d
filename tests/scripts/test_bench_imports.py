"""`scripts/bench import`: that imports are measured beside `executemany` on both databases; never how fast."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import POSTGRES_URL, left_out

ROOT = Path(__file__).parents[2]
SMALL = ["--accounts=3", "--videos-per-account=2", "--days=5", "--video-days=3", "--rounds=1"]
IMPORTS = ["a file in order", "the same file again", "the file shuffled"]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the world of these tests is kept."""
    return tmp_path_factory.mktemp("worlds")


def bench(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks", "import", *SMALL, f"--postgres={POSTGRES_URL}", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    finished = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_imports_are_measured_beside_the_bare_driver(postgres_url: str | None, directory: Path) -> None:
    if postgres_url is None:
        left_out("PostgreSQL")

    found = json.loads(bench(f"--data={directory}", "--database=postgresql", "--json"))

    assert found.pop("where")
    ((version, measured),) = found.items()
    assert version.startswith("PostgreSQL ")
    assert measured["rows"] > measured["lines"] > 0
    (told,) = measured["rounds"]
    assert list(told["imports"]) == IMPORTS
    assert min(told["raw"], *(one["seconds"] for one in told["imports"].values())) > 0


def test_people_are_shown_a_table(directory: Path) -> None:
    shown = bench(f"--data={directory}", "--database=sqlite")

    assert "SQLite " in shown
    assert [name for name in IMPORTS if name not in shown] == []
    assert "≥ 0.3" in shown
