"""Valid operations of any schema: those of hypothesis-graphql, made to look like what people write.

Fields get aliases, are repeated, move into fragments with and without names, get `@skip` and `@include`; arguments move
into variables, some of them with defaults.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple

import hypothesis.strategies as st
import hypothesis_graphql
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse,
    print_ast,
    validate,
    value_from_ast_untyped,
)
from hypothesis import assume

MAX_VARIABLES = 8
REPEATED = 200
"""Characters of the longest field that is written twice."""


class Asked(NamedTuple):
    """An operation's text, and the values of its variables that are sent."""

    source: str
    variables: Mapping[str, Any]


Literal = Callable[[Random], str | None]
"""A better value for an argument than any of its type; None keeps what there is."""


@st.composite
def operations(
    draw: st.DrawFn,
    schema: GraphQLSchema,
    *,
    is_mutation: bool = False,
    literals: Mapping[str, Literal] | None = None,
    scalars: Mapping[str, st.SearchStrategy[Any]] | None = None,
) -> Asked:
    """A valid operation; `literals` are by the names of arguments, `scalars` by those of custom scalars."""
    make = hypothesis_graphql.mutations if is_mutation else hypothesis_graphql.queries
    text = draw(make(schema, allow_x00=False, custom_scalars=dict(scalars or {})))
    (node,) = parse(str(text)).definitions
    assert isinstance(node, OperationDefinitionNode)
    writing = _Writing(schema, Random(draw(st.integers(0, 2**32))), literals or {})
    root_type = schema.get_root_type(node.operation)
    assert root_type is not None
    asked = writing.operation(node.operation.value, writing.selection(node.selection_set, root_type))
    assume(not validate(schema, parse(asked.source)))  # hypothesis-graphql overlooks conflicts between deep fields
    return asked


class _Writing:
    def __init__(self, schema: GraphQLSchema, random: Random, literals: Mapping[str, Literal]) -> None:
        self._schema = schema
        self._random = random
        self._literals = literals
        self._fragments: list[str] = []
        self._defined: list[str] = []
        self._sent: dict[str, Any] = {}
        self._aliases = 0

    def operation(self, kind: str, body: str) -> Asked:
        defined = f"({', '.join(self._defined)})" if self._defined else ""
        name = " Named" if defined or self._chance(0.3) else ""
        return Asked("\n".join([f"{kind}{name}{defined} {body}", *self._fragments]), self._sent)

    def selection(self, node: SelectionSetNode, of: GraphQLNamedType) -> str:
        parts = ["__typename"] if self._chance(0.15) else []
        for one in node.selections:
            match one:
                case FieldNode():
                    text = self._field(one, of)
                case InlineFragmentNode(type_condition=condition, selection_set=below):
                    inner = self._schema.type_map[condition.name.value] if condition else of
                    text = f"... on {inner}{self._directive()} {self.selection(below, inner)}"
                case _:
                    raise AssertionError(one)
            parts.append(self._dressed(text, of))
        parts += [self._dressed(self._more(of, 2), of) for _ in range(self._random.choice([0, 0, 1, 3]))]
        return f"{{ {' '.join(parts)} }}"

    def _more(self, of: GraphQLNamedType, depth: int) -> str:
        """One more field, as hypothesis-graphql selects few; `depth` is how far below it others may be selected."""
        if not isinstance(of, GraphQLObjectType | GraphQLInterfaceType):
            return "__typename"
        fields = {
            name: field
            for name, field in of.fields.items()
            if not any(map(is_required_argument, field.args.values())) and (depth or is_leaf_type(_of(field)))
        }
        if not fields:
            return "__typename"
        name, field = self._random.choice(sorted(fields.items()))
        self._aliases += 1
        below = _of(field)
        if is_leaf_type(below):
            return f"a{self._aliases}: {name}"
        alias = f"a{self._aliases}"
        inner = " ".join(self._dressed(self._more(below, depth - 1), below) for _ in range(self._random.randint(1, 3)))
        better = [f"{one}: {said}" for one in field.args if (said := self._literal(one)) is not None]
        given = f"({', '.join(better)})" if better else ""
        return f"{alias}: {name}{given}{self._directive()} {{ {inner} }}"

    def _literal(self, argument: str) -> str | None:
        return self._literals[argument](self._random) if argument in self._literals else None

    def _dressed(self, text: str, of: GraphQLNamedType) -> str:
        """The selection itself, twice, or in a fragment."""
        roll = self._random.random()
        if roll < 0.05:
            return f"...{self._directive()} {{ {text} }}"
        if roll < 0.1:
            return f"... on {of} {{ {text} }}"
        if roll < 0.2:
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name} on {of} {{ {text} }}")
            spread = f"...{name}{self._directive()}"
            return f"{spread} ...{name}" if self._chance(0.3) else spread
        if roll < 0.25 and len(text) < REPEATED:
            return f"{text} {text}"
        return text

    def _field(self, node: FieldNode, of: GraphQLNamedType) -> str:
        definition = self._schema.get_field(of, node.name.value)  # type: ignore[arg-type]
        assert definition is not None
        name = node.name.value
        alias = f"{node.alias.value}: " if node.alias else ""
        if not alias and self._chance(0.1):
            self._aliases += 1
            alias = f"a{self._aliases}: "
        given = [self._argument(one, definition.args[one.name.value]) for one in node.arguments or ()]
        arguments = f"({', '.join(given)})" if given else ""
        below = ""
        if node.selection_set is not None:
            below = f" {self.selection(node.selection_set, get_named_type(definition.type))}"
        return f"{alias}{name}{arguments}{self._directive()}{below}"

    def _argument(self, node: ArgumentNode, definition: GraphQLArgument) -> str:
        name = node.name.value
        literal = self._literal(name) or print_ast(node.value)
        if len(self._defined) < MAX_VARIABLES and self._chance(0.3):
            return f"{name}: {self._variable(str(definition.type), literal)}"
        return f"{name}: {literal}"

    def _directive(self) -> str:
        if not self._chance(0.12):
            return ""
        name, literal = self._random.choice(["skip", "include"]), self._random.choice(["true", "false"])
        is_variable = len(self._defined) < MAX_VARIABLES and self._chance(0.6)
        return f" @{name}(if: {self._variable('Boolean!', literal) if is_variable else literal})"

    def _variable(self, of: str, literal: str) -> str:
        name = f"$v{len(self._defined)}"
        roll = self._random.random()
        if roll < 0.3 and not (literal == "null" and of.endswith("!")):
            self._defined.append(f"{name}: {of} = {literal}")
            return name
        self._defined.append(f"{name}: {of}")
        value = _value(literal)
        if not (value is None and roll < 0.5):  # a variable that is not sent is not the same as null
            self._sent[name[1:]] = value
        return name

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability


def _of(field: GraphQLField) -> GraphQLNamedType:
    return get_named_type(field.type)


def _value(literal: str) -> Any:
    (operation,) = parse(f"{{ a(b: {literal}) }}").definitions
    assert isinstance(operation, OperationDefinitionNode)
    (field,) = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    value = field.arguments[0].value
    return None if isinstance(value, NullValueNode) else value_from_ast_untyped(value)
