"""One operation: found in its document, measured, and executed."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, NamedTuple

from graphql import (
    ExecutionResult,
    Executor,
    OperationDefinitionNode,
    OperationType,
    create_source_event_stream,
    execute,
)

from creatoraudit.errors import ServiceUnavailable
from creatoraudit.graphql import limits
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.documents import Document
from creatoraudit.graphql.errors import InvalidOperation, failed
from creatoraudit.graphql.schema import EXECUTABLE


class Operation(NamedTuple):
    """An operation of a document that may yet be invalid, and the variables that were sent for it."""

    document: Document
    node: OperationDefinitionNode
    variables: Mapping[str, Any]

    @property
    def name(self) -> str | None:
        """What its document calls it."""
        return self.node.name.value if self.node.name else None

    @property
    def kind(self) -> OperationType:
        """Whether it reads, changes or listens."""
        return self.node.operation

    @property
    def is_public(self) -> bool:
        """Whether it asks for nothing but the schema itself."""
        roots = limits.root_fields(self.node.selection_set, self.document.fragments)
        return self.kind is OperationType.QUERY and all(name.startswith("__") for name in roots)

    def cost(self) -> int:
        """What it costs; InvalidOperation if its document is not valid."""
        if self.document.errors:
            raise InvalidOperation(self.document.errors)
        return limits.cost_of(EXECUTABLE, self.node, self.document.fragments, self.variables)


async def run(
    operation: Operation, context: Context | None, request_id: str, seconds: float, event: object = None
) -> dict[str, Any]:
    """Executes a valid operation; ServiceUnavailable if it takes too long, InvalidOperation for wrong variables.

    Only a public operation does without a context. A subscription is executed for one event.
    """
    try:
        async with asyncio.timeout(seconds):
            result = execute(
                EXECUTABLE,
                operation.document.ast,
                root_value=event,
                context_value=context,
                variable_values=dict(operation.variables),
                operation_name=operation.name,
            )
            if inspect.isawaitable(result):
                result = await result
    except TimeoutError:
        raise ServiceUnavailable(f"The operation took longer than {seconds:g} seconds; ask for less at once.") from None
    errors = result.errors or []
    if result.data is None and errors and all(error.path is None for error in errors):
        raise InvalidOperation(errors)
    answer: dict[str, Any] = {"errors": [failed(error, request_id) for error in errors]} if errors else {}
    return answer | {"data": result.data}


async def answers(
    operation: Operation, context: Context | None, request_id: str, seconds: float
) -> AsyncGenerator[dict[str, Any], None]:
    """What a valid operation answers: once, or, as a subscription, for each event, until this is closed."""
    if operation.kind is not OperationType.SUBSCRIPTION:
        yield await run(operation, context, request_id, seconds)
        return
    found = await _events(operation, context)
    if isinstance(found, ExecutionResult):
        yield {"errors": [failed(error, request_id) for error in found.errors or ()]}
        return
    async with aclosing(found) as events:
        async for event in events:
            yield await run(operation, context, request_id, seconds, event)


async def _events(operation: Operation, context: Context | None) -> AsyncGenerator[Any, None] | ExecutionResult:
    """The events of a subscription, or why there will be none."""
    executor = Executor.build(
        EXECUTABLE,
        operation.document.ast,
        context_value=context,
        raw_variable_values=dict(operation.variables),
        operation_name=operation.name,
    )
    if isinstance(executor, list):
        raise InvalidOperation(executor)
    found: Any = create_source_event_stream(executor)
    events: AsyncGenerator[Any, None] | ExecutionResult = await found if inspect.isawaitable(found) else found
    return events
