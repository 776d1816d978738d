"""What the documentation says about metrics is what their registry says."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from creatoraudit.domain.analytics.metrics import METRICS, Metric
from creatoraudit.rest.routes import openapi_document

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "metrics.md").read_text("utf-8")


def script() -> ModuleType:
    """scripts/metrics.py."""
    spec = importlib.util.spec_from_file_location("metrics_script", ROOT / "scripts" / "metrics.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cells_of(name: str) -> list[list[str]]:
    """The rows of the page's tables that are about a metric."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
    return [cells for cells in rows if cells[0] == f"`{name}`"]


def test_the_page_is_what_the_script_writes() -> None:
    assert script().page(PAGE) == PAGE, "run scripts/schema and commit docs/metrics.md"


def test_the_page_names_these_metrics() -> None:
    named = [line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    assert named == [metric.name for metric in METRICS] * 2


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_documented_as_it_is_declared(metric: Metric) -> None:
    declared, shown = cells_of(metric.name)
    assert {metric.description.removesuffix("."), metric.unit, metric.formula, metric.null_rule} <= set(declared)
    assert declared[-1] == str(metric.version)
    assert declared[-2] == ("instagram" if metric.name == "saves" else "all")
    schemas = openapi_document()["components"]["schemas"]
    models = ("TimeseriesRow", "VideoTimeseriesRow", "MetricsRow", "TopCreator")
    assert [cell == "yes" for cell in shown[1:]] == [metric.name in schemas[model]["properties"] for model in models]
