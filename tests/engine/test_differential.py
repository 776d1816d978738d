"""Random operations on nasty schemas: the engine answers what graphql-core answers.

CREATORAUDIT_TEST_EXAMPLES says how many each test tries; thousands are worth a night.
"""

import asyncio
import os

import hypothesis.strategies as st
import pytest
from graphql import GraphQLSchema
from hypothesis import HealthCheck, given, note, settings

from creatoraudit.engine import Engine

from .chaos import Habits, World
from .comparing import Notes, assert_same
from .nasty_schemas import ASYNCHRONOUS, SCHEMAS
from .operations import Asked, operations

EXAMPLES = int(os.environ.get("CREATORAUDIT_TEST_EXAMPLES", "20"))
HABITS = {
    "calm": Habits(null=0.05, broken_null=0.0, raises=0.0, is_error=0.0, wrong=0.0),
    "wild": Habits(),
    "awaited": Habits(awaited=0.3),
}

pytestmark = [
    pytest.mark.usefixtures("warm"),
    # graphql-core forgets to await what it does not need any more
    pytest.mark.filterwarnings("ignore:.*never awaited", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
tries = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("habits", HABITS)
@pytest.mark.parametrize("name", SCHEMAS)
def test_queries(name: str, habits: str) -> None:
    schema: GraphQLSchema = SCHEMAS[name]
    engine = Engine(schema)

    @tries
    @given(asked=operations(schema), seed=st.integers(0, 10**6))
    def same(asked: Asked, seed: int) -> None:
        note(f"{asked.source} {asked.variables}")
        root = World(schema, HABITS[habits], seed).root
        is_ordered = habits != "awaited" and name not in ASYNCHRONOUS
        asyncio.run(assert_same(engine, asked.source, asked.variables, root, is_ordered=is_ordered))

    same()


@pytest.mark.parametrize("habits", HABITS)
def test_mutations(habits: str) -> None:
    schema: GraphQLSchema = SCHEMAS["resolvers"]
    engine = Engine(schema)

    @tries
    @given(asked=operations(schema, is_mutation=True), seed=st.integers(0, 10**6))
    def same(asked: Asked, seed: int) -> None:
        note(f"{asked.source} {asked.variables}")
        root = World(schema, HABITS[habits], seed).root
        done = [Notes(), Notes()]
        contexts = iter(done)
        asyncio.run(assert_same(engine, asked.source, asked.variables, root, lambda: next(contexts), is_ordered=False))
        assert done[0] == done[1]

    same()
