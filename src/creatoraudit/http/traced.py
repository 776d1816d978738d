"""A span for each request, which goes on with the trace of whoever sent it; only where traces are wanted."""

from opentelemetry.context import attach, detach
from opentelemetry.semconv.attributes import http_attributes as http
from opentelemetry.semconv.attributes import network_attributes as network
from opentelemetry.semconv.attributes import url_attributes as url
from opentelemetry.trace import Span, set_span_in_context
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creatoraudit.http.access_log import CLIENT_CLOSED_REQUEST
from creatoraudit.http.routed import OTHER, method_of, route_of
from creatoraudit.http.state import ACTOR, REQUEST_ID
from creatoraudit.telemetry.traces import Traces, fail

_FAULT = 500


class Traced:
    """Outside of every layer but the one that measures; a stream's span ends with its beginning, a WebSocket's too.

    A path is told by its route: what clients write into paths may be a name.
    """

    def __init__(self, app: ASGIApp, traces: Traces) -> None:
        self.app = app
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        method = method_of(scope)
        attributes = {
            http.HTTP_REQUEST_METHOD: method,
            url.URL_SCHEME: scope["scheme"],
            network.NETWORK_PROTOCOL_VERSION: scope.get("http_version", "1.1"),
        }
        name = "HTTP" if method == OTHER else method
        span = self._traces.serve(name, scope["headers"], attributes)
        token = attach(set_span_in_context(span))
        try:
            if span.is_recording():
                await self._record(span, name, scope, receive, send)
            else:  # whatever is below finds out by this span that nothing of it is recorded
                await self.app(scope, receive, send)
        finally:
            detach(token)

    async def _record(self, span: Span, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        status = CLIENT_CLOSED_REQUEST

        async def send_noting(message: Message) -> None:
            nonlocal status
            await send(message)
            match message["type"]:
                case "http.response.start" | "websocket.http.response.start":
                    status = message["status"]
                case "websocket.accept":
                    status = 101
                    _end(span, name, scope, status)
                case "http.response.body" | "websocket.close":
                    _end(span, name, scope, status)

        try:
            await self.app(scope, receive, send_noting)
        except Exception as error:
            fail(span, type(error).__name__)
            raise
        finally:
            _end(span, name, scope, status)


def _end(span: Span, name: str, scope: Scope, status: int) -> None:
    if not span.is_recording():
        return
    if route := route_of(scope):
        span.update_name(f"{name} {route}")
        span.set_attribute(http.HTTP_ROUTE, route)
        span.set_attribute(url.URL_PATH, route)
    span.set_attribute(http.HTTP_RESPONSE_STATUS_CODE, status)
    span.set_attribute("creatoraudit.request_id", scope.get(REQUEST_ID, ""))
    actor = scope.get(ACTOR)
    if actor is not None:
        span.set_attribute("creatoraudit.organization_id", actor.organization_id)
    if status >= _FAULT:
        fail(span, str(status))
    span.end()
