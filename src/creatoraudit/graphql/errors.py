"""Errors as GraphQL writes them: ours with REST's code, anything unforeseen masked and logged."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import structlog
from graphql import GraphQLError

from creatoraudit.errors import BadRequest, CreatorAuditError, InternalError, RateLimited, ValidationFailed
from creatoraudit.secrecy import without_keys

TOLD: Counter[str] = Counter()
"""How many errors this process has told, by their code."""

MAX_MESSAGE = 500
"""Characters of a message: what graphql-core quotes of an operation may be as long as that."""

MAX_LOCATIONS = 10

log = structlog.get_logger(__name__)


class InvalidOperation(BadRequest):
    """The document or its variables are wrong: nothing was executed."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__("The operation is not valid.")
        self.errors = tuple(errors)


def refused(error: CreatorAuditError, request_id: str) -> dict[str, Any]:
    """The answer to a request of which nothing was executed."""
    if isinstance(error, InvalidOperation):
        return {"errors": [_located(one) | _extensions(error, request_id) for one in error.errors]}
    return {"errors": [_of_ours(error, request_id)]}


def failed(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """An error that a resolver raised, or the executor on its behalf."""
    cause = error.original_error
    if isinstance(cause, CreatorAuditError):
        return _located(error) | _of_ours(cause, request_id)
    if cause is None or (isinstance(cause, GraphQLError) and cause.nodes):  # the client's arguments, by graphql-core
        return _located(error) | _extensions(InvalidOperation([error]), request_id)
    log.error("unforeseen error", request_id=request_id, path=error.path, exc_info=cause)
    return _located(error) | _of_ours(InternalError(), request_id)


def _of_ours(error: CreatorAuditError, request_id: str) -> dict[str, Any]:
    if isinstance(error, ValidationFailed) and error.errors:
        message = "; ".join(f"{one.field} {one.message}" for one in error.errors)
        return {"message": without_keys(f"{message}."), **_extensions(error, request_id)}
    return {"message": without_keys(error.detail), **_extensions(error, request_id)}


def _extensions(error: CreatorAuditError, request_id: str) -> dict[str, Any]:
    TOLD[error.code] += 1
    extensions: dict[str, Any] = {"code": error.code, "requestId": request_id}
    if isinstance(error, ValidationFailed):
        extensions["errors"] = [{"field": without_keys(one.field), "message": one.message} for one in error.errors]
    if isinstance(error, RateLimited):
        extensions["retryAfter"] = int(error.headers["Retry-After"])
    return {"extensions": extensions}


def _located(error: GraphQLError) -> dict[str, Any]:
    message = without_keys(error.message)
    located: dict[str, Any] = {"message": message if len(message) <= MAX_MESSAGE else f"{message[:MAX_MESSAGE]}…"}
    if error.locations:
        located["locations"] = [{"line": at.line, "column": at.column} for at in error.locations[:MAX_LOCATIONS]]
    if error.path is not None:
        located["path"] = error.path
    return located
