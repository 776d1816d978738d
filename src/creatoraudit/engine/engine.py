"""The engine: executes operations of one schema, by their plans or, where there is none, by graphql-core."""

import inspect
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    assert_valid_schema,
    execute,
    get_operation_ast,
    parse,
    validate,
)

from creatoraudit.engine.cache import Recent
from creatoraudit.engine.execute import Run
from creatoraudit.engine.fields import Ways
from creatoraudit.engine.operation import Operation

CAPACITY = 512
"""Operations that are remembered by their text."""

MAX_SOURCE = 65_536
"""Characters of the longest text that is remembered."""


class Answer(NamedTuple):
    """What graphql-core's `execute` gives, and why graphql-core gave it, if it did."""

    data: dict[str, Any] | None
    errors: list[GraphQLError]
    fallback: str | None = None


class Engine:
    """Executes the operations of a schema that Strawberry made.

    `counts` says how many were executed by a plan (under "planned"), and how many by graphql-core, for each reason.
    Extensions of the schema are not run; those of fields are. With an `option`, the data is for orjson, which will be
    given these options: lists that are given as a `Table` may be in it as fragments of JSON.
    """

    def __init__(self, schema: GraphQLSchema, option: int | None = None) -> None:
        assert_valid_schema(schema)
        self.schema = schema
        self.counts: Counter[str] = Counter()
        self._option = option
        self._ways = Ways(schema)
        self._known: Recent[tuple[str, str | None], Operation | list[GraphQLError]] = Recent(CAPACITY)

    def read(self, source: str, name: str | None = None) -> Operation | list[GraphQLError]:
        """The operation of that name in a document, or the only one; else what is wrong. Both are remembered."""
        if len(source) > MAX_SOURCE:
            return self._read(source, name)
        return self._known.get((source, name), lambda: self._read(source, name))

    def prepare(self, document: DocumentNode, node: OperationDefinitionNode) -> Operation:
        """An operation of a valid document; whoever asks keeps it, as its plans live with it."""
        return Operation(self.schema, self._ways, document, node)

    async def execute(
        self,
        operation: Operation,
        variables: Mapping[str, Any] | None = None,
        context: Any = None,
        root: Any = None,
    ) -> Answer:
        """The data and the errors; a subscription is executed for the event that `root` is."""
        values = operation.variables(variables or {})
        if isinstance(values, list):
            return Answer(None, values)
        plan = operation.plan(values)
        if isinstance(plan, str):
            self.counts[plan] += 1
            found = execute(self.schema, operation.document, root, context, dict(variables or {}), operation.name)
            result = await found if inspect.isawaitable(found) else found
            return Answer(result.data, result.errors or [], plan)
        self.counts["planned"] += 1
        return Answer(*await Run(plan, root, context, values, self._option).execute())

    def _read(self, source: str, name: str | None) -> Operation | list[GraphQLError]:
        try:
            document = parse(source)
        except GraphQLError as error:
            return [error]
        errors = validate(self.schema, document)
        if errors:
            return errors
        node = get_operation_ast(document, name)
        if node is None:
            return [GraphQLError("The document has no such operation, or several and no name was given.")]
        return self.prepare(document, node)
