"""Figures are those of what was done, on a port of their own, and on no other."""

import asyncio
import datetime as dt

import pytest
from httpx import AsyncClient
from starlette.applications import Starlette

from collected import scraped
from creatoraudit import clock
from creatoraudit.app import create_app
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import SYSTEM, Actor
from creatoraudit.domain.validation import Platform
from creatoraudit.events import CAPACITY, Refreshed
from creatoraudit.graphql.execution import run
from creatoraudit.graphql.watched import watched
from creatoraudit.ingestion import leases
from creatoraudit.ingestion.refresher import Refresher
from creatoraudit.ingestion.worker import Worker
from creatoraudit.settings import Settings
from creatoraudit.telemetry import OFF, telemetry_of
from factories import an_account, an_api_key
from scripted import Scripted
from telemetry.conftest import Scrape
from waiting import until

ACCOUNTS = "{ accounts(first: 3) { nodes { username creator { name } } } }"
BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


async def test_requests_are_counted_by_route_and_status(client: AsyncClient, scrape: Scrape) -> None:
    for path in ("/v2/whoami", "/v2/whoami", "/v2/accounts/nobody", "/nowhere", "/metrics"):
        await client.get(path)
    page = await scrape()

    def count(**labels: str) -> float:
        return page.value("creatoraudit_http_requests_total", **labels)

    assert count(route="/v2/whoami", method="GET", status="200") == 2
    assert count(route="/v2/accounts/{account_id}", status="422") == 1
    assert count(route="", status="404") == 2, "the port of the API has no figures"
    assert page.value("creatoraudit_http_request_seconds_count") == count() == 5
    assert page.value("creatoraudit_errors_total", edge="rest", code="NOT_FOUND") >= 2
    assert page.value("creatoraudit_http_requests_active") == 0


async def test_words_that_are_no_methods_are_one(client: AsyncClient, scrape: Scrape) -> None:
    for word in ("BREW", "PURGE"):
        await client.request(word, "/v2/whoami")
    page = await scrape()
    assert page.value("creatoraudit_http_requests_total", method="_OTHER", status="405") == 2


async def test_operations_are_measured_by_what_became_of_them(client: AsyncClient, scrape: Scrape) -> None:
    before = await scrape()

    async def send(query: str, **variables: object) -> None:
        await client.post("/graphql", json={"query": query, "variables": variables})

    for _ in range(3):
        await send(ACCOUNTS)
    await send('{ account(id: "nothing") { id } }')
    await send("query ($n: Int!) { accounts(first: $n) { totalCount } }", n="many")
    await send("{ nothing }")
    page = await scrape()

    def count(outcome: str) -> float:
        return page.value("creatoraudit_graphql_operation_seconds_count", type="query", outcome=outcome)

    assert (count("ok"), count("errors"), count("refused")) == (3, 1, 1)
    assert page.value("creatoraudit_graphql_operation_cost_sum", type="query") >= 3 * 7
    assert page.value("creatoraudit_graphql_documents_total", result="hit") == 2
    assert page.value("creatoraudit_graphql_documents_total", result="miss") == 4
    assert page.value("creatoraudit_graphql_documents_remembered") == 4

    def more(name: str, **labels: str) -> float:
        return page.value(name, **labels) - before.value(name, **labels)

    assert more("creatoraudit_graphql_executions_total", executor="plan") == 4
    assert more("creatoraudit_errors_total", edge="graphql", code="BAD_REQUEST") == 2


@BOTH
async def test_statements_and_transactions_are_measured(client: AsyncClient, scrape: Scrape, app: Starlette) -> None:
    before = await scrape()
    assert (await client.post("/v2/creators", json={"name": "Jo"})).status_code == 201
    assert (await client.post("/v2/accounts", json={"platform": "tiktok", "username": "jo"})).status_code == 201
    assert (await client.post("/v2/accounts", json={"platform": "tiktok", "username": "jo"})).status_code == 409
    page = await scrape()

    def more(name: str, **labels: str) -> float:
        return page.value(name, **labels) - before.value(name, **labels)

    assert more("creatoraudit_database_transaction_seconds_count", work="request", outcome="committed") == 2
    assert more("creatoraudit_database_transaction_seconds_count", work="request", outcome="rolled_back") == 1
    assert more("creatoraudit_database_statement_seconds_count", work="request", kind="write") >= 4
    assert more("creatoraudit_database_statement_seconds_count", work="request", kind="read") >= 1
    usage = app.state.opened.db.usage()
    for pool in ("read", "write"):
        assert page.value("creatoraudit_database_connections_most", pool=pool) == usage[pool].most >= 1
        assert page.value("creatoraudit_database_connections_used", pool=pool) == 0


@BOTH
async def test_connections_in_use_and_statements_that_fail_are_seen(scrape: Scrape, app: Starlette) -> None:
    db: Database = app.state.opened.db
    async with db.transaction():
        assert (await scrape()).value("creatoraudit_database_connections_used", pool="write") >= 1
    for _ in range(2):
        with pytest.raises(Exception, match="nothing"):
            await db._fetch("SELECT nothing FROM nowhere" if "sqlite" in str(db.url) else "SELECT nothing", [])
    assert (await scrape()).value("creatoraudit_database_statement_failures_total", kind="read") == 2


async def test_refusals_keys_and_events_are_counted(
    anonymous: AsyncClient, scrape: Scrape, app: Starlette, db: Database, organization: Actor
) -> None:
    limited = await an_api_key(db, organization, rate_limit=1)
    for _ in range(3):
        await anonymous.get("/v2/whoami", headers={"Authorization": f"Bearer {limited.key}"})
    events = app.state.opened.events
    async with events.subscribe(str(organization.organization_id), "account"):
        assert (await scrape()).value("creatoraudit_subscriptions") == 1
        for _ in range(CAPACITY + 1):
            await events.publish(Refreshed(str(organization.organization_id), "account", "1"))
    page = await scrape()
    assert page.value("creatoraudit_rate_limit_refusals_total", of="key") == 2
    assert page.value("creatoraudit_rate_limit_refusals_total", of="address") == 0
    assert page.value("creatoraudit_keys_remembered") == 1
    assert page.value("creatoraudit_key_lookups_total") == 1
    assert page.value("creatoraudit_events_total", origin="own") == CAPACITY + 1
    assert page.value("creatoraudit_subscriptions_dropped_total") == 1
    assert page.value("creatoraudit_subscriptions") == 0


async def test_that_redis_is_away_is_counted(sqlite_url: str, told: list[str]) -> None:
    settings = Settings(database_url=sqlite_url, metrics_port=0, redis_url="redis://127.0.0.1:1/0")
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        await app.state.opened.rate_limits.hit("key/1", 10)
        await app.state.opened.events.publish(Refreshed("1", "account", "1"))
        page = await asyncio.to_thread(scraped, told[-1])
    assert page.value("creatoraudit_redis_failures_total", use="rate_limits") == 1
    assert page.value("creatoraudit_redis_failures_total", use="events") == 1


async def test_what_is_off_is_not_there(sqlite_url: str, told: list[str]) -> None:
    settings = Settings(database_url=sqlite_url)
    assert telemetry_of(settings) is not None
    assert telemetry_of(settings).is_off
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        db = app.state.opened.db
        assert type(db) is Database
        assert db._fetch == db._readers.fetch
        worker = Worker(db, {"tiktok": Scripted()}, settings, app.state.opened.events)  # type: ignore[dict-item]
        assert type(worker._refreshers[0]) is Refresher
        assert watched(settings, OFF, None) is run  # type: ignore[arg-type]
        assert not {layer.cls.__name__ for layer in app.user_middleware} & {"Measured", "Traced"}
    assert told == []


async def test_two_processes_of_one_machine_take_a_port_each(app: Starlette, sqlite_url: str, told: list[str]) -> None:
    taken = int(app.state.metrics_url.rsplit(":", 1)[1].partition("/")[0])
    other = create_app(Settings(database_url=sqlite_url, metrics_port=taken))
    async with other.router.lifespan_context(other):
        port = int(told[-1].rsplit(":", 1)[1].partition("/")[0])
        assert taken < port < taken + 64


@BOTH
async def test_what_is_due_is_asked_of_the_database(
    db: Database, organization: Actor, settings: Settings, told: list[str]
) -> None:
    refreshing = settings.model_copy(update={"source_tiktok": "simulated"})
    account = await an_account(db, organization)
    app = create_app(refreshing)
    async with app.router.lifespan_context(app):
        await until(lambda: _looked(told[-1]))
        page = await asyncio.to_thread(scraped, told[-1])
    labels = {"platform": "tiktok", "source": "simulated"}
    assert page.value("creatoraudit_refresh_claimed_total", **labels) == 1
    assert page.value("creatoraudit_refresh_looks_total", outcome="observed", **labels) == 1
    assert page.value("creatoraudit_refresh_look_seconds_count", **labels) == 1
    assert page.value("creatoraudit_refresh_new_posts_total", **labels) > 0
    for name in ("due", "lag_seconds", "leases"):
        (sample,) = page.samples(f"creatoraudit_refresh_{name}", platform="tiktok")
        assert sample.value == 0
    assert page.value("creatoraudit_database_transaction_seconds_count", work="refresh", outcome="committed") >= 2
    assert account.username not in page.text


async def _looked(url: str) -> bool:
    page = await asyncio.to_thread(scraped, url)
    return page.value("creatoraudit_refresh_look_seconds_count") > 0


@BOTH
async def test_a_backlog_is_what_is_due_and_what_somebody_looks_at(db: Database, organization: Actor) -> None:
    for name in ("one", "two", "three"):
        await an_account(db, organization, name)
    before = await leases.backlog(db, SYSTEM, Platform.TIKTOK)
    assert (before.due, before.leased) == (3, 0)
    assert before.oldest is not None
    assert before.oldest <= clock.now()

    await leases.claim(db, SYSTEM, Platform.TIKTOK, 2, dt.timedelta(minutes=1))
    during = await leases.backlog(db, SYSTEM, Platform.TIKTOK)
    assert (during.due, during.leased) == (1, 2)
    assert await leases.backlog(db, SYSTEM, Platform.INSTAGRAM) == (0, None, 0)
