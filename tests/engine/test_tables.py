"""Lists of objects that are given as tables: written as JSON at once, they say what they would say object by object."""

import asyncio
import datetime as dt
from types import SimpleNamespace
from typing import Any, NewType

import orjson
import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig

from creatoraudit.engine import Answer, AsIs, Engine, Operation, Table

from .comparing import assert_same, stock
from .test_differential import tries

OPTION = orjson.OPT_UTC_Z
Big = NewType("Big", int)


@strawberry.type
class Point:
    day: dt.date
    count: int
    big: Big | None
    share: float | None
    word: str | None
    flag: bool | None

    @strawberry.field
    def later(self) -> int:
        return 1


@strawberry.type
class Series:
    points: list[Point]
    maybe: list[Point | None] | None


@strawberry.type
class Query:
    series: list[Series | None]


_DATE = strawberry.scalar(name="Date", serialize=AsIs(dt.date))
_BIG = strawberry.scalar(name="Big", serialize=AsIs(int))
SCHEMA = strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map={dt.date: _DATE, Big: _BIG}))._schema
ENGINE, WRITING = Engine(SCHEMA), Engine(SCHEMA, OPTION)
NAMES = ("count", "big", "share", "word", "flag")
DAYS = [dt.date(2026, 6, 14) + dt.timedelta(days=number) for number in range(4)]


def of(*tables: Table) -> SimpleNamespace:
    return SimpleNamespace(series=[SimpleNamespace(points=table, maybe=table) for table in tables])


async def answered(selected: str, root: Any) -> Answer:
    """What is answered without and with fragments of JSON, which must be what graphql-core answers."""
    source = f"{{ series {selected} }}"
    answer = await assert_same(ENGINE, source, root=root)
    operation = WRITING.read(source)
    assert isinstance(operation, Operation)
    written = await WRITING.execute(operation, root=root)
    expected = await stock(SCHEMA, source, {}, root)
    assert orjson.loads(orjson.dumps(written.data, option=OPTION)) == orjson.loads(orjson.dumps(expected.data))
    assert [one.path for one in written.errors] == [one.path for one in answer.errors]
    return written


def fragments(answer: Answer, name: str = "points") -> list[bool]:
    assert answer.data is not None
    return [isinstance(one[name], orjson.Fragment) for one in answer.data["series"]]


LABELS = {"day": DAYS}
STEADY = Table(LABELS, NAMES, [3, 1], [(1, None, 0.5, 'say "%d"', True), (-2, 2**60, None, None, False)])
OTHER = Table(LABELS, NAMES, [4], [(7, 7, 1.0, "é, ü", None)])


@pytest.mark.parametrize(
    "points",
    [
        "day count big share word flag",
        "count day share",
        "count big again: count __typename",
        "day",
        "__typename day __typename",
        "... on Point { word } ...F } } } fragment F on Point { day share ... { ... { big",
    ],
)
async def test_tables_are_written_at_once_whatever_is_selected(points: str) -> None:
    answer = await answered(f"{{ points {{ {points} }} }}", of(STEADY, OTHER))

    assert fragments(answer) == [True, True]


@pytest.mark.parametrize(
    ("points", "tables"),
    [
        ("day again: day", [STEADY]),
        ("day later", [STEADY]),
        ("day count", [STEADY, Table({"day": DAYS}, NAMES, [4], [(1, 1, 1.0, "", True)])]),
        ("count", [Table(LABELS, NAMES, [4], [(2**31, 1, 1.0, "", True)]), OTHER]),
        ("day count", [Table(LABELS, NAMES, [1, 3], [(None, 1, 1.0, "", True), (1, 1, 1.0, "", True)]), OTHER]),
        ("share", [Table(LABELS, NAMES, [4], [(1, 1, float("nan"), "", True)])]),
        ("word", [Table(LABELS, NAMES, [4], [(1, 1, 1.0, 5, True)])]),
        ("day", [Table({"day": [5, None, *DAYS[:2]]}, NAMES, [4], [(1, 1, 1.0, "", True)])]),
        ("day count", [Table({}, ("day", *NAMES), [1, 1], [(day, 1, 1, 1.0, "", True) for day in DAYS[:2]])]),
        ("day", [Table(LABELS, NAMES, [4], [(1, 1, 1.0, "", True)]), [SimpleNamespace(day=DAYS[0])]]),
        ("day count", [Table({"day": []}, NAMES, [], [])]),
    ],
)
async def test_what_is_unusual_is_answered_like_any_list(points: str, tables: list[Any]) -> None:
    await answered(f"{{ points {{ {points} }} maybe {{ {points} }} }}", of(*tables))


_VALUES = st.tuples(
    st.one_of(st.integers(-(2**31) - 1, 2**31), st.booleans(), st.none()),
    st.one_of(st.integers(-(2**63), 2**63 - 1), st.none()),
    st.one_of(st.floats(), st.integers(-10, 10), st.none()),
    st.one_of(st.text(max_size=3), st.none()),
    st.one_of(st.booleans(), st.none(), st.just("yes")),
)
_STEPS = st.lists(_VALUES, min_size=1, max_size=4).flatmap(
    lambda values: st.tuples(st.just(values), st.permutations([1] * (len(values) - 1) + [5 - len(values)]))
)
_SELECTED = st.permutations(["day", *NAMES]).flatmap(lambda names: st.integers(1, 6).map(lambda some: names[:some]))


@tries
@given(steps=st.lists(_STEPS, min_size=1, max_size=3), selected=_SELECTED)
def test_any_values_are_answered_alike(steps: list[Any], selected: list[str]) -> None:
    tables = [Table(LABELS, NAMES, lengths, values) for values, lengths in steps]
    asyncio.run(answered(f"{{ points {{ {' '.join(selected)} }} }}", of(*tables)))
