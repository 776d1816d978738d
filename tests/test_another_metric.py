"""Adding a metric is adding one declaration: everything that shows metrics shows it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from another_metric import METRIC

MODELS = ("DailyRow", "VideoDailyRow", "TimeseriesRow", "VideoTimeseriesRow", "MetricsRow", "TopCreator")


@pytest.fixture(scope="module")
def told(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the program with one metric more writes."""
    home = tmp_path_factory.mktemp("another")
    shutil.copy(sqlite_template, home / "creatoraudit.db")
    arguments = [f"sqlite+aiosqlite:///{home / 'creatoraudit.db'}", home / "told.json"]
    program = Path(__file__).with_name("another_metric.py")
    done = subprocess.run([sys.executable, program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((home / "told.json").read_text())
    return found


def test_every_row_has_it(told: dict[str, Any]) -> None:
    for path, rows in told["rows"].items():
        assert rows, path
        for row in rows:
            expected = round(100 * row["likes"] / row["plays"], 2) if row["plays"] > 0 else 0
            assert row[METRIC.name] == expected, path


def test_the_openapi_document_describes_it(told: dict[str, Any]) -> None:
    schemas = told["openapi"]["components"]["schemas"]
    for model in MODELS:
        described = schemas[model]["properties"][METRIC.name]
        assert described == {"type": "number", "description": METRIC.description, "examples": [13.86]}, model
        assert METRIC.name in schemas[model]["required"]
    (order_by,) = [
        one for one in told["openapi"]["paths"]["/creators/top"]["get"]["parameters"] if one.get("name") == "order_by"
    ]
    assert METRIC.name in order_by["schema"]["enum"]


def test_the_graphql_schema_has_it(told: dict[str, Any]) -> None:
    assert told["sdl"].count(f'"""{METRIC.description}"""') >= len(("Metrics", "PostMetrics"))
    assert "likeRate: Float!" in told["sdl"]


def test_graphql_answers_with_it(told: dict[str, Any]) -> None:
    assert "errors" not in told["graphql"]
    data = told["graphql"]["data"]
    places, (account, *_), (video, *_) = data["topCreators"], data["accounts"]["nodes"], data["videos"]["nodes"]
    organization = data["viewer"]["organization"]["metrics"]
    shown = [places[0]["metrics"], organization, *account["series"]["points"], *video["deltas"]]
    for one in shown:
        assert one["likeRate"] == (round(100 * one["likes"] / one["plays"], 2) if one["plays"] > 0 else 0)
    assert organization["likeRate"] > 0
    assert data["metricDefinitions"][-1] == {
        "name": METRIC.name,
        "field": "likeRate",
        "description": METRIC.description,
        "formula": METRIC.formula,
        "unit": "PERCENT",
    }
