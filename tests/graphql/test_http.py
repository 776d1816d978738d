"""GraphQL over HTTP: methods, media types, status codes, keys, documents by id, batches."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from pydantic import ValidationError

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.errors import ServiceUnavailable
from creatoraudit.settings import Settings
from factories import an_account, an_api_key, an_organization

from .conftest import GRAPHQL, Ask

JSON = "application/json"
VALID = {"query": "{ accounts { totalCount } }"}


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON}", JSON),
        (f"{GRAPHQL};q=0, */*", JSON),
        ("text/html, */*;q=0.1", JSON),
    ],
)
async def test_both_media_types_are_spoken(client: AsyncClient, accept: str | None, answered: str) -> None:
    headers = {"Accept": accept} if accept else {}
    response = await client.post("/graphql", json=VALID, headers=headers)

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{answered}; charset=utf-8"
    assert response.json() == {"data": {"accounts": {"totalCount": 0}}}


@pytest.mark.parametrize(
    ("sent", "strict", "lenient"),
    [
        ({"query": "{"}, 400, 200),
        ({"query": "{ nothing }"}, 400, 200),
        ({"query": "query ($n: Int!) { accounts(first: $n) { totalCount } }"}, 400, 200),
        ({"query": "query A { __typename } query B { __typename }"}, 400, 200),
        ({"query": "query A { __typename }", "operationName": "B"}, 400, 200),
        ({"query": "{ accounts(first: 0) { totalCount } }"}, 200, 200),
        ({"query": "{ " + "accounts { totalCount } " * 21 + "}"}, 422, 422),
        ({}, 400, 400),
        ([], 400, 400),
        ([VALID], 400, 400),
        ("text", 400, 400),
        ({"query": 1}, 400, 400),
        (VALID | {"variables": []}, 400, 400),
        (VALID | {"variables": {"n": 2**63}}, 422, 422),
        (VALID | {"extensions": "x"}, 400, 400),
        (VALID | {"operationName": 1}, 400, 400),
        ({"documentId": "unknown"}, 400, 400),
        (VALID | {"documentId": "unknown"}, 400, 400),
    ],
)
async def test_status_codes_follow_the_media_type(client: AsyncClient, sent: Any, strict: int, lenient: int) -> None:
    for accept, status in ((GRAPHQL, strict), (JSON, lenient)):
        response = await client.post("/graphql", json=sent, headers={"Accept": accept, "X-Request-ID": "mine"})
        answer = response.json()

        assert response.status_code == status
        assert ("data" in answer) == (strict == 200)
        for error in answer["errors"]:
            assert error["message"]
            assert error["extensions"]["requestId"] == response.headers["x-request-id"] == "mine"
            assert error["extensions"]["code"] in {"BAD_REQUEST", "VALIDATION_ERROR"}


async def test_what_is_refused_answers_as_rest_would(
    db: Database, organization: Actor, client: AsyncClient, anonymous: AsyncClient
) -> None:
    disabled = await an_api_key(db, await an_organization(db, is_active=False))
    poor = await an_api_key(db, organization, rate_limit=1)
    text = {"content": "{}", "headers": {"Content-Type": "text/plain"}}
    cases: list[tuple[AsyncClient, str, dict[str, Any], int, str]] = [
        (anonymous, "POST", {"json": VALID}, 401, "UNAUTHORIZED"),
        (anonymous, "POST", {"json": {"query": "{ nothing }"}}, 401, "UNAUTHORIZED"),
        (anonymous, "POST", {"json": VALID, "headers": {"Authorization": "Bearer ca_wrong"}}, 401, "UNAUTHORIZED"),
        (anonymous, "POST", text | {"headers": {"Authorization": "Bearer ca_wrong"}}, 401, "UNAUTHORIZED"),
        (client, "POST", {"json": VALID, "headers": {"Authorization": f"Bearer {disabled.key}"}}, 403, "FORBIDDEN"),
        (client, "POST", {"json": VALID, "headers": {"Accept": "text/csv"}}, 406, "NOT_ACCEPTABLE"),
        (client, "GET", {"params": VALID, "headers": {"Accept": "text/csv"}}, 406, "NOT_ACCEPTABLE"),
        (client, "POST", text, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (client, "POST", {"json": {"query": "#" * 2_000_000}}, 413, "PAYLOAD_TOO_LARGE"),
        (client, "POST", {"content": "{", "headers": {"Content-Type": JSON}}, 400, "BAD_REQUEST"),
        (client, "DELETE", {}, 405, "METHOD_NOT_ALLOWED"),
        (client, "PUT", {"json": VALID}, 405, "METHOD_NOT_ALLOWED"),
        (client, "POST", {"json": VALID, "headers": {"Authorization": f"Bearer {poor.key}"}}, 200, ""),
        (client, "POST", {"json": VALID, "headers": {"Authorization": f"Bearer {poor.key}"}}, 429, "RATE_LIMITED"),
    ]
    for asker, method, options, status, code in cases:
        response = await asker.request(method, "/graphql", **options)
        answer = response.json()

        assert response.status_code == status, (method, options)
        assert response.headers["content-type"].startswith(JSON)
        if status != 200:
            (error,) = answer["errors"]
            told = {"retryAfter": int(response.headers["retry-after"])} if status == 429 else {}
            assert error["extensions"] == {"code": code, "requestId": response.headers["x-request-id"]} | told
            assert list(answer) == ["errors"]
        if status == 401:
            assert response.headers["www-authenticate"] == "Bearer"
        if status == 405:
            assert response.headers["allow"] == "GET, HEAD, POST"
        if status == 429:
            assert int(response.headers["retry-after"]) >= 1


async def test_the_schema_needs_no_key(anonymous: AsyncClient) -> None:
    for document in (
        "{ __typename }",
        'query Q { __type(name: "Account") { name } }',
        "{ ...A } fragment A on Query { ... { __schema { queryType { name } } } }",
    ):
        response = await anonymous.post("/graphql", json={"query": document})
        assert (response.status_code, list(response.json())) == (200, ["data"])
        assert "x-ratelimit-limit" not in response.headers
    for document in (
        "{ __typename viewer { scopes } }",
        "{ ...A } fragment A on Query { accounts { totalCount } }",
        "mutation { __typename }",
        "query Q { __typename } query R { accounts { totalCount } }",
    ):
        sent = {"query": document, "operationName": "R" if "R {" in document else None}
        assert (await anonymous.post("/graphql", json=sent)).status_code == 401


async def test_a_get_reads_and_never_writes(db: Database, organization: Actor, client: AsyncClient) -> None:
    await an_account(db, organization)
    document = "query Q($n: Int) { accounts(first: $n) { nodes { username } } } mutation M { __typename }"
    params = {"query": document, "variables": json.dumps({"n": 1}), "operationName": "Q", "extensions": "{}"}

    read = await client.get("/graphql", params=params)
    head = await client.head("/graphql", params=params)
    written = await client.get("/graphql", params=params | {"operationName": "M"})

    assert read.json() == {"data": {"accounts": {"nodes": [{"username": "acme"}]}}}
    assert (head.status_code, head.content) == (200, b"")
    assert (written.status_code, written.headers["allow"]) == (405, "POST")
    for wrong in ({"variables": "["}, {"variables": "[]"}, {"query": ["{ __typename }", "{ __typename }"]}):
        response = await client.get("/graphql", params=params | wrong)
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


async def test_a_browser_gets_graphiql(anonymous: AsyncClient) -> None:
    response = await anonymous.get(
        "/graphql", headers={"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    )

    assert response.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("accept", ["text/html", JSON, GRAPHQL, "text/csv"])
async def test_caches_are_told_that_the_answer_depends_on_accept(client: AsyncClient, accept: str) -> None:
    for params in ({}, VALID, {"query": "{"}):
        response = await client.get("/graphql", params=params, headers={"Accept": accept})

        assert "accept" in [name.strip().lower() for name in response.headers["vary"].split(",")]


async def test_an_unforeseen_fault_is_masked(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("creatoraudit.graphql.nodes.find_account", broken)
    response = await client.post(
        "/graphql",
        json={"query": '{ accounts { totalCount } account(platform: TIKTOK, username: "acme") { id } }'},
        headers={"X-Request-ID": "find-me"},
    )

    assert response.status_code == 200
    assert response.json() == {
        "errors": [
            {
                "message": "An internal error occurred.",
                "locations": [{"line": 1, "column": 27}],
                "path": ["account"],
                "extensions": {"code": "INTERNAL_ERROR", "requestId": "find-me"},
            }
        ],
        "data": {"accounts": {"totalCount": 0}, "account": None},
    }
    logged = capsys.readouterr().out
    assert "find-me" in logged
    assert "hunter2" in logged


async def test_a_database_that_is_away_is_said(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise ServiceUnavailable

    monkeypatch.setattr("creatoraudit.graphql.nodes.find_account", away)
    response = await client.post("/graphql", json={"query": '{ account(platform: TIKTOK, username: "acme") { id } }'})

    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "SERVICE_UNAVAILABLE"


class TestBatches:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url, graphql_max_batch=3)

    async def test_each_operation_has_its_answer(
        self, db: Database, organization: Actor, client: AsyncClient, anonymous: AsyncClient
    ) -> None:
        await an_account(db, organization)
        batch = [VALID, {"query": "{ nothing }"}, {"query": "{ __typename }"}]

        response = await client.post("/graphql", json=batch)
        without_key = await anonymous.post("/graphql", json=batch)

        first, second, third = response.json()
        assert first == {"data": {"accounts": {"totalCount": 1}}}
        assert second["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        assert third == {"data": {"__typename": "Query"}}
        assert response.headers["x-ratelimit-remaining"] == "597"
        assert [one["errors"][0]["extensions"]["code"] for one in without_key.json()[:2]] == ["UNAUTHORIZED"] * 2
        assert without_key.json()[2] == third

    @pytest.mark.parametrize("count", [0, 4])
    async def test_a_batch_has_its_size(self, client: AsyncClient, count: int) -> None:
        response = await client.post("/graphql", json=[VALID] * count)

        assert response.status_code == 400
        assert response.json()["errors"][0]["message"] == "A batch must have 1 to 3 operations."


class TestTrustedDocuments:
    @pytest.fixture
    def settings(self, database_url: str, tmp_path: Path) -> Settings:
        documents = tmp_path / "documents"
        documents.mkdir()
        (documents / "totals.graphql").write_text("query Totals { accounts { totalCount } }")
        (documents / "sha256:00ff.graphql").write_text("query ($n: Int!) { accounts(first: $n) { totalCount } }")
        return Settings(database_url=database_url, graphql_documents=documents, graphql_documents_only=True)

    async def test_only_known_documents_are_executed(self, client: AsyncClient) -> None:
        by_id = await client.post("/graphql", json={"documentId": "sha256:00ff", "variables": {"n": 1}})
        by_get = await client.get("/graphql", params={"documentId": "totals"})
        unknown = await client.post("/graphql", json={"documentId": "../documents/totals"})
        arbitrary = await client.post("/graphql", json=VALID)

        assert by_id.json() == by_get.json() == {"data": {"accounts": {"totalCount": 0}}}
        assert unknown.status_code == arbitrary.status_code == 400
        assert "documentId" in arbitrary.json()["errors"][0]["message"]

    def test_the_directory_must_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(ValidationError, match="graphql_documents"):
            Settings(graphql_documents=tmp_path / "nowhere")


async def test_fifty_at_once_on_a_cold_pool_all_succeed(db: Database, organization: Actor, ask: Ask) -> None:
    await an_account(db, organization)
    document = """{ viewer { organization { name } } accounts { totalCount nodes { username creator { name } } }
        videos { totalCount } creators { totalCount } accountVideos { totalCount } }"""

    answers = await asyncio.gather(*(ask(document) for _ in range(50)))

    assert all(answer == answers[0] for answer in answers)
