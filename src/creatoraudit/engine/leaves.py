"""Scalars and enums: the conditions under which a value is written as it is, as code, and everything else as a call.

Generated code writes the values that a type usually has without calling anything. Whatever meets no condition goes
through the type's own `coerce_output_value`, so that results and errors are those of graphql-core.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast
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
    Undefined,
)

from creatoraudit.engine.awaiting import is_plain

MAX_KINDS = 64
"""How many types of values are remembered for a scalar."""


class Inline(NamedTuple):
    """How code writes a value `v`: the condition that it meets, and the expression of what is written then.

    The names that both use are in `names`; `{0}` stands for what makes them unique.
    """

    condition: str
    written: str
    names: Mapping[str, Any] = {}

    def numbered(self, number: int) -> "Inline":
        """The same for the field with a number."""
        names = {name.format(number): value for name, value in self.names.items()}
        return Inline(self.condition.format(number), self.written.format(number), names)


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


def inline(of: GraphQLLeafType) -> Inline:
    """How code writes the values that a type usually has."""
    if isinstance(of, GraphQLEnumType):
        return _enum(of)
    known = _BUILT_IN.get(of.coerce_output_value)
    if known is not None:
        return known
    if isinstance(of.coerce_output_value, AsIs):
        return _as_is(of.coerce_output_value.kinds)
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

_SMALL = "-1073741824 < v and v < 1073741824"
"""CPython compares such numbers fastest; larger ones are looked at by the type itself."""
_BUILT_IN: dict[Callable[[Any], Any], Inline] = {
    GraphQLString.coerce_output_value: Inline("v.__class__ is str", "v"),
    GraphQLID.coerce_output_value: Inline("v.__class__ is str", "v"),
    GraphQLInt.coerce_output_value: Inline(f"v.__class__ is int and {_SMALL}", "v"),
    GraphQLFloat.coerce_output_value: Inline(
        f"v.__class__ is float and -1e999 < v and v < 1e999 or v.__class__ is int and {_SMALL}",
        "v if v.__class__ is float else float(v)",
    ),
    GraphQLBoolean.coerce_output_value: Inline("v is True or v is False", "v"),
}


def _as_is(kinds: tuple[type, ...]) -> Inline:
    if len(kinds) == 1:
        return Inline("v.__class__ is kind_{0}", "v", {"kind_{0}": kinds[0]})
    return Inline("v.__class__ in kinds_{0}", "v", {"kinds_{0}": frozenset(kinds)})


def _enum(of: GraphQLEnumType) -> Inline:
    """Names are looked up for the members and for the values behind them; the type itself is asked for each, once."""
    candidates = [one.value for one in of.values.values()] + list(getattr(of, "wrapped_cls", ()))
    kinds = _KINDS.setdefault(of, {type(one) for one in candidates if not is_mutable(one)})
    names = {one: of.coerce_output_value(one) for one in candidates if not is_mutable(one) and one is not None}
    return Inline(
        "v.__class__ in kinds_{0} and (w := names_{0}.get(v)) is not None",
        "w",
        {"kinds_{0}": kinds, "names_{0}": names},
    )


def is_mutable(value: object) -> bool:
    """Whether a value may change, or contain what may."""
    try:
        hash(value)
    except TypeError:
        return True
    return isinstance(value, tuple)


def _called(of: GraphQLScalarType) -> Inline:
    kinds = _KINDS.setdefault(of, set())
    return Inline(
        "v.__class__ in kinds_{0} and (w := serialize_{0}(v)) is not None and w is not undefined",
        "w",
        {"kinds_{0}": kinds, "serialize_{0}": cast("Any", of.coerce_output_value), "undefined": Undefined},
    )
