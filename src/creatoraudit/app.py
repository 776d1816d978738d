"""The application: its routes, its layers and what it holds while it serves, as data."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount

from creatoraudit import logs
from creatoraudit.db import migrate
from creatoraudit.db.connections import is_sqlite
from creatoraudit.db.engine import Database
from creatoraudit.db.watched import database_of
from creatoraudit.domain.actor import SYSTEM, Actor
from creatoraudit.events import Events
from creatoraudit.graphql import http as graphql
from creatoraudit.http.access_log import AccessLog
from creatoraudit.http.clients import Proxies
from creatoraudit.http.guard import guarded, route
from creatoraudit.http.head import Head
from creatoraudit.http.headers import AnswerHeaders
from creatoraudit.http.health import healthz, readyz
from creatoraudit.http.keys import Keys
from creatoraudit.http.pages import index_page
from creatoraudit.http.paths import Paths
from creatoraudit.http.problems import Problems, http_problem
from creatoraudit.http.readings import read_events, read_state
from creatoraudit.http.request_id import RequestId
from creatoraudit.http.state import State, base_url_of
from creatoraudit.http.static import static_app
from creatoraudit.ingestion.sources.registry import opened_sources
from creatoraudit.ingestion.worker import Worker, working
from creatoraudit.rate_limits import RateLimits
from creatoraudit.rest import routes as rest
from creatoraudit.settings import Settings
from creatoraudit.telemetry import OFF, Telemetry, telemetry_of, telling
from creatoraudit.writes import Writes

EXPOSED_HEADERS = (
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "Retry-After",
    "WWW-Authenticate",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-ID",
)


def create_app(settings: Settings | None = None, *, worker: Actor | None = SYSTEM) -> Starlette:
    """The application for these settings, or for those of the environment.

    While it is up it refreshes what its `worker` reaches, at the platforms that the settings name a source for.
    """
    settings = settings or Settings()
    telemetry = telemetry_of(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(settings, worker, telemetry) as app.state.opened:
            yield

    app = Starlette(
        routes=[
            Paths(
                [
                    route("/", {"GET": guarded(_index, public=True, produces=None)}),
                    route("/healthz", {"GET": guarded(healthz, public=True, produces=None)}),
                    route("/readyz", {"GET": guarded(readyz, public=True, produces=None)}),
                    *rest.routes(),
                ]
            ),
            *graphql.routes(settings, telemetry),
            Mount("/static", static_app),
        ],
        middleware=[
            *_watching(telemetry),
            Middleware(AnswerHeaders),
            Middleware(RequestId),
            Middleware(AccessLog),
            *_cors(settings),
            Middleware(Head),
            Middleware(Problems),
        ],
        exception_handlers={HTTPException: http_problem},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def from_environment() -> Starlette:
    """The application as each process of a server makes it, with its logs."""
    return _served(worker=SYSTEM)


def without_worker() -> Starlette:
    """Like `from_environment`, and refreshes nothing."""
    return _served(worker=None)


_GARBAGE_AFTER = 10_000
"""How many new objects garbage is looked for among: more than most requests make, so that few wait for it."""


def _served(worker: Actor | None) -> Starlette:
    settings = Settings()
    logs.configure(settings.log_level)
    app = create_app(settings, worker=worker)
    gc.collect()
    gc.freeze()  # it lives as long as its process, and to look through all of it again took 100 ms each time
    gc.set_threshold(_GARBAGE_AFTER)
    return app


@asynccontextmanager
async def opened(settings: Settings, worker: Actor | None = None, telemetry: Telemetry = OFF) -> AsyncIterator[State]:
    """Everything a process holds while it serves; a SQLite file is brought to this version's schema first."""
    url = settings.database_url.get_secret_value()
    replica_url = settings.database_replica_url.get_secret_value() if settings.database_replica_url else None
    db = database_of(url, telemetry, pool_size=settings.database_pool_size, replica_url=replica_url)
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    rate_limits, events, writes = RateLimits(redis_url), Events(redis_url), Writes(redis_url)
    state = State(settings, db, rate_limits, events, writes, Keys(db), Proxies(settings.trusted_proxies))
    if telemetry.figures is not None:
        read_events(telemetry.figures, events)
        read_state(telemetry.figures, state)
    try:
        if is_sqlite(db.url):
            await migrate.upgrade(url)
        elif await migrate.current(url) != migrate.latest():
            raise RuntimeError("The database lacks migrations: run `creatoraudit db upgrade` and start again.")
        async with telling(telemetry, settings), _refreshing(settings, db, events, worker, telemetry):
            yield state
    finally:
        await writes.close()
        await events.close()
        await rate_limits.close()
        await db.close()


@asynccontextmanager
async def _refreshing(
    settings: Settings, db: Database, events: Events, actor: Actor | None, telemetry: Telemetry
) -> AsyncIterator[None]:
    if actor is None:
        yield
        return
    async with opened_sources(settings) as sources:
        worker = Worker(db, sources, settings, events, actor=actor, telemetry=telemetry)
        async with working(worker):
            yield


async def _index(request: Request) -> Response:
    return index_page(base_url_of(request.scope))


def _watching(telemetry: Telemetry) -> list[Middleware]:
    """The outermost layers, where somebody wants to know."""
    layers = []
    if telemetry.figures is not None:
        from creatoraudit.http.measured import Measured  # noqa: PLC0415 - only those who want it pay for it

        layers.append(Middleware(Measured, telemetry.figures))
    if telemetry.traces is not None:
        from creatoraudit.http.traced import Traced  # noqa: PLC0415 - likewise, and it needs an extra

        layers.append(Middleware(Traced, telemetry.traces))
    return layers


def _cors(settings: Settings) -> list[Middleware]:
    if not settings.cors_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PATCH", "PUT", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "If-None-Match",
                "X-GraphQL-Cost",
                "X-GraphQL-Plan",
                "X-Request-ID",
            ],
            expose_headers=EXPOSED_HEADERS,
        )
    ]
