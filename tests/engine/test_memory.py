"""However many distinct operations come, the process stays where it was.

CREATORAUDIT_TEST_OPERATIONS says how many; a million take some minutes.
"""

import gc
import os
import sys
from types import SimpleNamespace

import pytest
import strawberry

from creatoraudit.engine import Engine, Operation
from creatoraudit.engine.engine import CAPACITY, MAX_SOURCE

OPERATIONS = int(os.environ.get("CREATORAUDIT_TEST_OPERATIONS", "1000"))
GROWTH = 2_000
"""Blocks of memory that may be allocated more than before, however many operations came in between."""


# what it collects is also what graphql-core did not await in the tests before
pytestmark = pytest.mark.filterwarnings("ignore:.*never awaited", "ignore::pytest.PytestUnraisableExceptionWarning")


@strawberry.type
class Query:
    a: str
    b: str


ENGINE = Engine(strawberry.Schema(query=Query)._schema)
ROOT = SimpleNamespace(a="a", b="b")


async def execute(source: str, **variables: bool) -> None:
    operation = ENGINE.read(source)
    assert isinstance(operation, Operation)
    assert not (await ENGINE.execute(operation, variables, root=ROOT)).errors


async def test_distinct_operations_and_broken_ones_leave_nothing_behind() -> None:
    async def some(begin: int, end: int) -> int:
        for number in range(begin, end):
            await execute(f"query ($on: Boolean!) {{ a b{number}: b @include(if: $on) }}", on=bool(number % 2))
            assert isinstance(ENGINE.read(f"{{ wrong{number} }}"), list)
        gc.collect()
        return sys.getallocatedblocks()

    full = await some(0, CAPACITY + 100)
    after = await some(CAPACITY + 100, CAPACITY + 100 + OPERATIONS)
    assert after - full < GROWTH


async def test_long_documents_are_not_remembered() -> None:
    source = f"{{ a }} {'#' * MAX_SOURCE}"
    before = len(ENGINE._known)
    await execute(source)
    assert len(ENGINE._known) == before
