"""The database goes away and comes back while the server runs."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient
from sqlalchemy import make_url

from creatoraudit.settings import Settings
from outages import Line

RECOVERY_SECONDS = 20


@pytest.fixture
async def line(empty_postgres_url: str) -> AsyncIterator[Line]:
    url = make_url(empty_postgres_url)
    line = Line(url.host or "127.0.0.1", url.port or 5432)
    await line.mend()
    yield line
    await line.cut()


@pytest.fixture
def database_url(empty_postgres_url: str) -> str:
    return empty_postgres_url


@pytest.fixture
def settings(database_url: str, line: Line) -> Settings:
    url = make_url(database_url).set(host="127.0.0.1", port=line.port)
    return Settings(database_url=url.render_as_string(hide_password=False))


async def test_requests_fail_in_order_until_it_is_back(client: AsyncClient, line: Line) -> None:
    assert (await client.get("/v2/accounts")).status_code == 200

    await line.cut()
    for path in ("/v2/accounts", "/v2/health", "/readyz"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE"), path
        assert int(answer.headers["retry-after"]) >= 1
    created = await client.post("/v2/accounts", json={"platform": "tiktok", "username": "acme"})
    assert created.status_code == 503
    assert (await client.get("/healthz")).status_code == 200

    await line.mend()
    deadline = asyncio.get_running_loop().time() + RECOVERY_SECONDS
    while (await client.get("/readyz")).status_code != 200:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.05)
    assert (await client.get("/v2/accounts")).status_code == 200
    created = await client.post("/v2/accounts", json={"platform": "tiktok", "username": "acme"})
    assert created.status_code == 201
