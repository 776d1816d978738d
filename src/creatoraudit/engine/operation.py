"""Operations: what of them can be planned, and their plans, one for each outcome of what they skip and include."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import Node

from creatoraudit.engine.cache import Recent
from creatoraudit.engine.fields import Ways
from creatoraudit.engine.plan import Plan

MAX_PLANS = 16
"""Plans that are kept of one operation, of up to 2 ** n where n variables decide what is skipped."""

_MAX_ERRORS = 50
_NO_VARIABLES = VariableValues({}, {})
_LEFT_OUT = {
    "defer": "@defer",
    "stream": "@stream",
    "experimental_disableErrorPropagation": "@experimental_disableErrorPropagation",
}


class Operation:
    """A valid operation of a document; `fallback` says why there is no plan for it, if there is none."""

    def __init__(
        self, schema: GraphQLSchema, ways: Ways, document: DocumentNode, node: OperationDefinitionNode
    ) -> None:
        self.document = document
        self.node = node
        self.name = node.name.value if node.name else None
        fragments = [one for one in document.definitions if isinstance(one, FragmentDefinitionNode)]
        self.fragments = {one.name.value: one for one in fragments}
        self._schema = schema
        self._ways = ways
        self._root_type = schema.get_root_type(node.operation)
        directives = [found for one in (node, *fragments) for found in _directives(one)]
        self.fallback = self._reason(directives)
        deciding = {name for one in directives if one.name.value in {"skip", "include"} for name in _variables(one)}
        self._deciding = tuple(sorted(deciding))
        self._plans: Recent[tuple[Any, ...], Plan] = Recent(MAX_PLANS)

    def variables(self, sent: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """The values of the variables, or what is wrong with what was sent."""
        if not self.node.variable_definitions:
            return _NO_VARIABLES
        return get_variable_values(self._schema, self.node.variable_definitions, dict(sent), max_errors=_MAX_ERRORS)

    def plan(self, variables: VariableValues) -> Plan | str:
        """The plan for these values of the variables, or why there is none."""
        if self.fallback is not None:
            return self.fallback
        outcome = tuple(variables.coerced.get(name) for name in self._deciding)
        if not all(isinstance(value, bool) for value in outcome):
            return "a variable of @skip or @include without a value"
        return self._plans.get(outcome, lambda: self._planned(variables))

    def _planned(self, variables: VariableValues) -> Plan:
        assert self._root_type is not None  # noqa: S101 - else there is a reason not to plan
        conditions = VariableValues(
            {name: variables.sources[name] for name in self._deciding},
            {name: variables.coerced[name] for name in self._deciding},
        )
        return Plan(self._schema, self._ways, self.node, self._root_type, self.fragments, conditions)

    def _reason(self, directives: list[DirectiveNode]) -> str | None:
        if self._root_type is None:
            return f"a schema without {self.node.operation.value}s"
        if any(one.variable_definitions for one in self.fragments.values()):
            return "variables of fragments"
        return next((_LEFT_OUT[one.name.value] for one in directives if one.name.value in _LEFT_OUT), None)


def _directives(node: Node) -> Iterator[DirectiveNode]:
    """All directives at and below a node."""
    left: list[Any] = [node]
    while left:
        one = left.pop()
        yield from getattr(one, "directives", None) or ()
        selections = getattr(one, "selection_set", None)
        left.extend(selections.selections if selections else ())


def _variables(directive: DirectiveNode) -> Iterator[str]:
    for argument in directive.arguments or ():
        if isinstance(argument.value, VariableNode):
            yield argument.value.name.value
