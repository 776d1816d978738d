"""Plans: the fields of an operation, level by level, for one outcome of its `@skip`s and `@include`s."""

from collections.abc import Iterator, Mapping, Sequence

from graphql import (
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    is_abstract_type,
    is_object_type,
)
from graphql.execution.collect_fields import FragmentDetails, GroupedFieldSet, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from creatoraudit.engine.fields import Field, Kind, Ways
from creatoraudit.engine.generated import Make, compiled, has_column, uncompiled
from creatoraudit.engine.reads import attributes
from creatoraudit.engine.selection import Selection

WARM = 64
"""Rows that a level makes before code is generated for it: most operations come only once."""


class Level:
    """What is selected on objects of one type in one place."""

    def __init__(self, of: GraphQLObjectType, fields: Sequence[Field]) -> None:
        self.type = of
        self.fields = fields
        self.columns = [field for field in fields if has_column(field)]
        self.branches = [field for field in fields if not field.is_inline]
        self._made = 0
        self._cold = uncompiled(fields)
        self._compiled: tuple[Make, str] | None = None

    def make(self, rows: int) -> Make:
        """Makes that many more dicts of their columns; code is generated for it when they have become many."""
        self._made += rows
        if self._compiled is None and self._made >= WARM:
            self._compiled = compiled(self.fields)
        return self._cold if self._compiled is None else self._compiled[0]

    @property
    def source(self) -> str:
        """The code that makes the level's rows."""
        if self._compiled is None:
            self._compiled = compiled(self.fields)
        return self._compiled[1]


class Plan:
    """How an operation is executed; what lies below a field is planned when it is first reached.

    `conditions` has the values of the variables that decide what is skipped, and no others.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        ways: Ways,
        operation: OperationDefinitionNode,
        root_type: GraphQLObjectType,
        fragments: Mapping[str, FragmentDefinitionNode],
        conditions: VariableValues,
    ) -> None:
        self.schema = schema
        self.operation = operation
        self.fragments = dict(fragments)
        self._ways = ways
        self._conditions = conditions
        self._details = {name: FragmentDetails(fragment) for name, fragment in fragments.items()}
        self._levels: dict[tuple[int, str], Level] = {}
        self._reads: dict[int, frozenset[str] | None] = {}
        grouped = collect_fields(schema, self._details, conditions, root_type, operation).grouped_field_set
        self.root = self._level(root_type, grouped, 0, is_serial=operation.operation is OperationType.MUTATION)

    def below(self, field: Field, of: GraphQLObjectType) -> Level:
        """What is selected below a field on objects of a type."""
        key = (id(field), of.name)  # fields live as long as their plan
        level = self._levels.get(key)
        if level is None:
            collected = collect_subfields(
                self.schema, self._details, self._conditions, self.operation, of, field.details
            )
            level = self._levels[key] = self._level(of, collected.grouped_field_set, field.climb[-1])
        return level

    def reads(self, field: Field) -> frozenset[str] | None:
        """The attributes that are read of what a field's batch makes; None if that is not known."""
        batch = field.way.batch
        if batch is None or batch.makes is None:
            return None
        if id(field) not in self._reads:
            self._reads[id(field)] = attributes(self.schema, self._ways, field.of, field.selection, batch.makes)
        return self._reads[id(field)]

    @property
    def source(self) -> str:
        """All generated code, each level under its place; below an abstract type that of every possible type."""
        return "\n".join(self._sources(self.root, f"{self.operation.operation.value} {self.root.type}"))

    def _sources(self, level: Level, place: str) -> Iterator[str]:
        yield f"# {place}\n{level.source}"
        for field in level.branches:
            if not field.is_leaf:
                for of in self._types(field):
                    yield from self._sources(self.below(field, of), f"{place} > {field.key}: {of}")

    def _types(self, field: Field) -> Sequence[GraphQLObjectType]:
        if is_abstract_type(field.of):
            return self.schema.get_possible_types(field.of)
        return [field.of] if is_object_type(field.of) else []

    def _level(self, of: GraphQLObjectType, grouped: GroupedFieldSet, climb: int, *, is_serial: bool = False) -> Level:
        """A level; `climb` is how many steps above its objects what becomes null lies when one cannot be shown."""
        fields = []
        for key, details in grouped.items():
            name = details[0].node.name.value
            definition = self.schema.get_field(of, name)
            if definition is not None:
                way = self._ways.of(of, name, definition)
                selection = Selection([one.node for one in details], self.fragments, self._conditions)
                field = Field(key, of, definition, details, way, selection, climb)
                field.is_inline = field.is_inline and (not is_serial or way.kind is Kind.TYPENAME)
                fields.append(field)
        return Level(of, fields)
