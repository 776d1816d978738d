import datetime as dt

import pytest
from httpx import AsyncClient, Response

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.settings import Settings
from factories import an_api_key

MOMENT = dt.datetime(2026, 6, 14, 9, 30, 15, tzinfo=dt.UTC)
NEXT_MINUTE = dt.datetime(2026, 6, 14, 9, 31, tzinfo=dt.UTC)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, rate_limit=5)


def rate(answer: Response) -> tuple[int, int, int]:
    """Limit, remaining and reset of an answer."""
    limit, remaining, reset = (int(answer.headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "reset"))
    return limit, remaining, reset


async def test_every_answer_to_a_key_costs_one_whatever_it_is(client: AsyncClient) -> None:
    reset = int(NEXT_MINUTE.timestamp())
    with clock.frozen(MOMENT):
        assert rate(await client.get("/v2/probe")) == (5, 4, reset)
        assert rate(await client.post("/v2/probe", content=b"{")) == (5, 3, reset)
        assert rate(await client.get("/v2/probe", headers={"Accept": "text/html"})) == (5, 2, reset)
        assert rate(await client.delete("/v2/probe")) == (5, 1, reset)
        assert rate(await client.head("/v2/probe")) == (5, 0, reset)
        for _ in range(2):
            refused = await client.get("/v2/probe")
            assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
            assert refused.headers["retry-after"] == "45"
            assert rate(refused) == (5, 0, reset)
    with clock.frozen(NEXT_MINUTE):
        assert rate(await client.get("/v2/probe")) == (5, 4, reset + 60)


async def test_an_answer_that_is_not_needed_costs_nothing(client: AsyncClient) -> None:
    with clock.frozen(MOMENT):
        tag = (await client.get("/v2/probe")).headers["etag"]
        for _ in range(7):
            answer = await client.get("/v2/probe", headers={"If-None-Match": tag})
            assert answer.status_code == 304
            assert rate(answer)[:2] == (5, 4)
        assert rate(await client.get("/v2/probe"))[1] == 3


async def test_a_key_may_have_a_limit_of_its_own(anonymous: AsyncClient, db: Database, organization: Actor) -> None:
    headers = {"Authorization": f"Bearer {(await an_api_key(db, organization, rate_limit=2)).key}"}
    with clock.frozen(MOMENT):
        statuses = [(await anonymous.get("/v2/probe", headers=headers)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


async def test_keys_of_one_organization_count_apart(client: AsyncClient, db: Database, organization: Actor) -> None:
    other = {"Authorization": f"Bearer {(await an_api_key(db, organization)).key}"}
    with clock.frozen(MOMENT):
        await client.get("/v2/probe")
        assert rate(await client.get("/v2/probe", headers=other))[1] == 4


async def test_what_needs_no_key_is_unlimited(client: AsyncClient) -> None:
    with clock.frozen(MOMENT):
        for _ in range(7):
            answer = await client.get("/v2/where")
            assert answer.status_code == 200
            assert "x-ratelimit-limit" not in answer.headers
