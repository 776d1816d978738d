"""The application: its routes, its layers and what it holds while it serves, as data."""

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
from creatoraudit.http.request_id import RequestId
from creatoraudit.http.state import State, base_url_of
from creatoraudit.http.static import static_app
from creatoraudit.ingestion.sources.registry import opened_sources
from creatoraudit.ingestion.worker import Worker, working
from creatoraudit.rate_limits import RateLimits
from creatoraudit.rest import routes as rest
from creatoraudit.settings import Settings
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

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(settings, worker) as app.state.opened:
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
            *graphql.routes(settings),
            Mount("/static", static_app),
        ],
        middleware=[
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
    settings = Settings()
    logs.configure(settings.log_level)
    return create_app(settings)


def without_worker() -> Starlette:
    """Like `from_environment`, and refreshes nothing."""
    settings = Settings()
    logs.configure(settings.log_level)
    return create_app(settings, worker=None)


@asynccontextmanager
async def opened(settings: Settings, worker: Actor | None = None) -> AsyncIterator[State]:
    """Everything a process holds while it serves; a SQLite file is brought to this version's schema first."""
    url = settings.database_url.get_secret_value()
    replica_url = settings.database_replica_url.get_secret_value() if settings.database_replica_url else None
    db = Database(url, pool_size=settings.database_pool_size, replica_url=replica_url)
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    rate_limits, events, writes = RateLimits(redis_url), Events(redis_url), Writes(redis_url)
    try:
        if is_sqlite(db.url):
            await migrate.upgrade(url)
        elif await migrate.current(url) != migrate.latest():
            raise RuntimeError("The database lacks migrations: run `creatoraudit db upgrade` and start again.")
        async with _refreshing(settings, db, events, worker):
            yield State(settings, db, rate_limits, events, writes, Keys(db), Proxies(settings.trusted_proxies))
    finally:
        await writes.close()
        await events.close()
        await rate_limits.close()
        await db.close()


@asynccontextmanager
async def _refreshing(settings: Settings, db: Database, events: Events, actor: Actor | None) -> AsyncIterator[None]:
    if actor is None:
        yield
        return
    async with opened_sources(settings) as sources, working(Worker(db, sources, settings, events, actor=actor)):
        yield


async def _index(request: Request) -> Response:
    return index_page(base_url_of(request.scope))


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
