"""Operations are executed by plans, or by graphql-core, and say so."""

from typing import Any

import pytest
from graphql import GraphQLObjectType

from creatoraudit.engine import coverage
from creatoraudit.graphql.schema import EXECUTABLE
from creatoraudit.settings import Settings

from .conftest import Send

PLANNED = {"headers": {"X-GraphQL-Plan": "true"}}
LISTENING = "graphql-core listens, each event is planned"

FALLBACKS = {"Subscription.accountRefreshed", "Subscription.videoRefreshed"}
"""Fields that graphql-core has a part in."""


def test_every_field_has_a_plan_or_is_known_to_have_none() -> None:
    found = coverage(EXECUTABLE)

    fields = {
        f"{of.name}.{name}"
        for of in EXECUTABLE.type_map.values()
        if isinstance(of, GraphQLObjectType) and not of.name.startswith("__")
        for name in of.fields
    }
    assert set(found) == fields
    assert {name for name, how in found.items() if how == LISTENING} == FALLBACKS
    assert found["Account.username"] == "an attribute of the object"
    assert found["Account.id"] == "a function of the object alone"
    assert found["Account.creator"] == found["Query.accounts"] == "a batch of all objects"
    assert found["Query.node"] == "a resolver, once for each object"


class TestEngineOn:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url, graphql_engine=True)

    async def test_operations_are_planned(self, send: Send) -> None:
        for document in ("{ viewer { scopes } }", "{ __schema { queryType { name } } }"):
            answer = (await send(document, **PLANNED)).json()
            assert answer["extensions"] == {"plan": {"executor": "plan", "reason": None}}

    async def test_what_is_not_planned_says_why(self, send: Send) -> None:
        document = "query ($no: Boolean = false) { overview { days @skip(if: $no) } }"
        answer = (await send(document, no=None, **PLANNED)).json()

        reason = "a variable of @skip or @include without a value"
        assert answer["data"] == {"overview": None}
        assert answer["errors"][0]["path"] == ["overview"]
        assert answer["extensions"] == {"plan": {"executor": "graphql-core", "reason": reason}}

    async def test_nobody_is_told_who_does_not_ask(self, send: Send) -> None:
        assert list((await send("{ viewer { scopes } }")).json()) == ["data"]


class TestEngineOff:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url, graphql_engine=False)

    async def test_graphql_core_executes(self, send: Send) -> None:
        headers: dict[str, Any] = {"headers": {"X-GraphQL-Plan": "true", "X-GraphQL-Cost": "true"}}
        answer = (await send("{ viewer { scopes } }", **headers)).json()

        assert answer["data"] == {"viewer": {"scopes": ["READ", "WRITE", "ADMIN"]}}
        assert answer["extensions"]["plan"] == {"executor": "graphql-core", "reason": "the engine is turned off"}
        assert answer["extensions"]["cost"]["requested"] == 1
