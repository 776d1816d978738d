"""Which attributes of the objects behind it an operation reads, so that no others have to be fetched."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from graphql import FieldNode, GraphQLNamedType, GraphQLSchema, get_named_type, is_object_type

from creatoraudit.engine.batches import Path
from creatoraudit.engine.instances import InstancesOf

if TYPE_CHECKING:
    from creatoraudit.engine.fields import Ways
    from creatoraudit.engine.selection import Selection

READS = "reads"
"""Where the metadata of a Strawberry field has what its resolver reads of the object, as `Reads`."""
ATTRIBUTE = "attribute"
"""Where the metadata of a Strawberry field has the name of the attribute that its resolver returns as it is."""


class Reads(NamedTuple):
    """What a field reads of the object behind it; where it shows the same object again, also what is read below."""

    names: frozenset[str]
    is_same: bool = False


def attributes(
    schema: GraphQLSchema, ways: "Ways", of: GraphQLNamedType, selection: "Selection", paths: Sequence[Path]
) -> frozenset[str] | None:
    """The attributes that are read of all objects that the paths lead to; None if that is not known."""
    read: set[str] = set()
    for path in paths:
        nodes: Sequence[FieldNode] = selection.nodes
        found: GraphQLNamedType = of
        for step in path:
            nodes = [node for node in selection.below(nodes) if node.name.value == step]
            definition = schema.get_field(found, step) if is_object_type(found) else None
            if definition is None:
                return None
            found = get_named_type(definition.type)
        names = _read(schema, ways, found, selection, nodes)
        if names is None:
            return None
        read |= names
    return frozenset(read)


def _read(
    schema: GraphQLSchema, ways: "Ways", of: GraphQLNamedType, selection: "Selection", nodes: Sequence[FieldNode]
) -> frozenset[str] | None:
    """The attributes that the fields below some nodes read, on objects of a type."""
    if not is_object_type(of) or not isinstance(of.is_type_of, InstancesOf | None):
        return None
    read: frozenset[str] = frozenset()
    for node in selection.below(nodes):
        definition = schema.get_field(of, node.name.value)
        if definition is None:
            return None
        reads = ways.of(of, node.name.value, definition).reads
        if reads is None:
            return None
        read |= reads.names
        if reads.is_same:
            below = _read(schema, ways, get_named_type(definition.type), selection, [node])
            if below is None:
                return None
            read |= below
    return read
