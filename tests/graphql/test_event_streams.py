"""GraphQL over server-sent events, asked through real sockets."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.events import Events, Refreshed
from creatoraudit.graphql import event_streams
from creatoraudit.settings import Settings
from factories import an_account, an_api_key
from live import served, streamed, subscribed

LISTEN = "subscription { accountRefreshed { databaseId } }"
NAME = "{ viewer { key { name } } }"
STREAM = {"Accept": "text/event-stream"}
NAMED = {"data": {"viewer": {"key": {"name": "dashboard"}}}}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database will do: how answers travel does not depend on it."""
    return sqlite_url


@pytest.fixture
async def url(app: Starlette, settings: Settings) -> AsyncIterator[str]:
    async with served(app, settings) as url:
        yield url


@pytest.fixture
async def client(url: str, key: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the served application that sends the key."""
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


async def test_an_answer_says_that_it_is_a_stream_that_nobody_may_hold_back(url: str, key: str) -> None:
    async with streamed(url, key, LISTEN) as stream:
        headers = stream.response.headers
        assert stream.response.status_code == 200
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "no-cache"
        assert headers["x-accel-buffering"] == "no"
        assert headers["x-request-id"]
        assert int(headers["x-ratelimit-remaining"]) >= 0
        assert "content-length" not in headers


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_single_answers_are_a_next_and_a_complete(client: httpx.AsyncClient, method: str) -> None:
    sent: dict[str, Any] = {"json" if method == "POST" else "params": {"query": NAME}}
    answer = await client.request(method, "/graphql", headers=STREAM, **sent)
    begin, event, data, *end = answer.text.split("\n")
    assert (begin, event) == (":", "")
    assert data == "event: next"
    assert end[0].startswith('data: {"data":{"viewer"')
    assert end[1:] == ["", "event: complete", "data:", "", ""]


async def test_a_mutation_is_answered_too(url: str, key: str) -> None:
    query = 'mutation { trackAccount(input: {platform: TIKTOK, username: "acme"}) { account { username } } }'
    async with streamed(url, key, query) as stream:
        assert await stream.take() == ("next", {"data": {"trackAccount": {"account": {"username": "acme"}}}})
        assert await stream.take() == ("complete", None)


@pytest.mark.parametrize(
    "query", ["{", "{ nothing }", "query ($n: Int!) { accounts(first: $n) { totalCount } }", "subscription { nothing }"]
)
async def test_an_invalid_operation_is_told_in_the_stream(url: str, key: str, query: str) -> None:
    async with streamed(url, key, query) as stream:
        assert stream.response.status_code == 200
        event, answer = await stream.take()
        assert (event, list(answer)) == ("next", ["errors"])
        assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        assert await stream.take() == ("complete", None)


async def test_what_is_refused_before_has_its_status(url: str, db: Database, organization: Actor) -> None:
    poor = await an_api_key(db, organization, rate_limit=1)
    deep = "{ accounts(first: 200) { nodes { videos(first: 200) { nodes { id } } } } }"
    cases = [
        (None, LISTEN, 401, "UNAUTHORIZED"),
        ("ca_wrong", LISTEN, 401, "UNAUTHORIZED"),
        ((await an_api_key(db, organization)).key, deep, 422, "VALIDATION_ERROR"),
        (poor.key, NAME, 200, None),
        (poor.key, LISTEN, 429, "RATE_LIMITED"),
    ]
    async with httpx.AsyncClient(base_url=url) as client:
        for key, query, status, code in cases:
            headers = STREAM | ({"Authorization": f"Bearer {key}"} if key else {})
            answer = await client.post("/graphql", json={"query": query}, headers=headers)
            assert answer.status_code == status
            if code is not None:
                assert answer.headers["content-type"] == "application/json; charset=utf-8"
                assert answer.json()["errors"][0]["extensions"]["code"] == code


async def test_the_schema_needs_no_key(url: str) -> None:
    async with httpx.AsyncClient(base_url=url) as client:
        answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers=STREAM)
    assert 'data: {"data":{"__typename":"Query"}}' in answer.text


@pytest.mark.parametrize(
    ("accept", "query", "listening"),
    [
        ("application/json, text/event-stream", "application/json", "text/event-stream"),
        (
            "application/graphql-response+json, text/event-stream;q=0.5",
            "application/graphql-response+json",
            "text/event-stream",
        ),
        ("text/event-stream, application/json;q=0.9", "text/event-stream", "text/event-stream"),
        ("*/*", "application/json", "text/event-stream"),
        ("application/json", "application/json", None),
        ("application/json, text/event-stream;q=0", "application/json", None),
    ],
)
async def test_the_media_type_is_what_the_client_prefers_of_what_there_is(
    client: httpx.AsyncClient, accept: str, query: str, listening: str | None
) -> None:
    answer = await client.post("/graphql", json={"query": NAME}, headers={"Accept": accept})
    assert answer.headers["content-type"] == f"{query}; charset=utf-8"
    async with client.stream("POST", "/graphql", json={"query": LISTEN}, headers={"Accept": accept}) as stream:
        if listening is None:
            (error,) = (await stream.aread()) and stream.json()["errors"]
            assert (stream.status_code, error["extensions"]["code"]) == (406, "NOT_ACCEPTABLE")
        else:
            assert stream.headers["content-type"] == f"{listening}; charset=utf-8"


async def test_subscriptions_come_by_get_but_not_by_head_and_mutations_by_neither(client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/graphql", params={"query": LISTEN}, headers=STREAM) as stream:
        assert stream.status_code == 200
    refused = await client.head("/graphql", params={"query": LISTEN}, headers=STREAM)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")
    query = 'mutation { untrackAccount(input: {id: "x"}) { deletedAccountId } }'
    refused = await client.get("/graphql", params={"query": query}, headers=STREAM)
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_silence_is_filled_with_comments(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_streams, "KEEP_ALIVE_SECONDS", 0.05)
    async with client.stream("POST", "/graphql", json={"query": LISTEN}, headers=STREAM) as stream:
        lines = stream.aiter_lines()
        assert [await anext(lines) for _ in range(6)] == [":", ""] * 3


async def test_nothing_is_kept_of_who_left(
    url: str, key: str, app: Starlette, db: Database, organization: Actor
) -> None:
    events: Events = app.state.opened.events
    account = await an_account(db, organization)
    for _ in range(3):
        async with streamed(url, key, LISTEN) as stream:
            await stream.opened()
            await subscribed(events, 1)
        await subscribed(events, 0)
    await events.publish(Refreshed(str(organization.organization_id), "account", account.id))


class TestBatches:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url, graphql_max_batch=3)

    async def test_are_not_streamed_and_hold_no_subscriptions(self, client: httpx.AsyncClient) -> None:
        refused = await client.post("/graphql", json=[{"query": NAME}], headers=STREAM)
        assert refused.status_code == 406
        answer = await client.post("/graphql", json=[{"query": LISTEN}, {"query": NAME}])
        first, second = answer.json()
        assert first["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"
        assert second == NAMED
