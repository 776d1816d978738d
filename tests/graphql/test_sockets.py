"""The protocol graphql-transport-ws, message by message."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs
from websockets.exceptions import InvalidStatus

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.events import Refreshed
from creatoraudit.graphql import sockets
from creatoraudit.settings import Settings
from factories import an_account, an_api_key
from live import Socket, connected, opened, served, subscribed

INIT = {"type": "connection_init"}
NAME = "{ viewer { key { name } } }"
LISTEN = "subscription { accountRefreshed { databaseId } }"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database will do: what is said over a socket does not depend on it."""
    return sqlite_url


@pytest.fixture
async def url(app: Starlette, settings: Settings) -> AsyncIterator[str]:
    async with served(app, settings) as url:
        yield url


@pytest.fixture
async def client(url: str, key: str) -> AsyncIterator[Socket]:  # type: ignore[override]
    """An acknowledged connection."""
    async with connected(url, key) as client:
        yield client


class TestConnecting:
    @pytest.mark.parametrize("name", ["Authorization", "authorization"])
    async def test_the_key_comes_with_connection_init(self, url: str, key: str, name: str) -> None:
        async with opened(url) as client:
            assert client.connection.subprotocol == "graphql-transport-ws"
            await client.send(INIT | {"payload": {name: f"Bearer {key}", "else": 1}})
            assert await client.take() == {"type": "connection_ack"}

    async def test_or_with_the_header(self, url: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "X-Request-ID": "mine"}
        async with opened(url, additional_headers=headers) as client:
            assert client.connection.response is not None
            assert client.connection.response.headers["x-request-id"] == "mine"
            await client.send(INIT)
            assert await client.take() == {"type": "connection_ack"}
            await client.subscribe("{ nothing }")
            assert (await client.take())["payload"][0]["extensions"]["requestId"] == "mine"

    async def test_a_key_that_may_not_be_used_is_refused(self, url: str, db: Database, organization: Actor) -> None:
        poor = await an_api_key(db, organization, rate_limit=1)
        for sent, code, reason in (
            ({}, 4403, "An API key is required: Authorization: Bearer <key>."),
            ({"Authorization": "Bearer ca_wrong"}, 4403, "The API key is not known."),
            ({"Authorization": poor.key}, 4403, "An API key is required: Authorization: Bearer <key>."),
            ({"Authorization": 1}, 4403, "An API key is required: Authorization: Bearer <key>."),
        ):
            async with opened(url) as client:
                await client.send(INIT | {"payload": sent})
                assert await client.closed() == (code, reason)
        async with connected(url, poor.key), opened(url) as client:
            await client.send(INIT | {"payload": {"Authorization": f"Bearer {poor.key}"}})
            assert await client.closed() == (1013, "Rate limit exceeded.")

    async def test_who_says_nothing_is_not_waited_for(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sockets, "INIT_SECONDS", 0.1)
        async with opened(url) as client:
            await client.send({"type": "ping"})
            assert await client.closed() == (4408, "Connection initialisation timeout")

    async def test_who_was_acknowledged_may_be_silent(
        self, url: str, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sockets, "INIT_SECONDS", 0.1)
        async with connected(url, key) as client:
            await asyncio.sleep(0.3)
            await client.subscribe(NAME)
            assert (await client.take())["type"] == "next"

    @pytest.mark.parametrize("spoken", [None, ["graphql-ws"]])
    async def test_another_protocol_is_not_spoken(self, url: str, spoken: Any) -> None:
        async with opened(url, subprotocols=spoken) as client:
            assert await client.closed() == (4406, "Subprotocol not acceptable")

    async def test_a_protocol_among_others_is_found(self, url: str, key: str) -> None:
        async with connected(url, key, subprotocols=["graphql-ws", "graphql-transport-ws"]) as client:
            assert client.connection.subprotocol == "graphql-transport-ws"

    async def test_other_paths_have_no_sockets(self, url: str) -> None:
        for path in ("/nowhere", "/v2/accounts", "/static/x", "/"):
            with pytest.raises(InvalidStatus) as refused:
                async with opened(url, path=path):
                    pytest.fail("it was accepted")
            assert refused.value.response.status_code in {403, 404}


class TestPages:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(
            database_url=database_url,
            cors_origins=("https://app.example.com",),
            public_url="https://api.example.com/creators",
        )

    async def test_of_this_server_and_of_named_origins_may_connect(self, url: str, key: str) -> None:
        for origin in (url, "https://api.example.com", "https://app.example.com", None):
            async with connected(url, key, origin=origin):
                pass

    @pytest.mark.parametrize("origin", ["https://evil.example.com", "null", "http://127.0.0.1:1"])
    async def test_of_other_origins_may_not(self, url: str, key: str, origin: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with connected(url, key, origin=origin):
                pytest.fail("it was accepted")
        response = refused.value.response
        assert response.status_code == 403
        (error,) = json.loads(response.body)["errors"]
        assert error["extensions"] == {"code": "FORBIDDEN", "requestId": response.headers["x-request-id"]}


class TestMessages:
    async def test_pings_are_answered_at_any_time(self, url: str, key: str) -> None:
        async with opened(url) as client:
            await client.send({"type": "ping"})
            assert await client.take() == {"type": "pong"}
            await client.send(INIT | {"payload": {"Authorization": f"Bearer {key}"}})
            await client.take()
            await client.send({"type": "pong", "payload": {"unasked": True}})
            await client.send({"type": "ping", "payload": {"a": [1]}})
            assert await client.take() == {"type": "pong", "payload": {"a": [1]}}

    @pytest.mark.parametrize(
        "message",
        [
            "{",
            "",
            "[]",
            '"text"',
            b"{}",
            {},
            {"type": 1},
            {"type": "start"},
            {"type": "connection_ack"},
            {"type": "next", "id": "1", "payload": {}},
            {"type": "ping", "payload": "text"},
            {"type": "pong", "payload": []},
            {"type": "complete"},
            {"type": "complete", "id": 1},
            {"type": "subscribe"},
            {"type": "subscribe", "id": "1"},
            {"type": "subscribe", "id": "", "payload": {"query": NAME}},
            {"type": "subscribe", "id": 1, "payload": {"query": NAME}},
            {"type": "subscribe", "id": "1", "payload": NAME},
            {"type": "subscribe", "id": "1", "payload": {}},
            {"type": "subscribe", "id": "1", "payload": {"query": 1}},
            {"type": "subscribe", "id": "1", "payload": {"query": NAME, "variables": []}},
            {"type": "subscribe", "id": "1", "payload": {"query": NAME, "operationName": 1}},
            {"type": "subscribe", "id": "1", "payload": {"query": NAME, "extensions": 1}},
        ],
        ids=str,
    )
    async def test_what_the_protocol_does_not_know_ends_the_connection(self, client: Socket, message: Any) -> None:
        await client.send(message)
        code, reason = await client.closed()
        assert code == 4400
        assert reason

    async def test_a_payload_that_is_no_object_ends_the_connection(self, url: str) -> None:
        async with opened(url) as client:
            await client.send(INIT | {"payload": "key"})
            assert (await client.closed())[0] == 4400

    async def test_nobody_initialises_twice(self, client: Socket) -> None:
        await client.send(INIT)
        assert await client.closed() == (4429, "Too many initialisation requests")

    async def test_nothing_is_executed_before_the_acknowledgement(self, url: str) -> None:
        async with opened(url) as client:
            await client.subscribe("{ __typename }")
            assert await client.closed() == (4401, "Unauthorized")

    async def test_large_messages_end_the_connection(self, client: Socket) -> None:
        await client.send(json.dumps({"type": "ping", "payload": {"x": "x" * 1_048_576}}))
        assert (await client.closed())[0] == 1009


class TestOperations:
    async def test_queries_and_mutations_are_answered_once(self, client: Socket) -> None:
        await client.subscribe(NAME, "a")
        assert await client.take() == {
            "id": "a",
            "type": "next",
            "payload": {"data": {"viewer": {"key": {"name": "dashboard"}}}},
        }
        assert await client.take() == {"id": "a", "type": "complete"}
        track = (
            'mutation { trackAccount(input: {platform: TIKTOK, username: "acme"})'
            " { account { username } userErrors { message } } }"
        )
        await client.subscribe(track, "a")
        assert (await client.take())["payload"]["data"]["trackAccount"] == {
            "account": {"username": "acme"},
            "userErrors": [],
        }
        assert await client.take() == {"id": "a", "type": "complete"}

    async def test_variables_and_names_are_taken(self, client: Socket) -> None:
        payload = {
            "query": "query A($n: Int!) { accounts(first: $n) { totalCount } } query B { __typename }",
            "operationName": "A",
            "variables": {"n": 1},
            "extensions": None,
        }
        await client.send({"type": "subscribe", "id": "1", "payload": payload})
        assert (await client.take())["payload"] == {"data": {"accounts": {"totalCount": 0}}}

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("{", "BAD_REQUEST"),
            ("{ nothing }", "BAD_REQUEST"),
            ("query ($n: Int!) { accounts(first: $n) { totalCount } }", "BAD_REQUEST"),
            ("subscription ($n: Int!) { accountRefreshed { videos(first: $n) { totalCount } } }", "BAD_REQUEST"),
            ("subscription { accountRefreshed { id } videoRefreshed { id } }", "BAD_REQUEST"),
            ("{ accounts(first: 200) { nodes { videos(first: 200) { nodes { id } } } } }", "VALIDATION_ERROR"),
            ("{ a: __typename " + "b: __typename " * 40 + "}", "VALIDATION_ERROR"),
            (
                "{ accounts { nodes { " + "creator { accounts { nodes { " * 5 + "id" + " } } }" * 5 + " } } }",
                "VALIDATION_ERROR",
            ),
        ],
        ids=lambda one: str(one)[:40],
    )
    async def test_what_is_not_executed_is_an_error_of_the_operation(
        self, client: Socket, query: str, code: str
    ) -> None:
        await client.subscribe(query)
        message = await client.take()
        assert (message["id"], message["type"]) == ("1", "error")
        assert message["payload"][0]["extensions"]["code"] == code
        await client.subscribe(NAME)
        assert (await client.take())["type"] == "next", "the id is free again"

    async def test_errors_of_fields_stand_in_the_answer(self, client: Socket) -> None:
        await client.subscribe("{ accounts(first: 0) { totalCount } }")
        message = await client.take()
        assert message["type"] == "next"
        assert message["payload"]["errors"][0]["path"] == ["accounts"]
        assert (await client.take())["type"] == "complete"

    async def test_an_id_is_used_by_one_operation_at_a_time(self, client: Socket, app: Starlette) -> None:
        await client.subscribe(LISTEN)
        await subscribed(app.state.opened.events, 1)
        await client.subscribe(NAME)
        assert await client.closed() == (4409, "Subscriber for 1 already exists")
        await subscribed(app.state.opened.events, 0)

    async def test_who_completes_hears_nothing_more_and_may_use_the_id_again(
        self, client: Socket, app: Starlette, db: Database, organization: Actor
    ) -> None:
        events, account = app.state.opened.events, await an_account(db, organization)
        await client.subscribe(LISTEN)
        await subscribed(events, 1)
        await client.send({"type": "complete", "id": "1"})
        await client.send({"type": "complete", "id": "unknown"})
        await subscribed(events, 0)
        await events.publish(Refreshed(str(organization.organization_id), "account", account.id))
        await client.subscribe(NAME)
        assert (await client.take())["payload"]["data"]["viewer"]
        assert await client.take() == {"id": "1", "type": "complete"}

    async def test_operations_go_on_side_by_side(
        self, client: Socket, app: Starlette, db: Database, organization: Actor
    ) -> None:
        events, account = app.state.opened.events, await an_account(db, organization)
        for number in range(3):
            await client.subscribe(LISTEN, f"s{number}")
        await client.subscribe(NAME, "q")
        assert [(await client.take())["id"] for _ in range(2)] == ["q", "q"]
        await subscribed(events, 3)
        await events.publish(Refreshed(str(organization.organization_id), "account", account.id))
        answers = [await client.take() for _ in range(3)]
        assert {answer["id"] for answer in answers} == {"s0", "s1", "s2"}

    async def test_a_connection_has_only_so_many(
        self, client: Socket, app: Starlette, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sockets, "MAX_OPERATIONS", 2)
        for number in range(3):
            await client.subscribe(LISTEN, str(number))
        message = await client.take()
        assert (message["id"], message["type"]) == ("2", "error")
        assert message["payload"][0]["message"] == "A connection has at most 2 operations at a time."
        await subscribed(app.state.opened.events, 2)

    async def test_each_is_charged_to_the_key(self, url: str, db: Database, organization: Actor) -> None:
        poor = await an_api_key(db, organization, rate_limit=3)
        async with connected(url, poor.key) as client:
            for _ in range(2):
                await client.subscribe(NAME)
                assert [(await client.take())["type"] for _ in range(2)] == ["next", "complete"]
            await client.subscribe(NAME)
            message = await client.take()
            assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")

    async def test_scopes_hold(self, url: str, db: Database, organization: Actor) -> None:
        reader = await an_api_key(db, organization, scopes=["read"])
        async with connected(url, reader.key) as client:
            await client.subscribe(
                'mutation { trackAccount(input: {platform: TIKTOK, username: "acme"}) { account { id } } }'
            )
            message = await client.take()
            assert message["payload"]["errors"][0]["extensions"]["code"] == "INSUFFICIENT_SCOPE"


async def test_nothing_is_kept_of_who_left_without_a_word(
    url: str, key: str, app: Starlette, db: Database, organization: Actor
) -> None:
    events, account = app.state.opened.events, await an_account(db, organization)
    async with connected(url, key) as client:
        for number in range(5):
            await client.subscribe(LISTEN, str(number))
        await subscribed(events, 5)
        client.connection.transport.abort()
    await subscribed(events, 0)
    await events.publish(Refreshed(str(organization.organization_id), "account", account.id))


async def test_a_line_says_who_was_connected_and_how_it_ended(url: str, db: Database, organization: Actor) -> None:
    made = await an_api_key(db, organization)
    with capture_logs() as lines:
        async with opened(f"{url}", additional_headers={"X-Request-ID": "req-8"}) as client:
            await client.send(INIT | {"payload": {"Authorization": f"Bearer {made.key}"}})
            await client.take()
            await client.send("nonsense")
            await client.closed()
    (line,) = [line for line in lines if line.get("request_id") == "req-8"]
    assert line.pop("duration_ms") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "path": "/graphql",
        "status": 101,
        "code": 4400,
        "reason": "Invalid message received",
        "request_id": "req-8",
        "organization_id": organization.organization_id,
        "key_id": made.row.id,
        "client": "127.0.0.1",
    }
