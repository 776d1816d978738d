"""The registry of metrics is the schema's: whoever declares a metric finds it in every field that shows metrics."""

import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_non_null_type

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.leaderboards import ORDERS
from creatoraudit.domain.analytics.measures import POST_METRICS
from creatoraudit.domain.analytics.metrics import METRICS, Metric, Unit
from creatoraudit.graphql.enums import TopCreatorOrderField
from creatoraudit.graphql.inputs import field_name
from creatoraudit.graphql.schema import EXECUTABLE
from factories import a_creator, an_account
from written import NOON, account_closings


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


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


DECLARED = """
import asyncio, json, sys
from creatoraudit.domain.analytics import metrics

metrics.METRICS = (
    *metrics.METRICS,
    metrics.Metric(
        name="likes_per_view",
        description="Likes per hundred views in the window.",
        formula="100 × likes / views",
        null_rule="never null: 0 when views are not positive",
        unit=metrics.Unit.PERCENT,
        roll_up=metrics.RollUp.DERIVED,
        of=("likes", "views"),
        derive=metrics.percentage,
    ),
)

from httpx import ASGITransport, AsyncClient
from creatoraudit.app import create_app
from creatoraudit.settings import Settings

async def main(database_url, key, document):
    app = create_app(Settings(database_url=database_url))
    async with app.router.lifespan_context(app):
        headers = {"Authorization": f"Bearer {key}"}
        async with AsyncClient(transport=ASGITransport(app), base_url="http://api.test", headers=headers) as client:
            answer = await client.post("/graphql", json={"query": document})
    print(json.dumps(answer.json()))

asyncio.run(main(*sys.argv[1:]))
"""
ASKED = """{
    __type(name: "PostSeriesPoint") { fields { name description } }
    metricDefinitions { name field formula unit }
    topCreators(window: WINDOW, orderBy: LIKES_PER_VIEW) { creator { name } metrics { likesPerView } }
    accounts { nodes {
        metrics(window: WINDOW) { likesPerView }
        series(window: WINDOW, granularity: MONTH) { points { likesPerView } }
    } }
}""".replace("WINDOW", '{startDate: "2026-06-01", endDate: "2026-06-14"}')


async def test_a_declared_metric_is_in_the_schema_and_in_answers(
    database_url: str, db: Database, organization: Actor, key: str
) -> None:
    creator = await a_creator(db, organization, "Ada")
    account = await an_account(db, organization, creator_id=creator.id)
    await account_closings(db, account.id, {1: {"gained_views": 50, "gained_likes": 4}})

    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", DECLARED, database_url, key, ASKED), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await program.communicate()
    answer = json.loads(output.splitlines()[-1])

    assert "errors" not in answer, answer
    data = answer["data"]
    said = {"name": "likesPerView", "description": "Likes per hundred views in the window."}
    assert said in data["__type"]["fields"]
    assert data["metricDefinitions"][-1] == {
        "name": "likes_per_view",
        "field": "likesPerView",
        "formula": "100 × likes / views",
        "unit": "PERCENT",
    }
    assert data["topCreators"] == [{"creator": {"name": "Ada"}, "metrics": {"likesPerView": 8.0}}]
    assert data["accounts"]["nodes"] == [
        {"metrics": {"likesPerView": 8.0}, "series": {"points": [{"likesPerView": 8.0}]}}
    ]
