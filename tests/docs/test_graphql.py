"""What the documentation of the GraphQL API says about limits is what the settings say, and its examples are valid."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from creatoraudit.graphql.limits import MAX_PAIRS
from creatoraudit.graphql.schema import EXECUTABLE
from creatoraudit.settings import Settings

DOCUMENT = (Path(__file__).parents[2] / "docs" / "graphql.md").read_text("utf-8")


def test_the_limits_are_the_settings_defaults() -> None:
    said = {
        what: number.replace(",", "") for what, number in re.findall(r"^\| (.+?) \| ([\d,]+)", DOCUMENT, re.MULTILINE)
    }
    settings = Settings()

    assert said == {
        "tokens": str(settings.graphql_max_tokens),
        "depth": str(settings.graphql_max_depth),
        "aliases": str(settings.graphql_max_aliases),
        "root fields": str(settings.graphql_max_root_fields),
        "repetition": str(MAX_PAIRS),
        "cost": str(settings.graphql_max_cost),
        "time": f"{settings.graphql_timeout:g}",
    }


@pytest.mark.parametrize("example", re.findall(r"```graphql\n(.+?)```", DOCUMENT, re.DOTALL))
def test_the_examples_fit_the_schema(example: str) -> None:
    assert validate(EXECUTABLE, parse(example)) == []
