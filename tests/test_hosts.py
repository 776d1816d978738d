"""Servers as on two hosts, with one PostgreSQL and one Redis: what one of them does counts at the other.

That a subscription hears of what the other refreshes is shown in graphql/test_processes.py.
"""

import asyncio
import threading
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from conftest import left_out
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import an_account, an_api_key, an_organization
from servers import Process, running
from services import Asked, LocalService, Reply, local_service
from waiting import until

LIMIT, REQUESTS = 30, 80
KEY_SECONDS = 1.0
"""Within how long a key that is disabled at one process is refused at all others, as docs/operating.md says."""
IN_FLIGHT = 4
"""Looks that the servers together have in flight."""
BUSY_SECONDS = 55
"""How long looks may take on a busy machine; less than a source has for its answer."""


class Service:
    """What both servers refresh from: it knows which of them asks, and answers when it may."""

    def __init__(self, service: LocalService) -> None:
        self.url = service.url
        self.asked: list[tuple[str, str]] = []
        self.may_answer = threading.Event()
        service.reply = self._reply

    def _reply(self, asked: Asked) -> Reply:
        host = asked.headers["Authorization"].removeprefix("Bearer ")
        self.asked.append((host, asked.params["username"]))
        self.may_answer.wait(BUSY_SECONDS)
        return Reply({"profile": {"name": "Acme", "follower_count": 1}, "posts": []})


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with local_service() as service:
        yield Service(service)


@pytest.fixture(scope="module")
def hosts(
    postgres_url: str | None, redis_url: str, service: Service, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Process, Process]]:
    if postgres_url is None:
        left_out("PostgreSQL")
    logs = tmp_path_factory.mktemp("hosts")
    shared = {
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_url,
        "SOURCE_TIKTOK": "http",
        "HTTP_SOURCE_URL": service.url,
        "REFRESH_CONCURRENCY": str(IN_FLIGHT),
    }
    with (
        running(logs / "first.log", shared | {"HTTP_SOURCE_TOKEN": "first"}) as first,
        running(logs / "second.log", shared | {"HTTP_SOURCE_TOKEN": "second"}) as second,
    ):
        yield first, second


@pytest.fixture
def database_url(empty_postgres_url: str) -> str:
    return empty_postgres_url


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=REQUESTS)
    async with httpx.AsyncClient(timeout=30, limits=limits) as client:
        yield client


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_a_key_is_answered_as_often_as_its_limit_says_whichever_host_it_asks(
    hosts: tuple[Process, Process], db: Database, organization: Actor, client: httpx.AsyncClient
) -> None:
    await asked_too_often([host.url for host in hosts], db, organization, client)


async def test_the_workers_of_one_server_share_the_limits(
    empty_postgres_url: str,
    redis_url: str,
    db: Database,
    organization: Actor,
    client: httpx.AsyncClient,
    tmp_path: Path,
) -> None:
    settings = {"DATABASE_URL": empty_postgres_url, "REDIS_URL": redis_url}
    with running(tmp_path / "server.log", settings, "--workers", "2") as server:
        await asked_too_often([server.url], db, organization, client)


async def asked_too_often(urls: list[str], db: Database, organization: Actor, client: httpx.AsyncClient) -> None:
    """Asks more often than a key may, all at once, and counts the answers; again where a minute ended meanwhile."""
    while True:
        headers = bearing((await an_api_key(db, organization, rate_limit=LIMIT)).key)
        asking = (client.get(f"{urls[one % len(urls)]}/v2/accounts", headers=headers) for one in range(REQUESTS))
        answers = await asyncio.gather(*asking)
        if len({answer.headers["x-ratelimit-reset"] for answer in answers}) == 1:
            break
    assert Counter(answer.status_code for answer in answers) == {200: LIMIT, 429: REQUESTS - LIMIT}
    left = sorted(int(answer.headers["x-ratelimit-remaining"]) for answer in answers if answer.is_success)
    assert left == list(range(LIMIT))


async def test_a_create_is_made_once_whichever_host_it_is_sent_to(
    hosts: tuple[Process, Process], key: str, client: httpx.AsyncClient
) -> None:
    first, second = hosts
    headers = bearing(key) | {"Idempotency-Key": uuid.uuid4().hex}
    body = {"platform": "instagram", "username": "acme"}
    made = await client.post(f"{first.url}/v2/accounts", json=body, headers=headers)
    again = await client.post(f"{second.url}/v2/accounts", json=body, headers=headers)
    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json() == again.json()
    assert ("idempotency-replayed" in made.headers, again.headers["idempotency-replayed"]) == (False, "true")

    headers["Idempotency-Key"] = uuid.uuid4().hex
    sending = (
        client.post(f"{hosts[one % 2].url}/v2/creators", json={"name": "Jo"}, headers=headers) for one in range(10)
    )
    answers = await asyncio.gather(*sending)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1


async def test_what_happens_to_a_key_at_one_host_counts_at_the_other_within_a_second(
    hosts: tuple[Process, Process], db: Database, organization: Actor, key: str, client: httpx.AsyncClient
) -> None:
    first, second = hosts
    made = await an_api_key(db, organization)

    async def change(mutation: str, shown: str = "userErrors { message }") -> str:
        query = f"mutation ($id: ID!) {{ {mutation}(input: {{id: $id}}) {{ userErrors {{ message }} {shown} }} }}"
        body = {"query": query, "variables": {"id": made.row.id}}
        answer = (await client.post(f"{first.url}/graphql", json=body, headers=bearing(key))).json()
        assert answer["data"][mutation]["userErrors"] == []
        return str(answer["data"][mutation].get("key"))

    async def status(host: Process, key: str) -> int:
        return (await client.get(f"{host.url}/v2/whoami", headers=bearing(key))).status_code

    async def refused(key: str, expected: int) -> None:
        """At the second host, for everything that is asked later than so long after now."""
        changed = time.monotonic()
        while True:
            asked = time.monotonic()
            found = await status(second, key)
            if found == expected:
                return
            assert found == 200
            assert asked - changed < KEY_SECONDS
            await asyncio.sleep(0.02)

    assert await status(second, made.key) == 200
    await change("disableApiKey")
    await refused(made.key, 403)
    await change("enableApiKey")
    assert [await status(host, made.key) for host in hosts] == [200, 200]
    renewed = await change("rotateApiKey", "key")
    assert [await status(host, renewed) for host in hosts] == [200, 200]
    await refused(made.key, 401)
    await change("deleteApiKey")
    await refused(renewed, 401)


async def test_whatever_is_due_is_looked_at_by_one_host_at_a_time(
    hosts: tuple[Process, Process], service: Service, db: Database
) -> None:
    assert hosts
    organization = await an_organization(db)
    names = [f"user{number}" for number in range(6 * IN_FLIGHT)]
    for name in names:
        await an_account(db, organization, name)

    def asked() -> list[str]:
        """For whom, but for what another test's server may still ask at the same port."""
        return [name for _, name in service.asked if name in names]

    async def are_asked(count: int) -> bool:
        return len(asked()) >= count

    await until(lambda: are_asked(IN_FLIGHT), BUSY_SECONDS)
    in_flight = asked()
    service.may_answer.set()
    await until(lambda: are_asked(len(names)), BUSY_SECONDS)

    assert len(in_flight) == IN_FLIGHT, "those of both hosts together"
    assert len(set(in_flight)) == len(in_flight)
    assert Counter(asked()) == dict.fromkeys(names, 1)
