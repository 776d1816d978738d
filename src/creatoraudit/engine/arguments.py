"""Arguments of fields: coerced by graphql-core once for a plan where they cannot differ, converted by Strawberry."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLResolveInfo,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_argument_values,
)
from graphql.execution.values import VariableValues
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments

from creatoraudit.engine.leaves import is_mutable


def constant(definition: GraphQLField, node: FieldNode) -> Mapping[str, Any] | None:
    """The arguments if they are the same, and can be given to several resolvers, whoever asks; else None."""
    if not definition.args:
        return {}
    if _has_variable(one.value for one in node.arguments or ()):
        return None
    try:
        values = get_argument_values(definition, node)
    except GraphQLError:
        return None
    return None if any(is_mutable(value) for value in values.values()) else values


def coerced(definition: GraphQLField, node: FieldNode, variables: VariableValues) -> dict[str, Any]:
    """The arguments as a resolver gets them; raises GraphQLError."""
    return get_argument_values(definition, node, variables)


def converted(
    schema: GraphQLSchema, definition: GraphQLField, values: Mapping[str, Any], info: GraphQLResolveInfo[Any]
) -> dict[str, Any]:
    """The arguments as the function behind a Strawberry field gets them: input objects, under their Python names."""
    field = definition.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    if not field.arguments:
        return {}
    converter = schema._strawberry_schema.schema_converter  # type: ignore[attr-defined]  # noqa: SLF001
    return convert_arguments(
        dict(values),
        field.arguments,
        scalar_registry=converter.scalar_registry,
        config=converter.config,
        info=converter.config.info_class(_raw_info=info, _field=field),
    )


def _has_variable(values: Iterable[ValueNode]) -> bool:
    for value in values:
        match value:
            case VariableNode():
                return True
            case ListValueNode(values=items):
                if _has_variable(items):
                    return True
            case ObjectValueNode(fields=fields):
                if _has_variable(one.value for one in fields):
                    return True
    return False
