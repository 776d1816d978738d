"""Every error leaves here: as an RFC 9457 problem document, or as an edge's own renderer writes it."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creatoraudit.errors import (
    BadRequest,
    CreatorAuditError,
    InternalError,
    MethodNotAllowed,
    NotFound,
    ServiceUnavailable,
    ValidationFailed,
)
from creatoraudit.http.clients import path_of
from creatoraudit.http.state import request_id_of
from creatoraudit.secrecy import bytes_without_keys

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    409: "Conflict",
    413: "Payload Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}

Render = Callable[[CreatorAuditError, Request], Response]
"""Writes an error as an answer."""

TOLD: Counter[str] = Counter()
"""How many errors this process has told in problem documents, by their code."""

log = structlog.get_logger(__name__)


def problem(error: CreatorAuditError, request: Request) -> Response:
    """The error as a problem document."""
    return Response(
        bytes_without_keys(orjson.dumps(document(error, request))),
        error.status,
        headers=dict(error.headers),
        media_type=MEDIA_TYPE,
    )


def document(error: CreatorAuditError, request: Request) -> dict[str, Any]:
    """The members of the error's problem document, in their order."""
    TOLD[error.code] += 1
    members: dict[str, Any] = {
        "type": f"urn:creatoraudit:error:{error.code.lower().replace('_', '-')}",
        "title": TITLES[error.status],
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "instance": path_of(request.scope),
        "request_id": request_id_of(request.scope),
    }
    if isinstance(error, ValidationFailed):
        members["errors"] = [{"field": one.field, "message": one.message} for one in error.errors]
    return members


def known(error: Exception, scope: Scope) -> CreatorAuditError:
    """The error as one of ours: unforeseen ones are logged with the request's id and masked."""
    if isinstance(error, HTTPException):
        error = _of_starlette(error)
    if not isinstance(error, CreatorAuditError):
        log.error("unforeseen error", request_id=request_id_of(scope), path=path_of(scope), exc_info=error)
        return InternalError()
    if error.status >= ServiceUnavailable.status:
        log.warning(error.detail, request_id=request_id_of(scope), path=path_of(scope), exc_info=error)
    return error


class Problems:
    """Answers with whatever the layers inside raise, written by `render`."""

    def __init__(self, app: ASGIApp, render: Render = problem) -> None:
        self.app = app
        self.render = render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        except ClientDisconnect:
            return
        except Exception as error:
            if started:  # too late for another answer: the server cuts the connection
                raise
            await self.render(known(error, scope), Request(scope))(scope, receive, send)


def http_problem(request: Request, error: Exception) -> Response:
    """The error as a problem document, as Starlette's routes want their handlers."""
    return problem(known(error, request.scope), request)


def _of_starlette(error: HTTPException) -> Exception:
    match error.status_code:
        case 400:
            return BadRequest("The request could not be read.")
        case 404:
            return NotFound("Path")
        case 405:
            allow = ", ".join(sorted((error.headers or {})["Allow"].split(", ")))
            return MethodNotAllowed(f"This path allows {allow}.", headers={"Allow": allow})
        case _:
            return error
