"""`scripts/bench overhead`: that every way of telling is measured and shown on a small world; never how much it was."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = ["--accounts=20", "--videos-per-account=25", "--days=90", "--database=sqlite", "--rounds=1", "--requests=3"]


def bench(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks", "overhead", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    finished = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_every_way_is_measured(tmp_path: Path) -> None:
    found = json.loads(bench(f"--data={tmp_path}", *SMALL, "--json"))["measured"]

    told = ["off", "off again", "figures", "figures, 1 % of traces", "figures, all traces"]
    assert [(one["operation"], one["told"]) for one in found] == [(name, way) for name in ("G1", "G3") for way in told]
    assert all(len(one["rounds"]) == 1 for one in found)


def test_ways_are_held_against_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    from benchmarks import overhead  # noqa: PLC0415 - they are not on the path before
    from benchmarks.operations import OPERATIONS  # noqa: PLC0415

    rounds = {
        "off": [4.0, 2.0, 3.0],
        "off again": [4.0, 2.0, 3.0],
        "figures": [4.0, 2.1, 3.0],
        "figures, 1 % of traces": [4.4, 2.2, 3.3],
        "figures, all traces": [8.0, 4.0, 6.0],
    }
    costs = [overhead.Cost(OPERATIONS[0], way, found) for way, found in rounds.items()]

    assert overhead.markdown(costs).splitlines()[2:] == [
        "| G1 | off | 2.00 | 3.00 | 4.00 | 1.000 × |  |",
        "| G1 | off again | 2.00 | 3.00 | 4.00 | 1.000 × |  |",
        "| G1 | figures | 2.10 | 3.00 | 4.00 | 1.050 × |  |",
        "| G1 | figures, 1 % of traces | 2.20 | 3.30 | 4.40 | 1.100 × | ≤ 1.05 × off: missed |",
        "| G1 | figures, all traces | 4.00 | 6.00 | 8.00 | 2.000 × |  |",
    ]
