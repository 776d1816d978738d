import pytest

from creatoraudit.domain.analytics.metrics import METRICS, Metric
from creatoraudit.rest.routes import openapi_document

SCHEMAS = openapi_document()["components"]["schemas"]
ROWS = [SCHEMAS[name] for name in ("DailyRow", "VideoDailyRow", "TimeseriesRow", "VideoTimeseriesRow", "MetricsRow")]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_null_in_documents_as_its_rule_says(metric: Metric) -> None:
    shown = [row for row in ROWS if metric.name in row["properties"]]
    assert shown
    for row in shown:
        described = row["properties"][metric.name]
        assert metric.name in row["required"]
        assert ({"type": "null"} in described.get("anyOf", [])) is not metric.null_rule.startswith("never null")


def test_examples_add_up() -> None:
    example = {
        name: described["examples"][0]
        for name, described in SCHEMAS["TopCreator"]["properties"].items()
        if "examples" in described
    }
    assert example["engagement"] == example["likes"] + example["comments"] + example["shares"]
    assert example["engagement_rate"] == round(100 * example["engagement"] / example["views"], 2)
