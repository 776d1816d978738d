"""What an operation asks for below a field, where a resolver has to know it before the executor gets there."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_directive_values,
)
from graphql.execution.values import VariableValues


class Selection:
    """What is selected below a field, whatever the type of the object that it will show."""

    def __init__(
        self, nodes: Iterable[FieldNode], fragments: Mapping[str, FragmentDefinitionNode], variables: VariableValues
    ) -> None:
        self.nodes = list(nodes)
        self._fragments = fragments
        self._variables = variables
        self._known: dict[tuple[str, ...], frozenset[str]] = {}

    @classmethod
    def of(cls, info: GraphQLResolveInfo[Any]) -> "Selection":
        """What is selected below the field that is being resolved."""
        return cls(info.field_nodes, info.fragments, info.variable_values)

    def names(self, *path: str) -> frozenset[str]:
        """The names of the fields directly below, or directly below the field that a path leads to."""
        known = self._known.get(path)
        if known is None:
            nodes: Iterable[FieldNode] = self.nodes
            for step in path:
                nodes = [field for field in self.below(nodes) if field.name.value == step]
            known = self._known[path] = frozenset(field.name.value for field in self.below(nodes))
        return known

    def below(self, nodes: Iterable[FieldNode]) -> Iterator[FieldNode]:
        """The fields directly below some of the nodes, whatever the type of the objects there."""
        for node in nodes:
            yield from self._fields(node.selection_set)

    def _fields(self, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        for selection in selections.selections if selections else ():
            if selection.directives and not self._is_included(selection):
                continue
            match selection:
                case FieldNode():
                    yield selection
                case FragmentSpreadNode(name=name):
                    yield from self._fields(self._fragments[name.value].selection_set)
                case InlineFragmentNode():
                    yield from self._fields(selection.selection_set)

    def _is_included(self, selection: SelectionNode) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, selection, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, selection, self._variables)
        return not (skip and skip["if"]) and not (include and not include["if"])
