"""What the documentation shows of a plan is what the engine makes."""

import re
from pathlib import Path

from creatoraudit.engine.operation import Operation
from creatoraudit.graphql.schema import ENGINE

PAGE = (Path(__file__).parents[2] / "docs" / "engine.md").read_text("utf-8")


def test_the_plan_that_is_shown_is_made() -> None:
    (query,) = re.findall(r"For `({.+?})`, the level", PAGE)
    (shown,) = re.findall(r"```text\n(.+?)\n```", PAGE, re.DOTALL)
    operation = ENGINE.read(query)
    assert isinstance(operation, Operation)
    plan = operation.plan({})
    assert not isinstance(plan, str)
    assert shown in plan.source
