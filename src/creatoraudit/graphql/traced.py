"""A span for each operation: its type, its name and the hash of what it asks for; never its variables."""

from typing import Any

from creatoraudit.graphql.execution import Admitted, Run
from creatoraudit.telemetry.traces import Traces, fail, is_left_out

_FAULTS = frozenset({"INTERNAL_ERROR", "UPSTREAM_ERROR", "SERVICE_UNAVAILABLE"})


def tracing(execute: Run, traces: Traces) -> Run:
    """Makes a span of each operation; below it are its statements."""

    async def traced(admitted: Admitted, request_id: str, seconds: float, event: object = None) -> dict[str, Any]:
        if is_left_out():
            return await execute(admitted, request_id, seconds, event)
        operation = admitted.asked.operation
        kind = operation.kind.value
        name = f"{kind} {operation.name}" if operation.name else kind
        with traces.doing(name, {"graphql.operation.type": kind}) as span:
            if not span.is_recording():
                return await execute(admitted, request_id, seconds, event)
            if operation.name:
                span.set_attribute("graphql.operation.name", operation.name)
            span.set_attribute("creatoraudit.graphql.document_hash", operation.signature.hash)
            span.set_attribute("creatoraudit.graphql.cost", admitted.cost)
            answer = await execute(admitted, request_id, seconds, event)
            codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
            span.set_attribute("creatoraudit.graphql.errors", len(codes))
            if fault := next((code for code in codes if code in _FAULTS), None):
                fail(span, fault)
            return answer

    return traced
