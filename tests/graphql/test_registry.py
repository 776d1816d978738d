"""What shows numbers shows the registry's metrics, as the registry describes them."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_non_null_type

from creatoraudit.domain.analytics.leaderboards import ORDERS
from creatoraudit.domain.analytics.measures import POST_METRICS
from creatoraudit.domain.analytics.metrics import METRICS, Metric, Unit
from creatoraudit.graphql.enums import TopCreatorOrderField
from creatoraudit.graphql.inputs import field_name
from creatoraudit.graphql.schema import EXECUTABLE


def fields_of(name: str) -> dict[str, Any]:
    found = EXECUTABLE.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found.fields


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("Metrics", METRICS),
        ("SeriesPoint", METRICS),
        ("PostMetrics", POST_METRICS),
        ("PostSeriesPoint", POST_METRICS),
    ],
)
def test_every_metric_is_a_field_and_nothing_else_is(name: str, metrics: tuple[Metric, ...]) -> None:
    fields = fields_of(name)
    totals = {f"total_{metric.total}" for metric in metrics if metric.total} if name.endswith("Point") else set()
    others = {"startDate", "endDate", "days", "coverage", "date"}

    assert set(fields) - others == {field_name(one) for one in {metric.name for metric in metrics} | totals}
    for metric in metrics:
        shown = fields[field_name(metric.name)]
        assert shown.description == metric.description
        assert is_non_null_type(shown.type) is metric.null_rule.startswith("never null")
        assert get_named_type(shown.type).name == ("Float" if metric.unit is Unit.PERCENT else "BigInt")


def test_creators_are_ranked_by_what_the_domain_ranks_by() -> None:
    assert [one.value for one in TopCreatorOrderField] == list(ORDERS)
