"""What an endpoint of the API is, as data, and what its handler is given of a request."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Concatenate, Generic, Literal, TypeVar

from pydantic import BaseModel, RootModel, create_model
from starlette.requests import Request
from starlette.responses import Response

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor, KeyScope
from creatoraudit.domain.validation import Input, UUIDText, validate
from creatoraudit.errors import CreatorAuditError
from creatoraudit.http.body import body_of
from creatoraudit.http.databases import reading, writing
from creatoraudit.http.state import actor_of, base_url_of, state_of
from creatoraudit.rest.params import NoParams, Params, QueryString

Q = TypeVar("Q")
B = TypeVar("B")

PREFIX = "/v2"

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Tag(StrEnum):
    """What endpoints are grouped by."""

    SYSTEM = "System"
    ACCOUNTS = "Accounts"
    VIDEOS = "Videos"
    ACCOUNT_VIDEOS = "Account videos"
    CREATORS = "Creators"
    ANALYTICS = "Analytics"
    SEARCH = "Search"


class HTMLPage(RootModel[str]):
    """A page for people."""


@dataclass(frozen=True, slots=True)
class Call(Generic[Q, B]):
    """One request, judged: who asks, what for, and which URL it came to."""

    db: Database
    caller: Actor | None
    query: Q
    body: B
    idempotency_key: str | None
    base_url: str
    """The absolute URL of the API, with its version."""
    path: str
    """The request's path below that."""
    sourced: frozenset[str]
    """The platforms that are refreshed."""
    raw_query: bytes

    @property
    def actor(self) -> Actor:
        """The caller; only public endpoints have none."""
        if self.caller is None:
            raise TypeError("a public endpoint acts for nobody")
        return self.caller

    @property
    def url(self) -> str:
        """The absolute URL of the request, without its query string."""
        return self.base_url + self.path


Handler = Callable[Concatenate[Call[Q, B], ...], Awaitable[Response]]
"""Answers a call; the ids in the path come as keyword arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[Q, B]):
    """One method of one path: how it is asked, what it does and how it answers."""

    method: Method
    path: str
    handler: Handler[Q, B]
    tag: Tag
    summary: str
    description: str
    answers: Mapping[int, type[BaseModel] | None]
    """The model of the body of each successful answer; None for an empty one."""
    query: QueryString[Q] | None = None
    """What the query string may say; None allows nothing."""
    body: type[B] | None = None
    errors: tuple[type[CreatorAuditError], ...] = ()
    """What may go wrong here besides what may go wrong everywhere."""
    scope: KeyScope = KeyScope.READ
    public: bool = False
    idempotent: bool = False
    """Whether an Idempotency-Key makes it safe to repeat."""

    @property
    def operation_id(self) -> str:
        """The operation's name for programs."""
        first, *rest = self.handler.__name__.split("_")
        return first + "".join(word.capitalize() for word in rest)

    @property
    def path_ids(self) -> tuple[str, ...]:
        """The names of the ids in the path."""
        return tuple(_PATH_ID.findall(self.path))


AnyEndpoint = Endpoint[Any, Any]

_PATH_ID = re.compile(r"\{(\w+)\}")


def answering(endpoint: AnyEndpoint) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint as a function of a request that has passed all earlier checks: judges, calls, answers."""
    handler, body, query = endpoint.handler, endpoint.body, endpoint.query or Params(NoParams)
    ids = create_model("PathIds", __base__=Input, **dict.fromkeys(endpoint.path_ids, (UUIDText, ...)))  # type: ignore[call-overload]

    database = reading if endpoint.scope is KeyScope.READ else writing

    async def answer(request: Request) -> Response:
        scope = request.scope
        in_path = dict(validate(ids, request.path_params)) if endpoint.path_ids else {}
        call = Call(
            db=database(scope),
            caller=None if endpoint.public else actor_of(scope),
            query=query.parse(scope["query_string"]),
            body=None if body is None else validate(body, body_of(scope)),
            idempotency_key=request.headers.get("idempotency-key") if endpoint.idempotent else None,
            base_url=base_url_of(scope) + PREFIX,
            path=scope["path"].removeprefix(PREFIX),
            sourced=state_of(scope).sourced,
            raw_query=scope["query_string"],
        )
        return await handler(call, **in_path)

    return answer
