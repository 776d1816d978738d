"""What an operation asks for, told without what a person may have written into it."""

import hashlib
from functools import cache
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    GraphQLEnumType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    Visitor,
    print_ast,
    strip_ignored_characters,
    visit,
)
from graphql.utilities import separate_operations

_DIGITS = 32


class Signature(NamedTuple):
    """Equal for operations that differ in their literals, aliases and layout alone."""

    text: str
    """The operation with its fragments, on one line; literals are empty or 0, and there are no aliases."""
    hash: str


def signature_of(schema: GraphQLSchema, document: DocumentNode, name: str | None) -> Signature:
    """The signature of a valid document's operation of that name, or of its only one, which has none."""
    operation = separate_operations(document)[name or ""]
    text = strip_ignored_characters(print_ast(visit(operation, _Stripped(_enum_values(schema)))))
    return Signature(text, hashlib.sha256(text.encode()).hexdigest()[:_DIGITS])


@cache
def _enum_values(schema: GraphQLSchema) -> frozenset[str]:
    enums = [of for of in schema.type_map.values() if isinstance(of, GraphQLEnumType)]
    return frozenset(value for of in enums for value in of.values)


class _Stripped(Visitor):
    """Leaves names of the schema, of variables and of fragments, and nothing else that could be a person's."""

    def __init__(self, enum_values: frozenset[str]) -> None:
        super().__init__()
        self._enum_values = enum_values

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        if node.alias is None:
            return None
        return FieldNode(
            name=node.name, arguments=node.arguments, directives=node.directives, selection_set=node.selection_set
        )

    def enter_string_value(self, *_: Any) -> StringValueNode:
        return StringValueNode(value="", block=False)

    def enter_int_value(self, *_: Any) -> IntValueNode:
        return IntValueNode(value="0")

    def enter_float_value(self, *_: Any) -> FloatValueNode:
        return FloatValueNode(value="0")

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> StringValueNode | None:
        return None if node.value in self._enum_values else StringValueNode(value="", block=False)

    def enter_list_value(self, *_: Any) -> ListValueNode:
        return ListValueNode(values=())

    def enter_object_value(self, *_: Any) -> ObjectValueNode:
        return ObjectValueNode(fields=())
