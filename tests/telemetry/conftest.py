"""The application with its telemetry on; that it tells the same on both databases is shown where they differ."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import structlog
from starlette.applications import Starlette

from collected import Collector, Page, collecting, scraped
from creatoraudit.app import create_app
from creatoraudit.settings import Settings

Scrape = Callable[[], Awaitable[Page]]


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database; a test that depends on its kind asks for both."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "empty_postgres_url")
    return url


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """Where spans are sent."""
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        yield collector


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Figures are served on a port that is free."""
    return Settings(database_url=database_url, metrics_port=0, graphql_max_batch=5)


@pytest.fixture
async def told() -> AsyncIterator[list[str]]:
    """Where figures are served, once they are."""
    urls: list[str] = []

    def note(_logger: object, _name: str, event: dict[str, str]) -> dict[str, str]:
        if event["event"] == "metrics are served":
            urls.append(event["url"])
        return event

    before = structlog.get_config()["processors"]
    structlog.configure(processors=[note, *before])
    yield urls
    structlog.configure(processors=before)


@pytest.fixture
async def app(settings: Settings, told: list[str]) -> AsyncIterator[Starlette]:
    """The started application."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        app.state.metrics_url = told[-1] if told else None
        yield app


@pytest.fixture
def scrape(app: Starlette) -> Scrape:
    """Reads the figures, as Prometheus does, from outside of the event loop."""
    return lambda: asyncio.to_thread(scraped, app.state.metrics_url)
