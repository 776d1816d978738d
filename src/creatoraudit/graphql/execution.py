"""One operation, executed: by the engine, or by graphql-core; a subscription for each of its events."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, NamedTuple, Protocol

import structlog
from graphql import (
    ExecutionResult,
    Executor,
    OperationType,
    create_source_event_stream,
    execute,
)

from creatoraudit.engine import Answer
from creatoraudit.errors import ServiceUnavailable
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.documents import Operation
from creatoraudit.graphql.errors import InvalidOperation, failed
from creatoraudit.graphql.schema import ENGINE, EXECUTABLE

TURNED_OFF = "the engine is turned off"

log = structlog.get_logger(__name__)


class Asked(NamedTuple):
    """An operation, and the variables that were sent for it."""

    operation: Operation
    variables: Mapping[str, Any]

    @property
    def fallback(self) -> str | None:
        """Why graphql-core executes it; None if the engine does."""
        planned = self.operation.planned
        if planned is None:
            return TURNED_OFF
        values = planned.variables(self.variables)
        plan = None if isinstance(values, list) else planned.plan(values)
        return plan if isinstance(plan, str) else None


class Admitted(NamedTuple):
    """An operation that may be executed, and what it costs; only a public one does without a context."""

    asked: Asked
    context: Context | None
    cost: int


class Run(Protocol):
    """Executes an operation as `run` does."""

    async def __call__(
        self, admitted: Admitted, request_id: str, seconds: float, event: object = None
    ) -> dict[str, Any]: ...


async def run(admitted: Admitted, request_id: str, seconds: float, event: object = None) -> dict[str, Any]:
    """Executes a valid operation; ServiceUnavailable if it takes too long, InvalidOperation for wrong variables.

    A subscription is executed for one event.
    """
    try:
        async with asyncio.timeout(seconds):
            data, errors, _ = await _execute(admitted.asked, admitted.context, event)
    except TimeoutError:
        raise ServiceUnavailable(f"The operation took longer than {seconds:g} seconds; ask for less at once.") from None
    if data is None and errors and all(error.path is None for error in errors):
        raise InvalidOperation(errors)
    answer: dict[str, Any] = {"errors": [failed(error, request_id) for error in errors]} if errors else {}
    return answer | {"data": data}


async def _execute(asked: Asked, context: Context | None, event: object) -> Answer:
    """By the engine, unless it is turned off."""
    operation, variables = asked
    if operation.planned is not None:
        answer = await ENGINE.execute(operation.planned, variables, context, event)
        if answer.fallback is not None:
            log.info("executed by graphql-core", reason=answer.fallback, times=ENGINE.counts[answer.fallback])
        return answer
    found = execute(EXECUTABLE, operation.document.ast, event, context, dict(variables), operation.name)
    result = await found if inspect.isawaitable(found) else found
    return Answer(result.data, result.errors or [], TURNED_OFF)


async def answers(
    admitted: Admitted, request_id: str, seconds: float, run: Run = run
) -> AsyncGenerator[dict[str, Any], None]:
    """What a valid operation answers: once, or, as a subscription, for each event, until this is closed."""
    asked, context, _ = admitted
    if asked.operation.kind is not OperationType.SUBSCRIPTION:
        yield await run(admitted, request_id, seconds)
        return
    found = await _events(asked, context)
    if isinstance(found, ExecutionResult):
        yield {"errors": [failed(error, request_id) for error in found.errors or ()]}
        return
    async with aclosing(found) as events:
        async for event in events:
            yield await run(admitted, request_id, seconds, event)


async def _events(asked: Asked, context: Context | None) -> AsyncGenerator[Any, None] | ExecutionResult:
    """The events of a subscription, or why there will be none."""
    executor = Executor.build(
        EXECUTABLE,
        asked.operation.document.ast,
        context_value=context,
        raw_variable_values=dict(asked.variables),
        operation_name=asked.operation.name,
    )
    if isinstance(executor, list):
        raise InvalidOperation(executor)
    found: Any = create_source_event_stream(executor)
    events: AsyncGenerator[Any, None] | ExecutionResult = await found if inspect.isawaitable(found) else found
    return events
