"""A request that is wrong in every way learns first what the contract puts first."""

import pytest
from httpx import AsyncClient

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.settings import Settings
from factories import an_api_key

HUGE = b"x" * 1_048_577
NOT_JSON = {"Content-Type": "text/plain"}
NO_JSON_BACK = {"Accept": "text/html"}


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, anonymous_rate_limit=1)


async def test_the_checks_come_in_the_promised_order(anonymous: AsyncClient, db: Database, organization: Actor) -> None:
    reader = await an_api_key(db, organization, scopes=["read"], rate_limit=2)
    writer = await an_api_key(db, organization, scopes=["write"])
    everything_wrong = NOT_JSON | NO_JSON_BACK

    async def status(key: str, **headers: str) -> int:
        answer = await anonymous.post(
            "/v2/probe", content=HUGE, headers=everything_wrong | {"Authorization": f"Bearer {key}"} | headers
        )
        return answer.status_code

    assert (await anonymous.post("/v2/nowhere", content=HUGE, headers=everything_wrong)).status_code == 404
    assert (await anonymous.patch("/v2/probe", content=HUGE, headers=everything_wrong)).status_code == 405
    assert await status("unknown") == 401
    assert await status("unknown") == 429
    assert await status(reader.key) == 403
    assert await status(reader.key) == 403
    assert await status(reader.key) == 429
    assert await status(writer.key) == 406
    assert await status(writer.key, Accept="*/*") == 415
    assert await status(writer.key, Accept="*/*", **{"Content-Type": "application/json"}) == 413


async def test_a_missing_scope_is_named(anonymous: AsyncClient, db: Database, organization: Actor) -> None:
    reader = {"Authorization": f"Bearer {(await an_api_key(db, organization, scopes=['read'])).key}"}
    assert (await anonymous.get("/v2/probe", headers=reader)).status_code == 200
    answer = await anonymous.post("/v2/probe", json={}, headers=reader)
    assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE")
    assert "'write'" in answer.json()["detail"]
    assert answer.headers["x-ratelimit-limit"] == "600"


@pytest.mark.parametrize("scopes", [["write"], ["admin"]])
async def test_a_scope_contains_the_lesser_ones(
    anonymous: AsyncClient, db: Database, organization: Actor, scopes: list[str]
) -> None:
    headers = {"Authorization": f"Bearer {(await an_api_key(db, organization, scopes=scopes)).key}"}
    assert (await anonymous.post("/v2/probe", json={}, headers=headers)).status_code == 201
