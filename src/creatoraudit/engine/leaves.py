"""Scalars and enums: how a whole column of values is written at once, and any single value as graphql-core does it.

A column whose values have the types that are expected is looked at once, not value by value. Where it has others, each
value goes through the type's own `coerce_output_value`, so that results and errors are those of graphql-core.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain, islice
from math import isfinite
from types import NoneType
from typing import Any
from weakref import WeakKeyDictionary

from graphql import (
    Executor,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLScalarType,
    GraphQLString,
    UndefinedType,
)

from creatoraudit.engine.awaiting import is_plain

MAX_KINDS = 64
"""How many types of values are remembered for a scalar."""

Column = Sequence[Any]
Write = Callable[[Column, AbstractSet[type]], Column | None]
"""Writes a column, given its values and their types without that of null; None if any value is unusual.

Null is written as null. What it raises counts as unusual, too.
"""


class AsIs:
    """A scalar's serializer that changes nothing; values of `kinds` are written without calling it."""

    def __init__(self, *kinds: type) -> None:
        self.kinds = kinds

    def __call__(self, value: Any) -> Any:
        """The value itself."""
        return value


def complete(of: GraphQLLeafType, value: Any) -> Any:
    """What is written for a value that is not null; raises what graphql-core raises."""
    return Executor.complete_leaf_value(of, value)


def written(write: Write, nullable: Sequence[bool], values: Column) -> Column | None:
    """What is written for a column of values, or of lists of them; None if any of them has to be looked at by itself.

    `nullable` says whether values, then their items, may be null.
    """
    kinds = set(map(type, values))
    if NoneType in kinds:
        if not nullable[0]:
            return None
        kinds.discard(NoneType)
        if not kinds:
            return values
    try:
        return write(values, kinds) if len(nullable) == 1 else _lists(write, nullable[1:], values, kinds)
    except Exception:  # noqa: BLE001 - it will be raised again for the value whose failure it is
        return None


def _lists(write: Write, nullable: Sequence[bool], values: Column, kinds: AbstractSet[type]) -> Column | None:
    if not kinds <= _LISTS:
        return None
    items = written(write, nullable, list(chain.from_iterable(filter(None, values))))
    if items is None:
        return None
    left = iter(items)
    return [None if value is None else list(islice(left, len(value))) for value in values]


_LISTS = frozenset({list, tuple})


@lru_cache(maxsize=4096)
def writer(of: GraphQLLeafType) -> Write:
    """How columns of a type are written."""
    if isinstance(of, GraphQLEnumType):
        return _enum(of)
    known = _BUILT_IN.get(of.coerce_output_value)
    if known is not None:
        return known
    if isinstance(of.coerce_output_value, AsIs):
        return _only(of.coerce_output_value.kinds)
    return _called(of)


def learn(of: GraphQLLeafType, value: Any) -> None:
    """Remembers that values of this value's type may be given to the type's serializer at once."""
    kind: type = type(value)
    kinds = _KINDS.get(of)
    if kinds is None or len(kinds) >= MAX_KINDS or not is_plain(kind):
        return
    if isinstance(of, GraphQLScalarType) or issubclass(kind, str):
        kinds.add(kind)


_KINDS: WeakKeyDictionary[GraphQLLeafType, set[type]] = WeakKeyDictionary()
"""For each enum and custom scalar the types of values that are neither exceptions nor to be awaited."""


def is_mutable(value: object) -> bool:
    """Whether a value may change, or contain what may."""
    try:
        hash(value)
    except TypeError:
        return True
    return isinstance(value, tuple)


def _only(kinds: Iterable[type]) -> Write:
    known = frozenset(kinds)
    return lambda values, found: values if found <= known else None


def _integers(values: Column, kinds: AbstractSet[type]) -> Column | None:
    return values if kinds == {int} and _lie_within(2**31, values) else None


def _floats(values: Column, kinds: AbstractSet[type]) -> Column | None:
    if kinds == {float}:
        return values if all(map(isfinite, filter(None, values))) else None
    if kinds <= {float, int} and all(map(isfinite, filter(None, values))) and _lie_within(2**53, values):
        return [None if value is None else float(value) for value in values]
    return None


def _lie_within(limit: int, values: Column) -> bool:
    numbers = list(filter(None, values))
    return not numbers or (-limit <= min(numbers) and max(numbers) < limit)


_BUILT_IN: dict[Callable[[Any], Any], Write] = {
    GraphQLString.coerce_output_value: _only({str}),
    GraphQLID.coerce_output_value: _only({str}),
    GraphQLInt.coerce_output_value: _integers,
    GraphQLFloat.coerce_output_value: _floats,
    GraphQLBoolean.coerce_output_value: _only({bool}),
}


def _enum(of: GraphQLEnumType) -> Write:
    """Names are looked up for the members and for the values behind them; the type itself is asked for each, once."""
    candidates = [one.value for one in of.values.values()] + list(getattr(of, "wrapped_cls", ()))
    known = _KINDS.setdefault(of, {type(one) for one in candidates if not is_mutable(one)})
    names = {one: of.coerce_output_value(one) for one in candidates if not is_mutable(one) and one is not None}

    def write(values: Column, kinds: AbstractSet[type]) -> Column | None:
        if not kinds <= known:
            return None
        return _unless_lost(list(map(names.get, values)), values)

    return write


def _called(of: GraphQLScalarType) -> Write:
    known = _KINDS.setdefault(of, set())
    serialize = of.coerce_output_value

    def write(values: Column, kinds: AbstractSet[type]) -> Column | None:
        if not kinds <= known:
            return None
        return _unless_lost([None if value is None else serialize(value) for value in values], values)

    return write


def _unless_lost(found: list[Any], values: Column) -> Column | None:
    """What was found for the values, unless nothing was found for one that is not null."""
    kinds = set(map(type, found))
    if UndefinedType in kinds:
        return None
    return found if NoneType not in kinds or found.count(None) == values.count(None) else None
