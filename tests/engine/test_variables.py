"""Variables and arguments: what resolvers are given, and what is refused before any of them is called."""

from enum import Enum
from typing import Any, NewType

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from creatoraudit.engine import Answer, Engine

from .comparing import assert_same

Deep = NewType("Deep", object)


def _parsed(value: Any) -> Any:
    if value == "SerializedValue":
        return "DeserializedValue"
    raise ValueError(f"Deep is not {value!r}")


class Shade(Enum):
    NULL = None
    NAN = float("nan")
    FALSE = False
    WORD = "a word"


ShadeType = strawberry.enum(Shade)


@strawberry.input
class Nested:
    na: "Given"
    nb: str


@strawberry.input
class Given:
    a: str | None = strawberry.UNSET
    b: list[str | None] | None = strawberry.UNSET
    c: str = "c by default"
    d: Deep | None = strawberry.UNSET


@strawberry.input
class Required:
    a: str
    b: int | None = strawberry.UNSET
    given: Given | None = strawberry.UNSET


@strawberry.input(one_of=True)
class Choice:
    name: str | None = strawberry.UNSET
    number: int | None = strawberry.UNSET


def field(of: Any, default: Any = strawberry.UNSET) -> Any:
    """A field that shows what it is given."""

    def show(input: Any = default) -> str:  # noqa: A002
        return repr(input)

    show.__annotations__["input"] = of
    return strawberry.field(resolver=show)


def required(of: Any) -> Any:
    def show(input: Any) -> str:  # noqa: A002
        return repr(input)

    show.__annotations__["input"] = of
    return strawberry.field(resolver=show)


@strawberry.type
class Query:
    given: str = field(Given | None)
    nested: str = field(Nested | None)
    must: str = required(Required)
    choice: str = required(Choice)
    shade: str = field(ShadeType | None)
    text: str = field(str | None)
    by_default: str = field(str, "Hello")
    maybe_by_default: str = field(str | None, "Hello")
    must_text: str = required(str)
    number: str = field(int | None)
    real: str = field(float | None)
    id: str = field(strawberry.ID | None)
    flag: str = field(bool | None)
    texts: str = field(list[str | None] | None)
    must_texts: str = required(list[str | None])
    texts_must: str = field(list[str] | None)
    must_must: str = required(list[str])
    grid: str = field(list[list[int | None] | None] | None)


SCALARS: Any = {Deep: strawberry.scalar(name="Deep", parse_value=_parsed, serialize=str)}
ENGINE = Engine(strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map=SCALARS))._schema)


async def ask(source: str, **variables: Any) -> Answer:
    return await assert_same(ENGINE, source, variables)


@pytest.mark.parametrize(
    "literal",
    [
        '{a: "foo", b: ["bar"], c: "baz"}',
        '{a: "foo", b: "bar", c: "baz"}',
        "{a: null, b: null}",
        '{b: ["A", null, "C"], c: "C"}',
        '{c: "foo", d: "SerializedValue"}',
        "{}",
        "null",
    ],
)
async def test_literals(literal: str) -> None:
    answer = await ask(f"{{ given(input: {literal}) }}")
    assert not answer.errors
    assert answer.data is not None


@pytest.mark.parametrize(
    "value",
    [
        {"a": "foo", "b": ["bar"], "c": "baz"},
        {"a": "foo", "b": "bar", "c": "baz"},
        {"a": None, "b": None},
        {"c": "foo", "d": "SerializedValue"},
        {},
        None,
    ],
)
async def test_an_object_as_a_variable_is_what_it_is_as_a_literal(value: Any) -> None:
    answer = await ask("query ($input: Given) { given(input: $input) }", input=value)
    assert not answer.errors
    assert answer.data is not None


async def test_variables_inside_literals() -> None:
    source = 'query ($a: String, $b: String) { given(input: {a: $a, b: ["x", $b], c: "c"}) }'
    for variables in ({"a": "A", "b": "B"}, {"a": None, "b": None}, {"b": "B"}, {}):
        answer = await ask(source, **variables)
        assert answer.data is not None


@pytest.mark.parametrize(
    "source",
    [
        "query ($input: String) { text(input: $input) }",
        'query ($input: String = "by default") { text(input: $input) }',
        "query ($input: String = null) { text(input: $input) }",
        "query ($input: String) { maybeByDefault(input: $input) }",
        'query ($input: String = "by default") { byDefault(input: $input) }',
        'query ($input: String! = "by default") { mustText(input: $input) }',
        "{ text byDefault maybeByDefault }",
        '{ text(input: "a") byDefault(input: "b") maybeByDefault(input: null) }',
    ],
)
async def test_what_is_left_out_is_not_null(source: str) -> None:
    await ask(source)
    await ask(source, input="given")
    if "!" not in source and "byDefault(input: $" not in source:
        answer = await ask(source, input=None)
        assert answer.data is not None


async def test_null_for_a_variable_whose_argument_must_not_be_null_is_the_fields_error() -> None:
    answer = await ask('query ($input: String = "x") { byDefault(input: $input) text(input: "still") }', input=None)

    assert answer.data is None
    assert answer.errors[0].path == ["byDefault"]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("Given", {"a": "foo", "b": "bar", "c": None}, "c"),
        ("Given", "foo bar", "Given"),
        ("Given", {"a": "foo", "extra": "dog"}, "extra"),
        ("Given", {"c": "foo", "d": "refused"}, "Deep"),
        ("Required!", None, "Required!"),
        ("Required!", {}, "a"),
        ("Required!", {"a": "x", "given": {"c": None}}, "c"),
        ("Required!", {"a": 1, "b": "one", "more": 2}, "a"),
    ],
)
async def test_what_does_not_fit_is_refused_before_anything_runs(variable: str, value: Any, message: str) -> None:
    name = {"Given": "given", "Required!": "must"}[variable]
    answer = await ask(f"query ($input: {variable}) {{ {name}(input: $input) }}", input=value)

    assert answer.data is None
    assert all("$input" in error.message for error in answer.errors)
    assert any(message in error.message for error in answer.errors)


@pytest.mark.parametrize("value", [{}, {"name": "a", "number": 1}, {"name": None}, {"name": "a"}])
async def test_one_of_several(value: Any) -> None:
    answer = await ask("query ($input: Choice!) { choice(input: $input) }", input=value)
    assert bool(answer.errors) == (value != {"name": "a"})


async def test_every_error_of_nested_input_is_told() -> None:
    answer = await ask("query ($input: Nested) { nested(input: $input) }", input={"na": {"c": 1, "a": []}})

    assert answer.data is None
    assert len(answer.errors) == 3


async def test_a_variable_that_must_be_given() -> None:
    answer = await ask("query ($input: String!) { mustText(input: $input) }")
    assert answer.data is None
    assert "'String!'" in answer.errors[0].message


async def test_no_more_than_fifty_errors_of_variables_are_told() -> None:
    answer = await ask("query ($input: [String!]) { textsMust(input: $input) }", input=[None] * 60)

    assert answer.data is None
    assert len(answer.errors) == 51


@pytest.mark.parametrize("name", ["texts", "mustTexts", "textsMust", "mustMust"])
@pytest.mark.parametrize("value", [None, ["A"], ["A", None, "B"], [], "A", [["A"]], {"a": 1}])
async def test_lists_and_nulls(name: str, value: Any) -> None:
    of = {"texts": "[String]", "mustTexts": "[String]!", "textsMust": "[String!]", "mustMust": "[String!]!"}[name]
    answer = await ask(f"query ($input: {of}) {{ {name}(input: $input) }}", input=value)

    is_refused = (
        (value is None and of.endswith("]!"))
        or (value == ["A", None, "B"] and "String!" in of)
        or value in ([["A"]], {"a": 1})
    )
    assert bool(answer.errors) == is_refused


@pytest.mark.parametrize("value", [[[1, None], None], [[1], [2, 3]], [1, 2], 1, [], None, [[["x"]]]])
async def test_lists_of_lists(value: Any) -> None:
    answer = await ask("query ($input: [[Int]]) { grid(input: $input) }", input=value)
    assert bool(answer.errors) == (value == [[["x"]]])


@pytest.mark.parametrize("name", [shade.name for shade in Shade])
async def test_enum_values_of_any_kind(name: str) -> None:
    literal = await ask(f"{{ shade(input: {name}) }}")
    variable = await ask("query ($input: Shade) { shade(input: $input) }", input=name)
    assert literal.data == variable.data
    assert not literal.errors


@pytest.mark.parametrize(
    ("of", "name", "value"),
    [
        ("Int", "number", 2**31),
        ("Int", "number", 1.5),
        ("Int", "number", "1"),
        ("Int", "number", True),
        ("Int", "number", 3.0),
        ("Float", "real", float("nan")),
        ("Float", "real", 2),
        ("Float", "real", "2"),
        ("Boolean", "flag", "true"),
        ("Boolean", "flag", 1),
        ("ID", "id", 5),
        ("ID", "id", "five"),
        ("ID", "id", 5.5),
        ("String", "text", 5),
        ("Shade", "shade", "NONE"),
        ("Shade", "shade", 3),
    ],
)
async def test_scalars_and_enums_are_read_as_graphql_core_reads_them(of: str, name: str, value: Any) -> None:
    answer = await ask(f"query ($input: {of}) {{ {name}(input: $input) }}", input=value)
    assert answer.data is None or not answer.errors


async def test_the_same_operation_with_other_variables_is_not_confused() -> None:
    source = "query ($input: String) { text(input: $input) again: text(input: $input) }"
    assert [(await ask(source, input=each)).data for each in ("a", "b")] == [
        {"text": "'a'", "again": "'a'"},
        {"text": "'b'", "again": "'b'"},
    ]
