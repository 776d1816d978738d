"""What an operation asks for below a field, where a resolver has to know it before the executor gets there."""

from collections.abc import Iterable, Iterator
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


class Selection:
    """What is selected below the field that is being resolved."""

    def __init__(self, info: GraphQLResolveInfo[Any]) -> None:
        self._info = info

    def names(self, *path: str) -> frozenset[str]:
        """The names of the fields directly below, or directly below the field that a path leads to."""
        nodes: Iterable[FieldNode] = self._info.field_nodes
        for step in path:
            nodes = [field for field in self._below(nodes) if field.name.value == step]
        return frozenset(field.name.value for field in self._below(nodes))

    def _below(self, nodes: Iterable[FieldNode]) -> Iterator[FieldNode]:
        for node in nodes:
            yield from self._fields(node.selection_set)

    def _fields(self, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        for selection in selections.selections if selections else ():
            if selection.directives and not self._is_included(selection):
                continue
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, FragmentSpreadNode):
                yield from self._fields(self._info.fragments[selection.name.value].selection_set)
            else:
                yield from self._fields(selection.selection_set)  # type: ignore[attr-defined]

    def _is_included(self, selection: SelectionNode) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, selection, self._info.variable_values)
        include = get_directive_values(GraphQLIncludeDirective, selection, self._info.variable_values)
        return not (skip and skip["if"]) and not (include and not include["if"])
