"""Whole operations: which of a document's is executed, in which order, with what, and how selections are merged."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import get_introspection_query

from creatoraudit.engine import Engine, Operation

from .comparing import assert_same

pytestmark = pytest.mark.usefixtures("warm")


@strawberry.type
class Thing:
    a: str
    b: str
    thing: "Thing | None"
    things: list["Thing"]

    @strawberry.field
    def seen(self, info: strawberry.Info, at: int = 0) -> str:
        found = (info.field_name, list(info.path), info.root_value is not None, info.operation.name, at)
        return f"{found} {sorted(info.variable_values)} {info.return_type}"


@strawberry.type
class Query:
    a: str
    thing: Thing | None


@strawberry.type
class Holder:
    number: int


class Counter:
    """What mutations change."""

    def __init__(self) -> None:
        self.number = 0
        self.log: list[str] = []


@strawberry.type
class Mutation:
    @strawberry.mutation
    def now(self, info: strawberry.Info, to: int) -> Holder | None:
        info.context.log.append(f"now {to}")
        info.context.number = to
        return Holder(number=info.context.number)

    @strawberry.mutation
    async def later(self, info: strawberry.Info, to: int) -> Holder | None:
        info.context.log.append(f"later {to} begins")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        info.context.log.append(f"later {to} ends")
        info.context.number = to
        return Holder(number=info.context.number)

    @strawberry.mutation
    async def fails(self, info: strawberry.Info) -> Holder | None:
        info.context.log.append("fails")
        raise ValueError("no")

    @strawberry.mutation
    async def must(self, info: strawberry.Info) -> Holder:
        info.context.log.append("must")
        raise ValueError("no")


ENGINE = Engine(strawberry.Schema(query=Query, mutation=Mutation)._schema)


def a_thing(depth: int) -> Any:
    below = a_thing(depth - 1) if depth else None
    return SimpleNamespace(a="a", b="b", thing=below, things=[below] * 2 if below else [])


ROOT = SimpleNamespace(a="top", thing=a_thing(3))


@pytest.mark.parametrize(
    "source",
    [
        "{ thing { a } thing { b } }",
        """{ thing { a thing { a } } ...T ... { thing { thing { things { a } } } } }
        fragment T on Query { thing { thing { b } } }""",
        "{ x: thing { y: a a z: a } w: thing { b } }",
        "{ __typename thing { __typename t: __typename thing { __typename } } }",
        """{ ...A } fragment A on Query { ...B a } fragment B on Query { ...C } fragment C on Query { thing { ...D } }
        fragment D on Thing { a things { ...E } } fragment E on Thing { b }""",
        "{ thing { things { a things { b things { a } } } } }",
        "query Named($v: Int = 5) { thing { seen(at: $v) things { seen } x: seen(at: 2) } }",
        '{ a __schema { queryType { name } } __type(name: "Thing") { fields { name type { kind ofType { name } } } } }',
    ],
)
async def test_selections_are_merged_and_shown_in_their_order(source: str) -> None:
    answer = await assert_same(ENGINE, source, root=ROOT)
    assert not answer.errors


async def test_introspection_of_everything() -> None:
    answer = await assert_same(
        ENGINE, get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True)
    )
    assert not answer.errors


@pytest.mark.parametrize("root", [None, SimpleNamespace(), 7, {"a": "of a dict"}])
async def test_whatever_the_root_is(root: Any) -> None:
    await assert_same(ENGINE, "{ a thing { a } }", root=root)


async def test_the_operation_that_is_named_is_executed() -> None:
    document = "query One { a } query Two { thing { a } } mutation Three { now(to: 3) { number } }"
    for name, key in (("One", "a"), ("Two", "thing"), ("Three", "now")):
        operation = ENGINE.read(document, name)
        assert isinstance(operation, Operation)
        answer = await ENGINE.execute(operation, root=ROOT, context=Counter())
        assert list(answer.data or ()) == [key]
    for name in (None, "Four", ""):
        assert isinstance(ENGINE.read(document, name), list)


@pytest.mark.parametrize(
    "source", ["{ a", "", "query { nowhere }", "fragment A on Query { a }", "{ ...A } fragment A on Query { ...A }"]
)
def test_what_is_wrong_with_a_document_is_told_and_remembered(source: str) -> None:
    errors = ENGINE.read(source)
    assert isinstance(errors, list)
    assert errors
    assert ENGINE.read(source) is errors


async def test_mutations_wait_for_each_other() -> None:
    source = """mutation {
      first: later(to: 1) { number } second: now(to: 2) { number } third: later(to: 3) { number }
      fourth: fails { number } fifth: later(to: 5) { number }
    }"""
    counters = [Counter(), Counter()]
    contexts = iter(counters)
    answer = await assert_same(ENGINE, source, context=lambda: next(contexts))

    assert answer.data is not None
    assert [one and one["number"] for one in answer.data.values()] == [1, 2, 3, None, 5]
    assert [error.path for error in answer.errors] == [["fourth"]]
    assert counters[0].log == counters[1].log
    assert counters[1].log[:3] == ["later 1 begins", "later 1 ends", "now 2"]


async def test_mutations_after_one_that_takes_all_data_are_executed_as_graphql_core_executes_them() -> None:
    counters = [Counter(), Counter()]
    contexts = iter(counters)
    answer = await assert_same(
        ENGINE,
        "mutation { now(to: 1) { number } must { number } later(to: 3) { number } }",
        context=lambda: next(contexts),
    )
    assert answer.data is None
    assert counters[0].log == counters[1].log


async def test_a_long_list_and_a_deep_selection() -> None:
    many = SimpleNamespace(a="a", b="b", thing=None, things=[a_thing(1)] * 500)
    source = "{ thing { things { a b things { a } } } }"
    answer = await assert_same(ENGINE, source, root=SimpleNamespace(a="a", thing=many))
    assert answer.data is not None
    assert len(answer.data["thing"]["things"]) == 500

    deep = a_thing(60)
    source = "{ " + "thing { " * 60 + "a" + " }" * 60 + " }"
    answer = await assert_same(ENGINE, source, root=SimpleNamespace(a="a", thing=deep))
    assert not answer.errors
