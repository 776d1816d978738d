"""How operations are executed where somebody wants to know of it; where nobody does, as if this file were not there."""

import time
from typing import TYPE_CHECKING, Any

import structlog

from creatoraudit.graphql import errors
from creatoraudit.graphql.documents import Documents
from creatoraudit.graphql.execution import Admitted, Run, run
from creatoraudit.graphql.schema import ENGINE
from creatoraudit.settings import Settings
from creatoraudit.telemetry import Telemetry, figures
from creatoraudit.telemetry.figures import Values

if TYPE_CHECKING:
    from creatoraudit.telemetry.prometheus import Figures

_LONGEST = 4_000
"""Characters of an operation that are logged."""

log = structlog.get_logger(__name__)


def watched(settings: Settings, telemetry: Telemetry, documents: Documents) -> Run:
    """What executes operations: `run` itself, unless something is to be told of them."""
    watching: Run = run
    if settings.slow_operation_ms is not None:
        watching = logging_slow(watching, settings.slow_operation_ms)
    if telemetry.traces is not None:
        from creatoraudit.graphql.traced import tracing  # noqa: PLC0415 - it needs an extra

        watching = tracing(watching, telemetry.traces)
    if telemetry.figures is not None:
        watching = measuring(watching, telemetry.figures)
        read(telemetry.figures, documents)
    return watching


def logging_slow(execute: Run, milliseconds: float) -> Run:
    """Writes a line for each operation that takes that long: what it asks for, and no value that was sent with it."""

    async def logged(admitted: Admitted, request_id: str, seconds: float, event: object = None) -> dict[str, Any]:
        began, errors = time.perf_counter(), None
        try:
            answer = await execute(admitted, request_id, seconds, event)
            errors = len(answer.get("errors", ()))
        finally:
            took = (time.perf_counter() - began) * 1000
            if took >= milliseconds:
                _log_slow(admitted, request_id, took, errors)
        return answer

    return logged


def measuring(execute: Run, told: "Figures") -> Run:
    """Measures operations, and what they cost."""
    took, costs = told.histogram(figures.OPERATION_SECONDS), told.histogram(figures.OPERATION_COST)

    async def measured(admitted: Admitted, request_id: str, seconds: float, event: object = None) -> dict[str, Any]:
        kind = admitted.asked.operation.kind.value
        began, outcome = time.perf_counter(), "refused"
        try:
            answer = await execute(admitted, request_id, seconds, event)
            outcome = "errors" if "errors" in answer else "ok"
        finally:
            took.labels(kind, outcome).observe(time.perf_counter() - began)
            costs.labels(kind).observe(admitted.cost)
        return answer

    return measured


def read(told: "Figures", documents: Documents) -> None:
    """Has what is counted anyway read by whoever asks."""
    told.read(figures.EXECUTIONS, _executions)
    told.read(figures.ERRORS, lambda: {("graphql", code): n for code, n in dict(errors.TOLD).items()})
    told.read(
        figures.DOCUMENTS,
        lambda: {("hit",): documents.asked - documents.parsed, ("miss",): documents.parsed},
    )
    told.read(figures.REMEMBERED_DOCUMENTS, lambda: {(): len(documents)})


def _executions() -> Values:
    """By a plan, or by graphql-core, for each reason."""
    counts = dict(ENGINE.counts)
    found: dict[tuple[str, ...], float] = {("plan", ""): counts.pop("planned", 0)}
    return found | {("graphql-core", reason): n for reason, n in counts.items()}


def _log_slow(admitted: Admitted, request_id: str, milliseconds: float, errors: int | None) -> None:
    (operation, _), context, cost = admitted
    signature = operation.signature
    log.warning(
        "slow operation",
        duration_ms=round(milliseconds, 2),
        type=operation.kind.value,
        name=operation.name,
        operation=signature.text[:_LONGEST],
        hash=signature.hash,
        cost=cost,
        errors=errors,
        request_id=request_id,
        organization_id=context and context.actor.organization_id,
        key_id=context and context.actor.api_key_id,
    )
