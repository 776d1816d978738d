"""@skip and @include, on fields and fragments, by literals and by variables."""

from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry

from creatoraudit.engine import Engine

from .comparing import assert_same

pytestmark = pytest.mark.usefixtures("warm")


@strawberry.type
class Thing:
    a: str
    b: str
    inside: "Thing | None"


@strawberry.type
class Query:
    a: str
    b: str
    inside: Thing | None


ENGINE = Engine(strawberry.Schema(query=Query)._schema)
INNER = SimpleNamespace(a="a", b="b", inside=None)
ROOT = SimpleNamespace(a="a", b="b", inside=SimpleNamespace(a="a", b="b", inside=INNER))


async def keys(source: str, **variables: Any) -> set[str]:
    """What the data has."""
    answer = await assert_same(ENGINE, source, variables, ROOT)
    assert not answer.errors
    assert answer.data is not None
    return set(answer.data)


@pytest.mark.parametrize(("skip", "include"), list(product([True, False, None], repeat=2)))
async def test_a_field_is_there_if_it_is_included_and_not_skipped(skip: bool | None, include: bool | None) -> None:
    said = [f"@skip(if: {str(skip).lower()})"] * (skip is not None)
    said += [f"@include(if: {str(include).lower()})"] * (include is not None)
    is_there = not skip and include is not False
    for order in (said, said[::-1]):
        assert await keys(f"{{ a b {' '.join(order)} }}") == ({"a", "b"} if is_there else {"a"})


@pytest.mark.parametrize(
    "source",
    [
        "query ($on: Boolean!) { a b @include(if: $on) }",
        "query ($on: Boolean!) { a ... @include(if: $on) { b } }",
        "query ($on: Boolean!) { a ... on Query @include(if: $on) { b } }",
        "query ($on: Boolean!) { a ...B @include(if: $on) } fragment B on Query { b }",
        "query ($on: Boolean!) { a ...B } fragment B on Query { b @include(if: $on) }",
        "query ($on: Boolean = false) { a ...B } fragment B on Query { ... @include(if: $on) { b } }",
        "query ($on: Boolean!) { a b @include(if: $on) ...B @include(if: $on) } fragment B on Query { b }",
    ],
)
async def test_a_variable_decides_each_time(source: str) -> None:
    for on in (True, False, True):
        assert await keys(source, on=on) == ({"a", "b"} if on else {"a"})


async def test_a_field_that_is_asked_for_twice_is_there_if_one_of_them_is() -> None:
    source = "query ($x: Boolean!, $y: Boolean!) { b @include(if: $x) ... @skip(if: $y) { b } a }"
    for x, y in product([True, False], repeat=2):
        assert ("b" in await keys(source, x=x, y=y)) == (x or not y)


async def test_what_is_below_is_merged_from_what_is_included() -> None:
    source = """query ($x: Boolean!) {
      inside { a inside @include(if: $x) { a } }
      ... @include(if: $x) { inside { b inside { b } } }
    }"""
    for x in (True, False, True):
        answer = await assert_same(ENGINE, source, {"x": x}, ROOT)
        assert answer.data == {"inside": {"a": "a", **({"inside": {"a": "a", "b": "b"}, "b": "b"} if x else {})}}


async def test_nothing_may_be_left() -> None:
    assert await keys("{ a @skip(if: true) inside @include(if: false) { a } }") == set()
    answer = await assert_same(ENGINE, "{ inside { a @skip(if: true) } }", {}, ROOT)
    assert answer.data == {"inside": {}}


async def test_more_outcomes_than_an_operation_remembers() -> None:
    names = [f"v{number}" for number in range(6)]
    fields = " ".join(f"{name}: a @include(if: ${name})" for name in names)
    source = f"query ({' '.join(f'${name}: Boolean!' for name in names)}) {{ b {fields} }}"
    for outcome in product([True, False], repeat=len(names)):
        given = dict(zip(names, outcome, strict=True))
        assert await keys(source, **given) == {"b", *(name for name, on in given.items() if on)}
