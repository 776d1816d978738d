"""One operation: found in its document, measured, and executed."""

import asyncio
import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import OperationDefinitionNode, OperationType, execute

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
    def is_query(self) -> bool:
        """Whether it only reads."""
        return self.node.operation is OperationType.QUERY

    @property
    def is_public(self) -> bool:
        """Whether it asks for nothing but the schema itself."""
        roots = limits.root_fields(self.node.selection_set, self.document.fragments)
        return self.is_query and all(name.startswith("__") for name in roots)

    def cost(self) -> int:
        """What it costs; InvalidOperation if its document is not valid."""
        if self.document.errors:
            raise InvalidOperation(self.document.errors)
        return limits.cost_of(EXECUTABLE, self.node, self.document.fragments, self.variables)


async def run(operation: Operation, context: Context | None, request_id: str, seconds: float) -> dict[str, Any]:
    """Executes a valid operation; ServiceUnavailable if it takes too long, InvalidOperation for wrong variables.

    Only a public operation does without a context.
    """
    try:
        async with asyncio.timeout(seconds):
            result = execute(
                EXECUTABLE,
                operation.document.ast,
                context_value=context,
                variable_values=dict(operation.variables),
                operation_name=operation.node.name.value if operation.node.name else None,
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
