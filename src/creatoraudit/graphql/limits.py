"""How much one operation may ask for, found out before anything is executed. Each fragment is measured only once."""

from collections.abc import Mapping
from math import comb
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from creatoraudit.domain.paging import DEFAULT_LIMIT
from creatoraudit.errors import FieldError, ValidationFailed
from creatoraudit.settings import Settings

Fragments = Mapping[str, FragmentDefinitionNode]

UNIT = 1_000
"""The cost that a key's rate limit counts as one request."""

MAX_PAIRS = 10_000
"""Pairs of repeated fields or spreads that validation compares: in milliseconds, where the tokens allow for seconds."""

WEIGHTS = {"__schema": UNIT, "__type": 10, "series": 5, "points": 0, "edges": 0}
"""What an object costs that is more or less work than others, by its field; every other object costs 1."""

LISTED = ("ids", "windows")
"""Arguments that have an item for each object of a list."""


def check_shape(ast: DocumentNode, fragments: Fragments, settings: Settings) -> None:
    """Refuses documents that are too deep, repeat themselves too often, have too many aliases or fields at the root."""
    operations = [one for one in ast.definitions if isinstance(one, OperationDefinitionNode)]
    depths: dict[str, int] = {}
    try:
        depth = max((_depth(one.selection_set, fragments, depths) for one in operations), default=0)
        roots = max((len(root_fields(one.selection_set, fragments)) for one in operations), default=0)
    except RecursionError:
        raise exceeded("levels of nesting", settings.graphql_max_depth) from None
    if depth > settings.graphql_max_depth:
        raise exceeded("levels of nesting", settings.graphql_max_depth, depth)
    if roots > settings.graphql_max_root_fields:
        raise exceeded("root fields", settings.graphql_max_root_fields, roots)
    aliases, pairs = _aliases_and_pairs(ast)
    if aliases > settings.graphql_max_aliases:
        raise exceeded("aliases", settings.graphql_max_aliases, aliases)
    if pairs > MAX_PAIRS:
        raise exceeded("pairs of repeated fields or fragments", MAX_PAIRS, pairs)


def check_cost(cost: int, settings: Settings) -> None:
    """Refuses operations that cost too much."""
    if cost > settings.graphql_max_cost:
        raise exceeded("cost", settings.graphql_max_cost, cost)


def exceeded(what: str, limit: int, found: int | None = None) -> ValidationFailed:
    """The error of a limit, naming its bound."""
    given = "" if found is None else f" (here {found:,})"
    message = f"must be at most {limit:,} {what}" if what != "cost" else f"must cost at most {limit:,}"
    return ValidationFailed([FieldError("query", message + given)], f"query {message}{given}.")


def root_fields(selections: SelectionSetNode, fragments: Fragments) -> list[str]:
    """The names of the fields at the root of an operation, those in fragments included."""
    names: list[str] = []
    spread: set[str] = set()
    left: list[SelectionSetNode] = [selections]
    while left:
        for selection in left.pop().selections:
            if isinstance(selection, FieldNode):
                names.append(selection.name.value)
            elif not isinstance(selection, FragmentSpreadNode):
                left.append(selection.selection_set)  # type: ignore[attr-defined]
            elif selection.name.value in fragments and selection.name.value not in spread:
                spread.add(selection.name.value)
                left.append(fragments[selection.name.value].selection_set)
    return names


class Cost(NamedTuple):
    """What an operation costs, and whether it does so with whatever values of its variables."""

    total: int
    is_constant: bool


def cost_of(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments, variables: Mapping[str, Any]
) -> Cost:
    """What a valid operation costs: a leaf nothing, an object 1, a connection once for each object it is asked for."""
    defaults = {one.variable.name.value: one.default_value for one in operation.variable_definitions or ()}
    sent = {name: _sent(default, {}) for name, default in defaults.items() if default is not None} | dict(variables)
    costs = _Costs(schema, fragments, sent)
    total = costs.of(operation.selection_set, schema.get_root_type(operation.operation), 1)
    return Cost(total, is_constant=not costs.depends)


class _Costs:
    """`depends` says whether any variable was looked at."""

    depends = False

    def __init__(self, schema: GraphQLSchema, fragments: Fragments, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._known: dict[tuple[str, int], int] = {}

    def of(self, selections: SelectionSetNode | None, parent: Any, size: int) -> int:
        """What a selection on one object costs; if that is a page, `size` is how many objects it has."""
        total = 0
        for selection in selections.selections if selections else ():
            match selection:
                case FieldNode():
                    total += self._of_field(selection, parent, size)
                case FragmentSpreadNode():
                    total += self._of_fragment(selection.name.value, size)
                case InlineFragmentNode(type_condition=None):
                    total += self.of(selection.selection_set, parent, size)
                case InlineFragmentNode(type_condition=NamedTypeNode(name=name)):
                    total += self.of(selection.selection_set, self._schema.get_type(name.value), size)
        return total

    def _of_fragment(self, name: str, size: int) -> int:
        if (name, size) not in self._known:
            fragment = self._fragments[name]
            parent = self._schema.get_type(fragment.type_condition.name.value)
            self._known[name, size] = self.of(fragment.selection_set, parent, size)
        return self._known[name, size]

    def _of_field(self, node: FieldNode, parent: Any, size: int) -> int:
        name = node.name.value
        if name.startswith("__"):
            return WEIGHTS.get(name, 0)
        field: GraphQLField = parent.fields[name]
        of_type = get_named_type(field.type)
        if not is_composite_type(of_type):
            return 0
        weight, asked = WEIGHTS.get(name, 1), self._asked_for(node, field)
        if is_list_type(get_nullable_type(field.type)):
            return (size if asked is None else asked) * (weight + self.of(node.selection_set, of_type, 1))
        return weight + self.of(node.selection_set, of_type, 1 if asked is None else asked)

    def _asked_for(self, node: FieldNode, field: GraphQLField) -> int | None:
        """How many objects a field's arguments ask for, in its own list or in those below it; None if they do not."""
        if "first" in field.args:
            pages = [self._argument(node, field, name) for name in ("first", "last")]
            return max((max(one, 0) for one in pages if isinstance(one, int)), default=DEFAULT_LIMIT)
        if "limit" in field.args:
            limit = self._argument(node, field, "limit")
            return max(limit, 0) if isinstance(limit, int) else 1
        for name in LISTED:
            if name in field.args and is_list_type(get_nullable_type(field.type)):
                listed = self._argument(node, field, name)
                return len(listed) if isinstance(listed, list) else 1
        return None

    def _argument(self, node: FieldNode, field: GraphQLField, name: str) -> Any:
        for one in node.arguments or ():
            if one.name.value == name:
                self.depends = self.depends or isinstance(one.value, VariableNode)
                return _sent(one.value, self._variables)
        return field.args[name].default_value


def _sent(value: ValueNode, variables: Mapping[str, Any]) -> Any:
    """The number or list that stands in an argument."""
    match value:
        case VariableNode():
            return variables.get(value.name.value)
        case IntValueNode():
            return int(value.value)
        case ListValueNode():
            return list(value.values)
    return None


def _depth(selections: SelectionSetNode | None, fragments: Fragments, known: dict[str, int]) -> int:
    deepest = 0
    for selection in selections.selections if selections else ():
        match selection:
            case FieldNode(name=name) if name.value.startswith("__"):
                depth = 1  # what the schema says about itself is no deeper than a rule of validation lets it be
            case FieldNode():
                depth = 1 + _depth(selection.selection_set, fragments, known)
            case FragmentSpreadNode():
                depth = _depth_of_fragment(selection.name.value, fragments, known)
            case InlineFragmentNode():
                depth = _depth(selection.selection_set, fragments, known)
        deepest = max(deepest, depth)
    return deepest


def _depth_of_fragment(name: str, fragments: Fragments, known: dict[str, int]) -> int:
    if name not in known and name in fragments:
        known[name] = 0  # where fragments form a cycle, which validation will say
        known[name] = _depth(fragments[name].selection_set, fragments, known)
    return known.get(name, 0)


def _aliases_and_pairs(ast: DocumentNode) -> tuple[int, int]:
    """How many aliases a document has, and how many pairs validation compares to see whether repetitions can merge.

    Fields of one name are compared where they meet: at the same level of an operation, or in any two fragments.
    """
    shared = _Level()
    bodies = [(one, shared) for one in ast.definitions if isinstance(one, FragmentDefinitionNode)]
    left: list[tuple[Any, _Level]] = [
        *bodies,
        *((one, _Level()) for one in ast.definitions if isinstance(one, OperationDefinitionNode)),
    ]
    aliases, pairs = 0, comb(len(bodies), 2)
    while left:
        node, level = left.pop()
        for selection in node.selection_set.selections if node.selection_set else ():
            match selection:
                case FieldNode(alias=alias, name=name):
                    aliases += alias is not None
                    key = (alias or name).value
                    pairs += level.meet(key)
                    left.append((selection, level.below(key)))
                case FragmentSpreadNode():
                    pairs += level.meet(_SPREAD)
                case InlineFragmentNode():
                    left.append((selection, level))
    return aliases, pairs


_SPREAD = "..."


class _Level:
    """What stands side by side in an answer."""

    def __init__(self) -> None:
        self._met: dict[str, int] = {}
        self._below: dict[str, _Level] = {}

    def meet(self, name: str) -> int:
        """Counts one more of that name; returns how many there were before."""
        before = self._met.get(name, 0)
        self._met[name] = before + 1
        return before

    def below(self, name: str) -> "_Level":
        """The level of what is selected below the fields of that name."""
        return self._below.setdefault(name, _Level())
