"""What a small request is made of: how much less processor time it takes when one part of its way is left out.

The application is asked in this process, as uvicorn would ask it; what reading and writing HTTP takes comes on top.
"""

import asyncio
import gc
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

import uvloop
from starlette.applications import Starlette

from benchmarks import cores, operations
from benchmarks.operations import OPERATIONS
from benchmarks.worlds import World
from creatoraudit.app import create_app
from creatoraudit.db.engine import Database
from creatoraudit.graphql import documents, execution, limits
from creatoraudit.graphql import http as graphql
from creatoraudit.http import access_log, auth, etag, keys, negotiation, rate_limit, request_id, state
from creatoraudit.rate_limits import Window
from creatoraudit.rest import envelopes
from creatoraudit.settings import Settings

BAR = 0.25
"""The largest share of a small request that checking who asks, and for how much, may have."""

WHOLE = "the whole request"
STATEMENT = "the statement"
CHECKS = "all of these"
"""Authentication, limits and the entity tag, left out at once."""

Progress = Callable[[int, int, str], Any]
Change = tuple[Any, str, Any]
"""An object, an attribute of it, and what that is replaced by."""


class Request(NamedTuple):
    """A request as uvicorn hands it over."""

    name: str
    method: str
    path: str
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""


class Part(NamedTuple):
    """A part of a request's way, and the changes that leave it out."""

    name: str
    changes: Sequence[Change]
    is_check: bool = False
    """Whether it belongs to what the bar is for."""


class Shares(NamedTuple):
    """What a request and each of its parts take: seconds of processor time, the least of all rounds."""

    request: str
    whole: float
    parts: Mapping[str, float]

    @property
    def checks(self) -> float:
        """The share of everything that the bar is for, left out at once."""
        return self.parts[CHECKS] / self.whole


def measure(world: World, rounds: int, times: int, progress: Progress) -> list[Shares]:
    """What the parts of a GraphQL and of a REST request take, over a world; logs have to be configured."""
    cores.serves()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measured(world, rounds, times, progress))


async def _measured(world: World, rounds: int, times: int, progress: Progress) -> list[Shares]:
    app = create_app(Settings(database_url=world.url), worker=None)
    async with app.router.lifespan_context(app):
        key = [(b"authorization", f"Bearer {world.key}".encode())]
        first = json.loads(await _ask(app, Request("list", "GET", "/v2/accounts", key)))
        account = first["data"][0]["id"]
        asked = (_graphql(account, key), Request("U", "GET", f"/v2/accounts/{account}", _HEADERS + key))
        return [await _shares(app, one, await _parts(app, one, world.key), rounds, times, progress) for one in asked]


_HEADERS = [
    (b"host", b"127.0.0.1:8000"),
    (b"user-agent", b"python-httpx/0.28"),
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip, deflate, br"),
    (b"connection", b"keep-alive"),
]


def _graphql(account: str, key: list[tuple[bytes, bytes]]) -> Request:
    (operation,) = (one for one in OPERATIONS if one.name == "G3")
    body = json.dumps(operations.body(operation, {"account": account})).encode()
    described = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    return Request("G3", "POST", graphql.PATH, _HEADERS + key + described, body)


async def _parts(app: Starlette, request: Request, key: str) -> list[Part]:
    """What can be left out of a request, with what stands in for it: whatever it came to the last time."""
    body = await _ask(app, request)
    actor = await app.state.opened.keys.authenticate(key)
    window = Window(limit=1, remaining=0, reset=0, allowed=True, name="", cost=1)
    known = [(auth, "bearer_key", lambda _: key), (keys.Keys, "authenticate", _returning(actor))]
    shared = [
        Part("request id", [(request_id.RequestId, "__call__", _named)]),
        Part("access log", [(access_log.AccessLog, "__call__", _through)]),
    ]
    if request.method == "GET":
        return [
            Part("authentication", known, is_check=True),
            Part("rate limit", [(rate_limit.RateLimit, "__call__", _through)], is_check=True),
            Part("ETag", [(etag.ETag, "__call__", _through)], is_check=True),
            Part("negotiation", [(negotiation.Acceptable, "__call__", _through)]),
            *shared,
            Part("the encoding", [(envelopes, "orjson", SimpleNamespace(dumps=lambda *_, **__: body))]),
        ]
    sent, answer = json.loads(request.body), json.loads(body)
    unlimited = [
        (documents.Operation, "cost", lambda *_: 0),
        (limits, "check_cost", lambda *_: None),
        (execution, "asyncio", SimpleNamespace(timeout=lambda _: _NoTimeout())),
    ]
    return [
        Part("authentication", [*known, (graphql, "bearer_key", lambda _: key)], is_check=True),
        Part("rate limit", [(graphql, "charge", _returning(window))], is_check=True),
        Part("limits on operations", unlimited, is_check=True),
        Part("negotiation", [(graphql, name, lambda _: negotiation.JSON) for name in ("_media", "media_type")]),
        *shared,
        Part("parsing the body", [(graphql, "parse", lambda _: sent)]),
        Part("the execution", [(graphql.Endpoint, "_execute", _returning(answer))]),
        Part("the encoding", [(graphql, "encoded", lambda _: body)]),
    ]


async def _through(self: Any, scope: Any, receive: Any, send: Any) -> None:
    await self.app(scope, receive, send)


async def _named(self: Any, scope: Any, receive: Any, send: Any) -> None:
    scope[state.REQUEST_ID] = "request"
    await self.app(scope, receive, send)


def _returning(value: Any) -> Callable[..., Awaitable[Any]]:
    async def returning(*_: Any, **__: Any) -> Any:
        return value

    return returning


def _remembering(fetch: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Fetches the rows of each statement once."""
    rows: dict[int, Any] = {}

    async def remembered(db: Any, statement: Any, *asked: Any) -> Any:
        if id(statement) not in rows:
            rows[id(statement)] = await fetch(db, statement, *asked)
        return rows[id(statement)]

    return remembered


class _NoTimeout:
    async def __aenter__(self) -> None: ...
    async def __aexit__(self, *_: object) -> None: ...


@contextmanager
def _changed(changes: Sequence[Change]) -> Iterator[None]:
    with ExitStack() as stack:
        for owner, attribute, instead in changes:
            stack.enter_context(patch.object(owner, attribute, instead))
        yield


async def _shares(
    app: Starlette, request: Request, parts: Sequence[Part], rounds: int, times: int, progress: Progress
) -> Shares:
    """Each part is left out in turn, round by round, so that other work on the machine meets all of them.

    The statement is left out with every part: what the driver and the system take differs by more than most parts are.
    """
    rows = [(Database, "fetch", _remembering(Database.fetch))]
    checks = [change for part in parts if part.is_check for change in part.changes]
    left_out = {
        WHOLE: [],
        STATEMENT: rows,
        **{part.name: [*rows, *part.changes] for part in parts},
        CHECKS: rows + checks,
    }
    least: dict[str, float] = {}
    for number in range(rounds):
        for place, (name, changes) in enumerate(left_out.items()):
            progress(number * len(left_out) + place, rounds * len(left_out), f"{request.name} without {name}")
            with _changed(changes):
                seconds = await _seconds(app, request, times)
            least[name] = min(seconds, least.get(name, seconds))
    whole, rest = least.pop(WHOLE), least.pop(STATEMENT)
    return Shares(request.name, whole, {STATEMENT: whole - rest} | {name: rest - one for name, one in least.items()})


async def _seconds(app: Starlette, request: Request, times: int) -> float:
    await _ask(app, request)
    gc.collect()
    start = time.process_time()
    for _ in range(times):
        await _ask(app, request)
    return (time.process_time() - start) / times


async def _ask(app: Starlette, request: Request) -> bytes:
    """The body of the answer; RuntimeError for any status but 200."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50_000),
        "scheme": "http",
        "root_path": "",
        "method": request.method,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": b"",
        "headers": request.headers,
        "state": {},
    }
    await app(scope, receive, send)
    start, body = sent
    if start["status"] != 200:  # noqa: PLR2004
        raise RuntimeError(f"{request.path} answered {start['status']}: {body['body'].decode()}")
    content: bytes = body["body"]
    return content
