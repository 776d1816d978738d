"""GraphQL over HTTP: POST and GET, both media types, and GraphiQL for people."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from creatoraudit.errors import (
    BadRequest,
    CreatorAuditError,
    MethodNotAllowed,
    NotAcceptable,
    RateLimited,
    UnsupportedMediaType,
)
from creatoraudit.graphql import limits
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.documents import Documents, TrustedDocuments
from creatoraudit.graphql.errors import InvalidOperation, refused
from creatoraudit.graphql.execution import Operation, run
from creatoraudit.graphql.schema import EXECUTABLE
from creatoraudit.http.auth import authenticate, bearer_key, charge_address
from creatoraudit.http.body import parse, read
from creatoraudit.http.guard import Methods, guarded
from creatoraudit.http.negotiation import JSON, media_type, preferred
from creatoraudit.http.pages import graphiql_page
from creatoraudit.http.problems import Problems, known
from creatoraudit.http.rate_limit import announce, charge
from creatoraudit.http.state import actor_of, request_id_of, state_of
from creatoraudit.rate_limits import Window
from creatoraudit.settings import Settings

PATH = "/graphql"
GRAPHQL_JSON = "application/graphql-response+json"
HTML = "text/html"
COST_HEADER = "x-graphql-cost"


class Words(NamedTuple):
    """The parameters of a request."""

    query: str | None
    document_id: str | None
    operation_name: str | None
    variables: Mapping[str, Any]


def routes(settings: Settings) -> list[Route]:
    """The endpoint; its trusted documents are read now."""
    endpoint = Endpoint(settings)
    methods = {"GET": endpoint.get, "POST": endpoint.post}
    apps = {name: guarded(handler, public=True, produces=None, render=render) for name, handler in methods.items()}
    return [Route(PATH, Problems(Methods(apps), render))]


def render(error: CreatorAuditError, request: Request) -> Response:
    """An error of a request of which nothing was executed; clients of plain JSON get 200 for an invalid operation."""
    media = _preferred_media(request.scope) or JSON
    status = 200 if media == JSON and isinstance(error, InvalidOperation) else error.status
    return _response(refused(error, request_id_of(request.scope)), media, status, error.headers)


class Endpoint:
    """Answers requests; it reads the operation before it decides whether a key is needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._documents = Documents(EXECUTABLE, settings)
        self._trusted = TrustedDocuments(settings.graphql_documents)

    async def get(self, request: Request) -> Response:
        """Executes a query, or shows a browser GraphiQL."""
        if preferred(request.scope, (JSON, GRAPHQL_JSON, HTML)) == HTML:
            page = graphiql_page()
            page.headers.add_vary_header("Accept")
            return page
        window = await _identify(request.scope)
        media = _media(request.scope)
        return _response(await self._answer(request.scope, _words(_of_url(request)), window), media)

    async def post(self, request: Request) -> Response:
        """Executes one operation, or a batch of them where that is allowed."""
        window = await _identify(request.scope)
        media = _media(request.scope)
        if media_type(request.scope) != JSON:
            raise UnsupportedMediaType(f"The body must be {JSON}.")
        sent = parse(await read(request.scope, request.receive))
        if isinstance(sent, list):
            return _response(await self._batch(request.scope, sent, window), media)
        return _response(await self._answer(request.scope, _words(sent), window), media)

    async def _batch(self, scope: Scope, sent: list[Any], window: Window | None) -> list[dict[str, Any]]:
        """The answers to each operation, one after the other; each is charged as if it had come alone."""
        most = self._settings.graphql_max_batch
        if not 1 <= len(sent) <= most:
            raise BadRequest(f"A batch must have 1 to {most} operations." if most else "Batches are not accepted here.")
        answers = []
        for index, one in enumerate(sent):
            try:
                if window is not None and index > 0:
                    window = await charge(scope)
                answers.append(await self._answer(scope, _words(one), window))
            except Exception as error:  # noqa: BLE001 - one operation's failure is not the others'
                answers.append(refused(known(error, scope), request_id_of(scope)))
        return answers

    async def _answer(self, scope: Scope, words: Words, window: Window | None) -> dict[str, Any]:
        document = self._documents.read(self._source(words))
        operation = Operation(document, document.operation(words.operation_name), words.variables)
        if scope["method"] != "POST" and not operation.is_query:
            raise MethodNotAllowed("Only queries can be sent by GET.", headers={"Allow": "POST"})
        if window is None and not operation.is_public:
            await authenticate(scope, None)
        cost = operation.cost()
        limits.check_cost(cost, self._settings)
        context = await _charged(scope, window, -(-cost // limits.UNIT))
        answer = await run(operation, context, request_id_of(scope), self._settings.graphql_timeout)
        if Headers(scope=scope).get(COST_HEADER, "").lower() == "true":
            answer["extensions"] = {"cost": {"requested": cost, "limit": self._settings.graphql_max_cost}}
        return answer

    def _source(self, words: Words) -> str:
        if words.document_id is not None and words.query is not None:
            raise BadRequest("query and documentId must not be sent together.")
        if words.document_id is not None:
            return self._trusted.source(words.document_id)
        if self._settings.graphql_documents_only:
            raise BadRequest("documentId is required: only documents that this server knows are executed.")
        if words.query is None:
            raise BadRequest("query is required: the text of a GraphQL document.")
        return words.query


async def _identify(scope: Scope) -> Window | None:
    """Finds out whose key was sent, and charges one unit; None if there is no key."""
    key = bearer_key(scope)
    if key is None:
        return None
    await authenticate(scope, key)
    return await charge(scope)


async def _charged(scope: Scope, window: Window | None, units: int) -> Context | None:
    """Charges what an operation takes beyond the first unit, and makes its context; None without a key."""
    if window is None:
        await charge_address(scope, units)
        return None
    state = state_of(scope)
    if units > 1:
        try:
            window = await charge(scope, units - 1)
        except RateLimited:
            announce(scope, await state.rate_limits.refund(window))
            raise
    return Context(state.db, actor_of(scope), state.keys, window)


def _preferred_media(scope: Scope) -> str | None:
    """The media type to answer with: plain JSON for those who do not name the other one; None for neither."""
    named = GRAPHQL_JSON in ",".join(Headers(scope=scope).getlist("accept")).lower()
    return preferred(scope, (GRAPHQL_JSON, JSON) if named else (JSON,))


def _media(scope: Scope) -> str:
    media = _preferred_media(scope)
    if media is None:
        raise NotAcceptable(f"This endpoint answers with {GRAPHQL_JSON} or {JSON}.")
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


def _words(sent: object) -> Words:
    if not isinstance(sent, dict):
        raise BadRequest("The body must be a JSON object.")
    for name, kind, what in _PARAMETERS:
        if not isinstance(sent.get(name), kind | None):
            raise BadRequest(f"{name} must be {what}.")
    return Words(
        sent.get("query"), sent.get("documentId"), sent.get("operationName") or None, sent.get("variables") or {}
    )


_PARAMETERS: tuple[tuple[str, type, str], ...] = (
    ("query", str, "a string"),
    ("documentId", str, "a string"),
    ("operationName", str, "a string"),
    ("variables", dict, "a JSON object"),
    ("extensions", dict, "a JSON object"),
)


def _response(
    answer: dict[str, Any] | list[dict[str, Any]],
    media: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    told = {"Vary": "Accept", **(headers or {})}
    return Response(orjson.dumps(answer), status, told, f"{media}; charset=utf-8")
