"""The checks of GraphQL Cop, each with what this server does about it."""

import json
from typing import Any

import pytest
from httpx import AsyncClient, Response

GRAPHQL = {"Accept": "application/graphql-response+json"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


async def post(client: AsyncClient, query: str) -> Response:
    return await client.post("/graphql", json={"query": query}, headers=GRAPHQL)


def code_of(response: Response) -> Any:
    return response.json()["errors"][0]["extensions"]["code"]


async def test_alias_overloading_is_refused(client: AsyncClient) -> None:
    response = await post(client, "query cop { " + " ".join(f"alias{n}:__typename" for n in range(101)) + " }")
    assert (response.status_code, code_of(response)) == (422, "VALIDATION_ERROR")


async def test_array_batching_is_refused(client: AsyncClient) -> None:
    response = await client.post("/graphql", json=[{"query": "query cop { __typename }"}] * 10, headers=GRAPHQL)
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


async def test_directive_overloading_is_refused(client: AsyncClient) -> None:
    response = await post(client, "query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }")
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")
    assert len(response.json()["errors"]) <= 6


async def test_field_duplication_is_refused(client: AsyncClient) -> None:
    response = await post(client, "query cop { " + "__typename \n" * 500 + "}")
    assert (response.status_code, code_of(response)) == (422, "VALIDATION_ERROR")


async def test_circular_introspection_is_refused(anonymous: AsyncClient) -> None:
    circle = "fields { type { fields { type { fields { type { fields { type { name } } } } } } } }"
    response = await post(anonymous, f"query cop {{ __schema {{ types {{ {circle} }} }} }}")
    assert response.status_code in {400, 401}
    assert "data" not in response.json()


async def test_introspection_is_public(anonymous: AsyncClient) -> None:
    """The schema is published with the source; who hides it from clients hides it from nobody else."""
    response = await post(anonymous, "query cop { __schema { types { name fields { name } } } }")
    assert (response.status_code, list(response.json())) == (200, ["data"])


async def test_fields_are_suggested_to_who_has_a_key(client: AsyncClient, anonymous: AsyncClient) -> None:
    """As introspection is public, a suggestion tells nothing new; without a key there is none."""
    assert "Did you mean" in (await post(client, "query cop { __schema { directive } }")).text
    assert "Did you mean" not in (await post(anonymous, "query cop { account }")).text


async def test_graphiql_is_for_browsers_and_knows_no_key(anonymous: AsyncClient) -> None:
    page = await anonymous.get("/graphql", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "script-src" not in page.headers["content-security-policy"]  # so that default-src 'self' holds
    assert "set-cookie" not in page.headers
    assert (await anonymous.get("/graphiql")).status_code == 404
    for path in ("/playground", "/console", "/altair", "/graphql/", "/v1/graphql", "/api/graphql"):
        assert (await anonymous.get(path)).status_code == 404


async def test_a_get_asks_and_never_changes(client: AsyncClient) -> None:
    asked = await client.get("/graphql", params={"query": "query cop { __typename }"})
    changed = await client.get("/graphql", params={"query": "mutation cop { __typename }"})
    assert asked.json() == {"data": {"__typename": "Query"}}
    assert (changed.status_code, changed.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/graphql", ""],
)
async def test_forms_of_foreign_pages_are_refused(client: AsyncClient, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    for content in (b"query=query+cop+%7B__typename%7D", json.dumps({"query": "{ __typename }"}).encode()):
        response = await client.post("/graphql", content=content, headers=GRAPHQL | headers)
        assert (response.status_code, code_of(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_page_cannot_use_a_key_that_it_does_not_have(anonymous: AsyncClient, key: str) -> None:
    """Keys travel in no cookie, and other pages may not even send the header."""
    response = await anonymous.post(
        "/graphql",
        json={"query": "{ accounts { totalCount } }"},
        headers={"Origin": "https://evil.test", "Cookie": f"Authorization=Bearer {key}"},
    )
    preflight = await anonymous.options(
        "/graphql", headers={"Origin": "https://evil.test", "Access-Control-Request-Method": "POST"}
    )
    assert response.status_code == 401
    assert "access-control-allow-origin" not in {**response.headers, **preflight.headers}


@pytest.mark.parametrize("header", ["X-Apollo-Tracing", "X-GraphQL-Tracing", "Apollo-Tracing", "Apollo-Query-Plan"])
async def test_there_is_no_tracing(client: AsyncClient, header: str) -> None:
    response = await client.post("/graphql", json={"query": "query cop { __typename }"}, headers={header: "1"})
    assert response.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("query", ["qwerty cop { abc }", "", "{", "query cop { __typename", "{ a(b: $c) }"])
async def test_errors_show_no_insides(client: AsyncClient, query: str) -> None:
    response = await post(client, query)
    assert response.status_code == 400
    for error in response.json()["errors"]:
        assert set(error) <= {"message", "locations", "extensions"}
        assert set(error["extensions"]) == {"code", "requestId"}
    for inside in ("Traceback", ".py", "graphql-core", "strawberry", "sqlalchemy", "exception"):
        assert inside not in response.text
