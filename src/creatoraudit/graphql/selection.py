"""What an operation asks for below a field, where a resolver has to know it before the executor gets there."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    SelectionNode,
    SelectionSetNode,
    get_directive_values,
)


def selects(info: GraphQLResolveInfo[Any], name: str) -> bool:
    """Whether the field of that name is selected directly below the one being resolved."""
    return any(field.name.value == name for node in info.field_nodes for field in _fields(node.selection_set, info))


def _fields(selections: SelectionSetNode | None, info: GraphQLResolveInfo[Any]) -> Iterator[FieldNode]:
    for selection in selections.selections if selections else ():
        if selection.directives and not _included(selection, info):
            continue
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, FragmentSpreadNode):
            yield from _fields(info.fragments[selection.name.value].selection_set, info)
        else:
            yield from _fields(selection.selection_set, info)  # type: ignore[attr-defined]


def _included(selection: SelectionNode, info: GraphQLResolveInfo[Any]) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, selection, info.variable_values)
    include = get_directive_values(GraphQLIncludeDirective, selection, info.variable_values)
    return not (skip and skip["if"]) and not (include and not include["if"])
