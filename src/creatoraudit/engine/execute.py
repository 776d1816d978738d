"""Executes plans: each level for all its parents at once, its branches side by side."""

import asyncio
from collections.abc import Coroutine, Hashable, Iterable, Sequence
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, OperationType, default_field_resolver, located_error
from graphql.execution.values import VariableValues
from graphql.pyutils import gather_with_cancel

from creatoraudit.engine import arguments
from creatoraudit.engine.awaiting import HELPERS, is_awaitable
from creatoraudit.engine.complete import complete
from creatoraudit.engine.errors import Failure, settle
from creatoraudit.engine.fields import Field, Kind
from creatoraudit.engine.pending import Asker, Askers, Pending, Question
from creatoraudit.engine.plan import Plan
from creatoraudit.engine.rows import Rows


class Run:
    """One execution of a plan."""

    __slots__ = ("_context", "_failures", "_open", "_root", "_strands", "_variables", "option", "plan", "schema")

    def __init__(
        self, plan: Plan, root: Any, context: Any, variables: VariableValues, option: int | None = None
    ) -> None:
        self.plan = plan
        self.option = option
        self.schema = plan.schema
        self._root = root
        self._context = context
        self._variables = variables
        self._failures: list[Failure] = []
        self._open: dict[Question, Askers] = {}
        self._strands = 1

    async def execute(self) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
        """The data and the errors."""
        rows = Rows(self.plan.root, [self._root])
        if self.plan.operation.operation is OperationType.MUTATION:
            await self._one_by_one(rows)
        else:
            pending = Pending()
            self.descend([rows], pending)
            await self.finish(pending)
        (data,) = rows.made
        if not self._failures:
            return data, []
        return settle(data, self._failures)

    def descend(self, groups: Sequence[Rows], pending: Pending) -> None:
        """Goes on below the rows of a level, as far as that needs no waiting."""
        for rows in groups:
            for field, values in rows.odd:
                complete(self, rows, field, values, pending)
            for field in rows.level.branches if rows.sources else ():
                self._branch(rows, field, pending)

    async def finish(self, pending: Pending) -> None:
        """Does what is pending, side by side."""
        coroutines = pending.coroutines
        for question, askers in pending.questions.items():
            if self._strands == 1:
                coroutines.append(self._follow(question, askers))
            elif question in self._open:
                self._open[question].extend(askers)
            else:
                self._open[question] = askers
                coroutines.append(self._follow_soon(question))
        if len(coroutines) == 1:
            await coroutines[0]
        elif coroutines:
            self._strands += len(coroutines) - 1
            await gather_with_cancel(*map(self._strand, coroutines))
            self._strands += 1

    async def _strand(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        finally:
            self._strands -= 1

    def info(self, rows: Rows, field: Field, index: int) -> GraphQLResolveInfo[Any]:
        """What graphql-core tells a resolver."""
        return GraphQLResolveInfo(
            field.name,
            field.nodes,
            field.definition.type,
            field.parent_type,
            rows.path_of(field, index),
            self.schema,
            self.plan.fragments,
            self._root,
            self.plan.operation,
            self._variables,
            self._context,
            is_awaitable,
            None,
            HELPERS,
        )

    def fail(
        self,
        rows: Rows,
        field: Field,
        index: int,
        steps: tuple[int, ...],
        error: Exception,
        *,
        is_last: bool = False,
    ) -> None:
        """Notes the failure of a row's field, or of an item in its lists."""
        path = rows.path_of(field, index, steps).as_list()
        landing = len(path) - field.climb[len(steps)]
        self._failures.append(Failure(path, landing, located_error(error, field.nodes, path), is_last))

    async def _one_by_one(self, rows: Rows) -> None:
        """Mutations change things in the order of the document; none is begun after all data became null."""
        for field in rows.level.branches:
            pending = Pending()
            self._branch(rows, field, pending)
            await self.finish(pending)
            if any(failure.landing == 0 for failure in self._failures):
                return

    def _branch(self, rows: Rows, field: Field, pending: Pending) -> None:
        match field.way.kind:
            case Kind.BATCH:
                self._ask(rows, field, pending)
            case Kind.RESOLVER:
                complete(self, rows, field, self._resolved(rows, field), pending)
            case _:
                complete(self, rows, field, rows.read(field), pending)

    def _resolved(self, rows: Rows, field: Field) -> list[Any]:
        resolve = field.definition.resolve or default_field_resolver
        values = []
        for index, row in enumerate(rows.sources):
            try:
                given = field.constant_arguments
                if given is None:
                    given = arguments.coerced(field.definition, field.nodes[0], self._variables)
                values.append(resolve(row, self.info(rows, field, index), **given))
            except Exception as error:  # noqa: BLE001 - it becomes an error of the answer
                values.append(error)
        return values

    def _ask(self, rows: Rows, field: Field, pending: Pending) -> None:
        """Finds out what a field asks of its batch."""
        batch = field.way.batch
        assert batch is not None  # noqa: S101 - this is what its kind says
        asked: Hashable = None
        parents = rows.sources
        if batch.ask is not None or batch.named is not None:
            try:
                given = field.constant_arguments
                if given is None:
                    given = arguments.coerced(field.definition, field.nodes[0], self._variables)
                info = self.info(rows, field, 0)
                values = arguments.converted(self.schema, field.definition, given, info)
                if batch.named is not None:
                    parents = [batch.named(**values)] * len(parents)
                elif batch.ask is not None:
                    asked = batch.ask(field.selection, **values)
            except Exception as error:  # noqa: BLE001 - it becomes an error of the answer
                complete(self, rows, field, [error] * len(rows.sources), pending)
                return
        pending.ask(Question(batch, asked), Asker(rows, field, parents))

    async def _follow_soon(self, question: Question) -> None:
        """Follows an edge when other strands had the chance to ask for the same."""
        await asyncio.sleep(0)
        await self._follow(question, self._open.pop(question))

    async def _follow(self, question: Question, askers: Askers) -> None:
        """Follows an edge from the parents of all fields that ask for the same."""
        batch, asked = question
        pending = Pending()
        try:
            identities = [[batch.identity(parent) for parent in asker.parents] for asker in askers]
            parents: dict[Hashable, Any] = {}
            for asker, names in zip(askers, identities, strict=True):
                for name, parent in zip(names, asker.parents, strict=True):
                    parents.setdefault(name, parent)
            given: list[Any] = [] if batch.ask is None else [asked]
            if batch.makes is not None:
                given.append(self._reads(field for _, field, _ in askers))
            children = await batch.follow(self._context, list(parents.values()), *given)
            found = dict(zip(parents, children, strict=True))
        except Exception as error:  # noqa: BLE001 - it becomes an error of the answer
            for rows, field, _ in askers:
                complete(self, rows, field, [error] * len(rows.sources), pending)
        else:
            for (rows, field, _), names in zip(askers, identities, strict=True):
                complete(self, rows, field, [found[name] for name in names], pending, is_awaited=True)
        await self.finish(pending)

    def _reads(self, fields: Iterable[Field]) -> frozenset[str] | None:
        """The attributes that are read of what a batch makes for any of the fields."""
        read: frozenset[str] = frozenset()
        for field in fields:
            names = self.plan.reads(field)
            if names is None:
                return None
            read |= names
        return read
