"""`creatoraudit schema` and `creatoraudit openapi`."""

from pathlib import Path

import graphql

from cli.conftest import Run

ROOT = Path(__file__).parents[2]


def test_the_schema_is_the_one_in_the_repository(run: Run) -> None:
    out = run("schema").out

    assert graphql.build_schema(out).query_type is not None
    assert out == (ROOT / "schema.graphql").read_text()


def test_the_openapi_document_is_the_one_in_the_repository(run: Run) -> None:
    outcome = run("openapi")

    assert outcome.json["openapi"] == "3.1.0"
    assert outcome.out == (ROOT / "openapi.json").read_text()
