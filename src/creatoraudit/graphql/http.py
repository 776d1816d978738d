"""GraphQL over HTTP: POST and GET, the media types of single answers and of streams, and GraphiQL for people."""

from collections.abc import Mapping
from typing import Any

from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Scope

from creatoraudit.errors import (
    BadRequest,
    CreatorAuditError,
    MethodNotAllowed,
    NotAcceptable,
    UnsupportedMediaType,
)
from creatoraudit.graphql.errors import InvalidOperation, refused
from creatoraudit.graphql.event_streams import EVENT_STREAM, EventStream, once
from creatoraudit.graphql.execution import Admitted, Asked, Run, answers
from creatoraudit.graphql.requests import Operations, Words, admit, words_of
from creatoraudit.graphql.scalars import encoded
from creatoraudit.graphql.sockets import Sockets
from creatoraudit.graphql.watched import watched
from creatoraudit.http.auth import authenticate, bearer_key
from creatoraudit.http.body import parse, read
from creatoraudit.http.guard import Methods, guarded
from creatoraudit.http.headers import sent_header
from creatoraudit.http.negotiation import JSON, media_type, preferred
from creatoraudit.http.pages import graphiql_page
from creatoraudit.http.problems import Problems, known
from creatoraudit.http.rate_limit import charge
from creatoraudit.http.state import request_id_of
from creatoraudit.rate_limits import Window
from creatoraudit.settings import Settings
from creatoraudit.telemetry import OFF, Telemetry

PATH = "/graphql"
GRAPHQL_JSON = "application/graphql-response+json"
HTML = "text/html"
COST_HEADER = b"x-graphql-cost"
PLAN_HEADER = b"x-graphql-plan"

METHODS = {
    OperationType.QUERY: ("GET", "HEAD", "POST"),
    OperationType.MUTATION: ("POST",),
    OperationType.SUBSCRIPTION: ("GET", "POST"),
}
"""By which methods operations of a kind are sent."""


def routes(settings: Settings, telemetry: Telemetry = OFF) -> list[BaseRoute]:
    """The endpoint, over HTTP and over WebSockets."""
    operations = Operations(settings)
    run = watched(settings, telemetry, operations.documents)
    endpoint = Endpoint(settings, operations, run)
    methods = {"GET": endpoint.get, "POST": endpoint.post}
    apps = {name: guarded(handler, public=True, produces=None) for name, handler in methods.items()}
    return [Route(PATH, Problems(Methods(apps), render)), WebSocketRoute(PATH, Sockets(operations, run))]


def render(error: CreatorAuditError, request: Request) -> Response:
    """An error of a request of which nothing was executed; plain JSON and streams get 200 for an invalid operation."""
    media = _preferred_media(request.scope) or JSON
    answer = refused(error, request_id_of(request.scope))
    if media == EVENT_STREAM:
        if isinstance(error, InvalidOperation):
            return EventStream(once(answer))
        media = JSON
    status = 200 if media == JSON and isinstance(error, InvalidOperation) else error.status
    return _response(answer, media, status, error.headers)


class Endpoint:
    """Answers requests; it reads the operation before it decides whether a key is needed."""

    def __init__(self, settings: Settings, operations: Operations, run: Run) -> None:
        self._settings = settings
        self._operations = operations
        self._run = run

    async def get(self, request: Request) -> Response:
        """Executes a query, or shows a browser GraphiQL."""
        if preferred(request.scope, (JSON, GRAPHQL_JSON, EVENT_STREAM, HTML)) == HTML:
            page = graphiql_page()
            page.headers.add_vary_header("Accept")
            return page
        window = await _identify(request.scope)
        media = _media(request.scope)
        return await self._respond(request.scope, words_of(_of_url(request)), window, media)

    async def post(self, request: Request) -> Response:
        """Executes one operation, or a batch of them where that is allowed."""
        window = await _identify(request.scope)
        media = _media(request.scope)
        if media_type(request.scope) != JSON:
            raise UnsupportedMediaType(f"The body must be {JSON}.")
        sent = parse(await read(request.scope, request.receive))
        if not isinstance(sent, list):
            return await self._respond(request.scope, words_of(sent), window, media)
        if media == EVENT_STREAM:
            raise NotAcceptable(f"A batch is answered with {GRAPHQL_JSON} or {JSON}.")
        return _response(await self._batch(request.scope, sent, window), media)

    async def _respond(self, scope: Scope, words: Words, window: Window | None, media: str) -> Response:
        admitted = await self._admit(scope, words, window)
        listens = (
            admitted.asked.operation.kind is OperationType.SUBSCRIPTION
            and preferred(scope, (EVENT_STREAM,)) is not None
        )
        if listens or media == EVENT_STREAM:
            found = answers(admitted, request_id_of(scope), self._settings.graphql_timeout, self._run)
            return EventStream(found, bearer_key(scope))
        return _response(await self._execute(scope, admitted), media)

    async def _batch(self, scope: Scope, sent: list[Any], window: Window | None) -> list[dict[str, Any]]:
        """The answers to each operation, one after the other; each is charged as if it had come alone."""
        most = self._settings.graphql_max_batch
        if not 1 <= len(sent) <= most:
            raise BadRequest(f"A batch must have 1 to {most} operations." if most else "Batches are not accepted here.")
        found = []
        for index, one in enumerate(sent):
            try:
                if window is not None and index > 0:
                    window = await charge(scope)
                found.append(await self._execute(scope, await self._admit(scope, words_of(one), window)))
            except Exception as error:  # noqa: BLE001 - one operation's failure is not the others'
                found.append(refused(known(error, scope), request_id_of(scope)))
        return found

    async def _admit(self, scope: Scope, words: Words, window: Window | None) -> Admitted:
        asked = self._operations.find(words)
        kind = asked.operation.kind
        allowed = METHODS[kind]
        if scope["method"] not in allowed:
            raise MethodNotAllowed(
                f"A {kind.value} is sent by {' or '.join(allowed)}.", headers={"Allow": ", ".join(allowed)}
            )
        return await admit(scope, asked, window)

    async def _execute(self, scope: Scope, admitted: Admitted) -> dict[str, Any]:
        asked, _, cost = admitted
        if asked.operation.kind is OperationType.SUBSCRIPTION:
            raise NotAcceptable(f"A subscription is answered with {EVENT_STREAM}, or over a WebSocket.")
        answer = await self._run(admitted, request_id_of(scope), self._settings.graphql_timeout)
        extensions: dict[str, Any] = {}
        if sent_header(scope, COST_HEADER).lower() == "true":
            extensions["cost"] = {"requested": cost, "limit": self._settings.graphql_max_cost}
        if sent_header(scope, PLAN_HEADER).lower() == "true":
            extensions["plan"] = _executor(asked)
        return answer | {"extensions": extensions} if extensions else answer


def _executor(asked: Asked) -> dict[str, str | None]:
    """Which executor an operation has, and why it is graphql-core."""
    reason = asked.fallback
    return {"executor": "plan" if reason is None else "graphql-core", "reason": reason}


async def _identify(scope: Scope) -> Window | None:
    """Finds out whose key was sent, and charges one unit; None if there is no key."""
    key = bearer_key(scope)
    if key is None:
        return None
    await authenticate(scope, key)
    return await charge(scope)


def _preferred_media(scope: Scope) -> str | None:
    """The media type to answer with: plain JSON for those who do not name another one; None for none of them."""
    named = sent_header(scope, b"accept").lower()
    return preferred(scope, (*(one for one in (GRAPHQL_JSON, JSON, EVENT_STREAM) if one == JSON or one in named),))


def _media(scope: Scope) -> str:
    media = _preferred_media(scope)
    if media is None:
        raise NotAcceptable(f"This endpoint answers with {GRAPHQL_JSON}, {JSON} or {EVENT_STREAM}.")
    return media


def _of_url(request: Request) -> dict[str, Any]:
    """A GET's parameters, as a POST would have them."""
    sent: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in sent:
            raise BadRequest(f"{name} must be given only once.")
        sent[name] = value
    for name in ("variables", "extensions"):
        if name in sent:
            try:
                sent[name] = parse(sent[name].encode())
            except BadRequest:
                raise BadRequest(f"{name} must be a JSON object.") from None
    return sent


def _response(
    answer: dict[str, Any] | list[dict[str, Any]],
    media: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    told = {"Vary": "Accept", **(headers or {})}
    return Response(encoded(answer), status, told, f"{media}; charset=utf-8")
