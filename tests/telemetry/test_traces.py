"""Traces arrive at a collector as OpenTelemetry's variables say, and each says what belongs to what."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from collected import Collector
from creatoraudit.app import create_app
from creatoraudit.db.engine import Database
from creatoraudit.db.traced import summarized
from creatoraudit.domain.actor import Actor
from creatoraudit.settings import Settings
from creatoraudit.telemetry import TelemetryUnavailable, telemetry_of
from factories import an_account
from live import connected, served
from waiting import until

BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
QUERY = "query Accounts($n: Int!) { accounts(first: $n) { nodes { username creator { name } } } }"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def settings(database_url: str, collector: Collector) -> Settings:
    assert collector.url
    return Settings(database_url=database_url, traces=True)


@asynccontextmanager
async def started(settings: Settings, key: str) -> AsyncIterator[AsyncClient]:
    """A client of an application that has sent its spans when this ends."""
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(
            transport=ASGITransport(app), base_url="http://api.test", headers={"Authorization": f"Bearer {key}"}
        ) as client,
    ):
        yield client


@BOTH
async def test_a_request_its_operation_and_its_statements_are_one_trace(
    settings: Settings, key: str, collector: Collector, db: Database, organization: Actor
) -> None:
    await an_account(db, organization, "zaphod")
    async with started(settings, key) as client:
        answer = await client.post("/graphql", json={"query": QUERY, "variables": {"n": 3}})
    assert answer.json()["data"]["accounts"]["nodes"][0]["username"] == "zaphod"

    request, operation = collector.named("POST /graphql"), collector.named("query Accounts")
    assert (request.parent, operation.parent) == ("", request.id)
    statements = [span for span in collector.spans if span.parent == operation.id]
    assert "SELECT accounts" in [span.name for span in statements]
    assert {span.trace for span in collector.spans} == {request.trace}
    assert request.attributes["http.route"] == "/graphql"
    assert request.attributes["http.request.method"] == "POST"
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["creatoraudit.request_id"] == answer.headers["x-request-id"]
    assert operation.attributes["graphql.operation.type"] == "query"
    assert operation.attributes["graphql.operation.name"] == "Accounts"
    assert len(operation.attributes["creatoraudit.graphql.document_hash"]) == 32
    assert operation.attributes["creatoraudit.graphql.cost"] == 7
    asked = statements[0].attributes
    assert asked["db.system.name"] == ("sqlite" if "sqlite" in db.url.drivername else "postgresql")
    assert asked["db.query.text"].startswith("SELECT ")
    assert asked["db.operation.name"] == "SELECT"
    assert collector.services == {"creatoraudit"}


@BOTH
async def test_every_statement_of_a_write_has_its_span(settings: Settings, key: str, collector: Collector) -> None:
    async with started(settings, key) as client:
        assert (await client.post("/v2/creators", json={"name": "Zaphod"})).status_code == 201
    request = collector.named("POST /v2/creators")
    insert = collector.named("INSERT creators")
    assert insert.parent == request.id
    assert "Zaphod" not in insert.attributes["db.query.text"]


async def test_a_trace_that_a_client_began_goes_on(settings: Settings, key: str, collector: Collector) -> None:
    async with started(settings, key) as client:
        for flag in ("01", "00"):
            await client.get("/v2/whoami", headers={"traceparent": f"00-{TRACE}-{PARENT}-{flag}"})
    request = collector.named("GET /v2/whoami")
    assert (request.trace, request.parent) == (TRACE, PARENT), "what its sender does not record is not recorded"


async def test_one_decision_is_made_for_all_of_a_trace(
    settings: Settings, key: str, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "gateway")
    async with started(settings, key) as client:
        for _ in range(40):
            await client.post("/graphql", json={"query": QUERY, "variables": {"n": 3}})
    requests = [span.trace for span in collector.spans if span.name == "POST /graphql"]
    assert 0 < len(requests) < 40
    assert {span.trace for span in collector.spans} == set(requests)
    assert sorted(span.trace for span in collector.spans if span.name == "query Accounts") == sorted(requests)
    assert collector.services == {"gateway"}


async def test_faults_are_named_and_refusals_are_none(
    settings: Settings, key: str, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(settings, key) as client:
        await client.get("/v2/accounts/nobody")
        monkeypatch.setattr(Database, "fetch", _broken)
        await client.get("/v2/creators")
        await client.post("/graphql", json={"query": QUERY, "variables": {"n": 3}})
    refused, failed = collector.named("GET /v2/accounts/{account_id}"), collector.named("GET /v2/creators")
    assert (refused.attributes["http.response.status_code"], refused.failed) == (422, False)
    assert (failed.attributes["http.response.status_code"], failed.failed) == (500, True)
    assert failed.attributes["error.type"] == "500"
    operation = collector.named("query Accounts")
    assert (operation.attributes["error.type"], operation.failed) == ("INTERNAL_ERROR", True)


async def _broken(*_: object) -> None:
    raise RuntimeError("hunter2")


@BOTH
async def test_a_statement_that_fails_says_how_and_not_with_what(
    settings: Settings, key: str, collector: Collector, db: Database
) -> None:
    async with started(settings, key) as client:
        async with db.transaction() as tx:
            await tx._connection.exec_driver_sql("ALTER TABLE creators RENAME TO creatures")
        try:
            assert (await client.post("/v2/creators", json={"name": "Zaphod"})).status_code == 500
        finally:
            async with db.transaction() as tx:
                await tx._connection.exec_driver_sql("ALTER TABLE creatures RENAME TO creators")
    span = collector.named("INSERT creators")
    assert span.failed
    assert span.attributes["error.type"] in {"OperationalError", "ProgrammingError"}
    assert span.attributes.get("db.response.status_code") in {None, "42P01"}
    assert "Zaphod" not in str(collector.spans)


async def test_operations_of_a_socket_go_on_with_its_trace(settings: Settings, key: str, collector: Collector) -> None:
    app: Starlette = create_app(settings)
    async with app.router.lifespan_context(app), served(app, settings) as url, connected(url, key) as client:
        await client.subscribe("query Now { viewer { organization { name } } }")
        assert (await client.take())["type"] == "next"
    operation, opening = collector.named("query Now"), collector.named("GET /graphql")
    assert operation.parent == opening.id
    assert opening.attributes["http.response.status_code"] == 101
    assert [span.name for span in collector.spans if span.parent == operation.id] != []


async def test_looks_are_traces_of_their_own(
    settings: Settings, collector: Collector, db: Database, organization: Actor
) -> None:
    account = await an_account(db, organization, "zaphod")
    app = create_app(settings.model_copy(update={"source_tiktok": "simulated"}))
    async with app.router.lifespan_context(app):
        await until(lambda: _seen(db))
    look = collector.named("refresh account")
    assert look.parent == ""
    assert look.attributes["creatoraudit.account_id"] == account.id
    assert look.attributes["creatoraudit.source"] == "simulated"
    assert look.attributes["creatoraudit.outcome"] == "observed"
    below = [span.name for span in collector.spans if span.parent == look.id]
    assert {"BEGIN", "UPDATE refreshes"} <= set(below)
    assert {span.trace for span in collector.spans} == {look.trace}, "what nobody asked for has no trace"


async def _seen(db: Database) -> bool:
    found = await db._fetch("SELECT count(*) FROM accounts WHERE last_scrape_time IS NOT NULL", [])
    return bool(found[0][0])


async def test_without_a_collector_requests_are_answered_and_the_end_is_quick(
    sqlite_url: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    async with asyncio.timeout(15):
        async with started(Settings(database_url=sqlite_url, traces=True), key) as client:
            assert (await client.get("/v2/whoami")).status_code == 200


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("OTEL_TRACES_EXPORTER", "nowhere", "No exporter of traces is called 'nowhere'; there are: console, otlp"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "pigeons", "OTEL_EXPORTER_OTLP_PROTOCOL must be one of: grpc, http/protobuf"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "No exporter of traces is called 'otlp_proto_grpc'"),
    ],
)
def test_an_exporter_that_there_is_not_is_named(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(TelemetryUnavailable, match=said):
        telemetry_of(Settings(traces=True))


@pytest.mark.parametrize(("variable", "value"), [("OTEL_TRACES_EXPORTER", "none"), ("OTEL_SDK_DISABLED", "true")])
def test_what_opentelemetry_turns_off_is_off(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    assert telemetry_of(Settings(traces=True)).is_off


@pytest.mark.parametrize(
    ("sql", "summary"),
    [
        ("SELECT a.id FROM json_each(?) AS x JOIN accounts AS a", "SELECT"),
        ("SELECT x FROM unnest($1), (SELECT y FROM accounts)", "SELECT accounts"),
        ('WITH p AS (VALUES (1)) INSERT INTO "posts" (a) SELECT * FROM p', "INSERT posts"),
        ("UPDATE refreshes SET lease=?", "UPDATE refreshes"),
        ("BEGIN IMMEDIATE", "BEGIN"),
    ],
)
def test_statements_are_called_by_what_they_do(sql: str, summary: str) -> None:
    assert summarized(sql)[1] == summary
