import datetime as dt

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.models import ApiKey
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.api_keys import disable_api_key
from creatoraudit.domain.scope import table
from creatoraudit.settings import Settings
from factories import an_api_key, an_organization

RATE_HEADERS = {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, anonymous_rate_limit=3, trusted_proxies=("127.0.0.1",))


async def test_the_key_says_who_asks(client: AsyncClient, organization: Actor) -> None:
    answer = await client.get("/v2/probe")
    assert answer.json()["organization"] == organization.organization_id


@pytest.mark.parametrize("prefix", ["Bearer ", "bearer ", "BEARER   "])
async def test_the_scheme_is_read_as_http_wants_it(anonymous: AsyncClient, key: str, prefix: str) -> None:
    assert (await anonymous.get("/v2/probe", headers={"Authorization": f"{prefix}{key} "})).status_code == 200


@pytest.mark.parametrize(
    "sent", [None, "", "Bearer", "Bearer ", "Bearer unknown", "Basic dTpw", "Bearer \xff", "{key}"]
)
async def test_no_key_or_an_unknown_one_is_unauthorized(anonymous: AsyncClient, key: str, sent: str | None) -> None:
    headers = {} if sent is None else {"Authorization": sent.replace("{key}", key).encode("latin-1")}
    answer = await anonymous.get("/v2/probe", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert not RATE_HEADERS & answer.headers.keys()


@pytest.mark.parametrize("fields", [{"is_active": False}, {"has_subscription": False}])
async def test_an_organization_out_of_service_is_forbidden(
    anonymous: AsyncClient, db: Database, fields: dict[str, bool]
) -> None:
    key = (await an_api_key(db, await an_organization(db, **fields))).key
    answer = await anonymous.get("/v2/probe", headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert not RATE_HEADERS & answer.headers.keys()


async def test_a_disabled_and_an_expired_key_are_forbidden(
    anonymous: AsyncClient, db: Database, organization: Actor
) -> None:
    disabled = await an_api_key(db, organization)
    await disable_api_key(db, organization, disabled.row.id)
    expired = await an_api_key(db, organization)
    async with db.transaction() as tx:
        past = {"expires_at": clock.now() - dt.timedelta(seconds=1)}
        await tx.execute(update(table(ApiKey)).where(table(ApiKey).c.id == expired.row.id).values(past))
    for key in (disabled.key, expired.key):
        answer = await anonymous.get("/v2/probe", headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


async def test_an_address_may_only_try_so_often(client: AsyncClient, anonymous: AsyncClient) -> None:
    with clock.frozen(dt.datetime(2026, 6, 14, 9, 30, 15, tzinfo=dt.UTC)):
        for _ in range(3):
            assert (await anonymous.get("/v2/probe")).status_code == 401
        answer = await anonymous.get("/v2/probe", headers={"Authorization": "Bearer guess"})
        assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
        assert answer.json()["detail"] == "Rate limit exceeded."
        assert answer.headers["retry-after"] == "45"
        assert "www-authenticate" not in answer.headers

        assert (await client.get("/v2/probe")).status_code == 200, "a valid key is not the address's business"
        assert (await anonymous.get("/v2/where")).status_code == 200, "nor is what needs no key"
        elsewhere = {"X-Forwarded-For": "203.0.113.9"}
        assert (await anonymous.get("/v2/probe", headers=elsewhere)).status_code == 401, "nor another address"
    with clock.frozen(dt.datetime(2026, 6, 14, 9, 31, tzinfo=dt.UTC)):
        assert (await anonymous.get("/v2/probe")).status_code == 401
