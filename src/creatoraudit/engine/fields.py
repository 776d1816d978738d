"""Fields that an operation selects: what is known about each before anything is executed."""

import inspect
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cached_property
from keyword import iskeyword
from types import FunctionType
from typing import Any, NamedTuple, cast

from graphql import (
    GraphQLField,
    GraphQLLeafType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from creatoraudit.engine import arguments, leaves
from creatoraudit.engine.batches import BATCH, Batch
from creatoraudit.engine.leaves import Column
from creatoraudit.engine.reads import ATTRIBUTE, READS, Reads
from creatoraudit.engine.selection import Selection

Read = Callable[[Any], Any]
"""Finds a field's value on the object; what cannot be found is an exception that is returned."""


class Kind(Enum):
    """How the value of a field is found."""

    TYPENAME = "the type's name"
    ATTRIBUTE = "an attribute of the object"
    CALL = "a function of the object alone"
    BATCH = "a batch of all objects"
    RESOLVER = "a resolver, once for each object"


class Way(NamedTuple):
    """How the values of a field of the schema are found, and with what."""

    kind: Kind
    attribute: str | None = None
    call: Read | None = None
    batch: Batch | None = None
    reads: Reads | None = None


class Ways:
    """How the values of a schema's fields are found, each looked up once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: dict[tuple[str, str], Way] = {}

    def of(self, parent: GraphQLObjectType, name: str, definition: GraphQLField) -> Way:
        """How the values of a type's field are found."""
        way = self._known.get((parent.name, name))
        if way is None:
            way = self._known[parent.name, name] = way_of(self._schema, name, definition)
        return way


class Field:
    """A field as it is selected in one place, for objects of one type.

    `is_inline` says that it is written with its object: a leaf that is found on the object itself.
    `nullable` says for the field itself, for its items, for the items of its items and so on whether they may be null;
    `climb` how many steps above an error in such a place what becomes null for it lies.
    """

    def __init__(
        self,
        key: str,
        parent_type: GraphQLObjectType,
        definition: GraphQLField,
        details: list[FieldDetails],
        way: Way,
        selection: Selection,
        climb: int,
    ) -> None:
        self.key = key
        self.parent_type = parent_type
        self.definition = definition
        self.details = details
        self.nodes = [one.node for one in details]
        self.name = self.nodes[0].name.value
        self.way = way
        self.selection = selection
        self.nullable, self.of = _unwrapped(definition.type)
        self.climb: tuple[int, ...] = ()
        for is_nullable in self.nullable:
            climb = 0 if is_nullable else climb + 1
            self.climb += (climb,)
        self.depth = len(self.nullable) - 1
        self.is_leaf = is_leaf_type(self.of)
        self.is_inline = self.is_leaf and way.kind in {Kind.TYPENAME, Kind.ATTRIBUTE, Kind.CALL}

    @property
    def leaf(self) -> GraphQLLeafType:
        """The scalar or enum that the field shows."""
        return cast("GraphQLLeafType", self.of)

    @cached_property
    def constant_arguments(self) -> Mapping[str, Any] | None:
        """The field's arguments where they are the same for every object, whoever asks."""
        return arguments.constant(self.definition, self.nodes[0])

    def written(self, values: Column) -> Column | None:
        """What is written for the values of a leaf, null for null; None if any has to be looked at by itself."""
        return leaves.written(leaves.writer(self.leaf), self.nullable, values)

    @cached_property
    def read(self) -> Read:
        """Finds the value where that takes the object alone."""
        kind, attribute, call, *_ = self.way
        if kind is Kind.TYPENAME:
            name = self.parent_type.name
            return lambda _row: name
        return call or _reading(attribute or "")


def way_of(schema: GraphQLSchema, name: str, definition: GraphQLField) -> Way:
    """How the values of a field are found: without its resolver only where that does nothing else."""
    if name == "__typename":
        return Way(Kind.TYPENAME, reads=Reads(frozenset()))
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not (isinstance(field, StrawberryField) and _is_bare(schema, definition, field)):
        return Way(Kind.RESOLVER)
    resolver, reads = field.base_resolver, field.metadata.get(READS)
    if resolver is None or ATTRIBUTE in field.metadata:
        default, name = field.default_resolver, field.metadata.get(ATTRIBUTE, field.python_name)
        if default is getattr and name.isidentifier() and not iskeyword(name):
            return Way(Kind.ATTRIBUTE, attribute=name, reads=Reads(frozenset({name})))
        return Way(Kind.CALL, call=_guarded(lambda row: default(row, name)))
    batch = field.metadata.get(BATCH)
    if isinstance(batch, Batch):
        return Way(Kind.BATCH, batch=batch, reads=None if batch.reads is None else Reads(batch.reads))
    call = None if definition.args or field.is_async else _of_object(resolver)
    return Way(Kind.RESOLVER, reads=reads) if call is None else Way(Kind.CALL, call=_guarded(call), reads=reads)


def _is_bare(schema: GraphQLSchema, definition: GraphQLField, field: StrawberryField) -> bool:
    """Whether nothing stands between a field and its own resolver, and Strawberry alone made what calls it."""
    made = definition.resolve
    converter = schema._strawberry_schema.schema_converter  # type: ignore[attr-defined]  # noqa: SLF001
    return (
        isinstance(made, FunctionType)
        and made.__code__.co_qualname.startswith(_MADE_BY)
        and type(field).get_result is StrawberryField.get_result
        and not field.extensions
        and not field.is_subscription
        and not converter.exception_handlers
    )


_MADE_BY = f"{GraphQLCoreConverter.from_resolver.__qualname__}.<locals>."


def _of_object(resolver: StrawberryResolver[Any]) -> Read | None:
    """A resolver as a function of the object, if it takes nothing else."""
    function: Any = resolver.wrapped_func
    if resolver.info_parameter is not None or not callable(function):
        return None
    owners = [one for one in (resolver.self_parameter, resolver.parent_parameter, resolver.root_parameter) if one]
    parameters = list(inspect.signature(function).parameters.values())
    if len(owners) > 1 or len(parameters) != len(owners):
        return None
    if not owners:
        return lambda _row: function()
    if parameters[0].kind in {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}:
        return cast("Read", function)
    return None


def _guarded(call: Read) -> Read:
    def read(row: Any) -> Any:
        try:
            return call(row)
        except Exception as error:  # noqa: BLE001 - an exception as a value is a failure of the field
            return error

    return read


def _reading(attribute: str) -> Read:
    return _guarded(lambda row: getattr(row, attribute))


def _unwrapped(of: GraphQLOutputType) -> tuple[tuple[bool, ...], GraphQLNamedType]:
    nullable: tuple[bool, ...] = ()
    while True:
        nullable += (not is_non_null_type(of),)
        if is_non_null_type(of):
            of = of.of_type
        if not is_list_type(of):
            return nullable, cast("GraphQLNamedType", of)
        of = of.of_type


def null_error(field: Field) -> TypeError:
    """The error of a value that is null and must not be."""
    return TypeError(f"Cannot return null for non-nullable field {field.parent_type}.{field.name}.")
