"""Scalars, enums and lists of them: what is written, and what is refused, whatever stands behind a field."""

import datetime as dt
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Any, NewType

import pytest
import strawberry
from graphql import Undefined
from strawberry.schema.config import StrawberryConfig

from creatoraudit.engine import AsIs, Engine

from .comparing import assert_same

pytestmark = pytest.mark.usefixtures("warm")

Picky = NewType("Picky", object)
Big = NewType("Big", int)
SCALARS: Any = {
    Picky: strawberry.scalar(name="Picky", serialize=lambda value: f"<{int(value)}>"),
    Big: strawberry.scalar(name="Big", serialize=AsIs(int)),
}


class Fruit(Enum):
    APPLE = "apple"
    PEAR = "pear"


class Word(str):
    __slots__ = ()


class Stubborn:
    def __str__(self) -> str:
        raise ValueError("cannot be said")


@strawberry.type
class Thing:
    number: int | None
    must: int
    real: float | None
    flag: bool | None
    text: str | None
    id: strawberry.ID | None
    picky: Picky | None
    big: Big | None
    fruit: strawberry.enum(Fruit) | None  # type: ignore[valid-type]
    day: dt.date | None
    numbers: list[int] | None
    maybe_numbers: list[int | None] | None
    grid: list[list[str | None]] | None


@strawberry.type
class Query:
    things: list[Thing | None]


ENGINE = Engine(strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map=SCALARS))._schema)


async def shown(field: str, *values: Any) -> tuple[list[Any], list[str]]:
    """What is shown of things that have these values, and the messages of the errors."""
    things = SimpleNamespace(things=[SimpleNamespace(**{field: value}) for value in values])
    name = {"maybe_numbers": "maybeNumbers"}.get(field, field)
    answer = await assert_same(ENGINE, f"{{ things {{ {name} }} }}", root=things)
    assert answer.data is not None
    return [one and one[name] for one in answer.data["things"]], [one.message for one in answer.errors]


@pytest.mark.parametrize(
    ("field", "values", "written"),
    [
        (
            "number",
            [0, -1, 2**31 - 1, -(2**31), True, 3.0, "12", Decimal(7)],
            [0, -1, 2**31 - 1, -(2**31), 1, 3, 12, 7],
        ),
        ("real", [0.5, 3, True, "1.5", 2**53, Decimal("0.25")], [0.5, 3.0, 1, 1.5, float(2**53), 0.25]),
        ("flag", [True, False, 1, 0, 0.5], [True, False, True, False, True]),
        ("text", ["a", Word("b"), 5, 1.5, True, Decimal("1.0")], ["a", "b", "5", "1.5", "true", "1.0"]),
        ("id", ["a", 5, 7.0, Word("w")], ["a", "5", "7", "w"]),
        ("picky", [1, "2", 3.9, None], ["<1>", "<2>", "<3>", None]),
        ("big", [2**62, "text", None, 1.5], [2**62, "text", None, 1.5]),
        ("fruit", [Fruit.APPLE, "pear", Word("pear"), None], ["APPLE", "PEAR", "PEAR", None]),
        ("day", [dt.date(2026, 6, 14), None], ["2026-06-14", None]),
        ("numbers", [[1, 2], (3,), [], None, range(2), [True, "4"]], [[1, 2], [3], [], None, [0, 1], [1, 4]]),
        ("maybe_numbers", [[1, None], [Undefined], [2]], [[1, None], [None], [2]]),
        ("grid", [[["a"], []], [[None, "b"]], None], [[["a"], []], [[None, "b"]], None]),
        ("text", [None, Undefined, "a"], [None, None, "a"]),
    ],
)
async def test_values_are_written_as_their_type_writes_them(field: str, values: list[Any], written: list[Any]) -> None:
    found, errors = await shown(field, *values)

    assert found == written
    assert [type(one) for one in found] == [type(one) for one in written] or field in {"text", "id"}
    assert errors == []


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("number", 2**31, "32-bit"),
        ("number", -(2**31) - 1, "32-bit"),
        ("number", 1.5, "non-integer"),
        ("number", float("nan"), "non-integer"),
        ("number", "1.5", "non-integer"),
        ("number", [1], "non-integer"),
        ("must", None, "Cannot return null for non-nullable field Thing.must."),
        ("real", float("nan"), "non numeric"),
        ("real", float("inf"), "non numeric"),
        ("real", 10**400, "too large"),
        ("real", 2**53 + 1, "precision"),
        ("flag", "yes", "non boolean"),
        ("text", {"a": 1}, "String cannot represent"),
        ("text", Stubborn(), "cannot be said"),
        ("text", ValueError("an exception as a value"), "an exception as a value"),
        ("id", 1.5, "ID cannot represent"),
        ("picky", "x", "invalid literal for int"),
        ("fruit", "plum", "cannot represent value: 'plum'"),
        ("fruit", ["apple"], "cannot represent value: ['apple']"),
        ("day", 5, "isoformat"),
        ("numbers", [1, None], "non-nullable field Thing.numbers"),
        ("numbers", "12", "Expected Iterable"),
        ("numbers", {"a": 1}, "Expected Iterable"),
        ("numbers", [1, KeyError("lost")], "lost"),
        ("grid", [None], "non-nullable field Thing.grid"),
        ("grid", ["a"], "Expected Iterable"),
    ],
)
async def test_a_value_that_is_refused_leaves_the_others(field: str, value: Any, message: str) -> None:
    good: dict[str, Any] = {"numbers": [1], "grid": [["a"]], "text": "a", "fruit": "apple", "day": dt.date(2026, 1, 1)}
    right = good.get(field, 1)
    found, errors = await shown(field, right, value, right)

    assert found[1] is None
    assert found[0] == found[2] is not None
    (error,) = errors
    assert message in error


async def test_attributes_may_be_anything_that_is_read() -> None:
    class Computed:
        @property
        def number(self) -> int:
            raise LookupError("nothing here")

        @property
        async def text(self) -> str:
            return "later"

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            return 0.5 if name == "real" else awaited(name == "flag")

    async def awaited(value: Any) -> Any:
        return value

    source = "{ things { real number text flag } }"
    root = SimpleNamespace(things=[Computed(), SimpleNamespace(real=1, number=2, text="now", flag=False), Computed()])
    answer = await assert_same(ENGINE, source, root=root, is_ordered=False)

    computed = {"real": 0.5, "number": None, "text": "later", "flag": True}
    now = {"real": 1.0, "number": 2, "text": "now", "flag": False}
    assert answer.data == {"things": [computed, now, computed]}
    assert [one.path for one in answer.errors] == [["things", 0, "number"], ["things", 2, "number"]]
    assert isinstance(answer.errors[0].original_error, LookupError)


async def test_what_an_awaited_value_gives_is_not_awaited_again() -> None:
    async def outer() -> "Promise":
        return Promise(outer)

    answer = await assert_same(
        ENGINE, "{ things { number } }", root=SimpleNamespace(things=[SimpleNamespace(number=Promise(outer))])
    )

    assert [one.message for one in answer.errors] == ["Int cannot represent non-integer value: <Promise instance>"]


class Promise:
    """Makes its coroutine when it is awaited."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __await__(self) -> Any:
        return self._make().__await__()
