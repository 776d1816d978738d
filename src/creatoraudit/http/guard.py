"""What a request passes before its handler sees it, in the order in which the API promises its errors."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from creatoraudit.domain.actor import KeyScope
from creatoraudit.errors import MethodNotAllowed
from creatoraudit.http.auth import Authentication
from creatoraudit.http.body import JSONObject, NoBody
from creatoraudit.http.etag import ETag
from creatoraudit.http.negotiation import JSON_ANSWERS, Acceptable, ContentType
from creatoraudit.http.rate_limit import RateLimit
from creatoraudit.http.state import actor_of

Handler = Callable[[Request], Awaitable[Response]]
Body = Literal["object", "none", "unread"]
"""A JSON object for `body_of`, nothing at all, or whatever: the handler looks after it."""


def guarded(
    handler: Handler,
    *,
    public: bool = False,
    scope: KeyScope | None = None,
    produces: Sequence[str] | None = JSON_ANSWERS,
    body: Body = "unread",
    etag: bool = False,
) -> ASGIApp:
    """The handler behind the checks of its route: key, rate limit, scope, 406, 415, 413, 400, in that order.

    Where `public`, no key is asked for and nothing is charged; where `produces` is None, every Accept will do.
    """
    app: ASGIApp = Endpoint(handler)
    if etag:
        app = ETag(app)
    if body == "object":
        app = ContentType(JSONObject(app))
    elif body == "none":
        app = NoBody(app)
    if produces is not None:
        app = Acceptable(app, produces)
    if scope is not None:
        app = RequiredScope(app, scope)
    if not public:
        app = Authentication(RateLimit(app))
    return app


def route(path: str, methods: Mapping[str, ASGIApp]) -> Route:
    """One path with all its methods; HEAD comes with GET."""
    return Route(path, Methods(methods))


class Methods:
    """Passes a request on by its method, or names those that there are."""

    def __init__(self, methods: Mapping[str, ASGIApp]) -> None:
        self.apps = dict(methods)
        if "GET" in self.apps:
            self.apps.setdefault("HEAD", self.apps["GET"])
        self.allow = ", ".join(sorted(self.apps))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.apps.get(scope["method"])
        if app is None:
            raise MethodNotAllowed(f"This path allows {self.allow}.", headers={"Allow": self.allow})
        await app(scope, receive, send)


class RequiredScope:
    """Lets only keys pass that have the scope."""

    def __init__(self, app: ASGIApp, required: KeyScope) -> None:
        self.app = app
        self.required = required

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        actor_of(scope).require(self.required)
        await self.app(scope, receive, send)


class Endpoint:
    """A handler as an ASGI application."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.handler(Request(scope, receive, send))
        await response(scope, receive, send)
