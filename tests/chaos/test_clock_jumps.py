"""The machine's clock jumps, forward and back, while clients write and accounts are refreshed."""

import datetime as dt
from collections.abc import AsyncIterator

import httpx
import pytest

from chaos.writers import RECOVERY_SECONDS, writing
from creatoraudit import clock
from creatoraudit.app import create_app
from creatoraudit.settings import Settings
from live import served
from waiting import until

JUMPS = [dt.timedelta(hours=hours) for hours in (25, -25, -3, 3)]
"""Past a day and the life of an idempotency record, back, and the same the other way round."""


@pytest.fixture
async def url(database_url: str) -> AsyncIterator[str]:
    settings = Settings(database_url=database_url, rate_limit=1_000_000, source_instagram="simulated")
    app = create_app(settings)
    async with app.router.lifespan_context(app), served(app, settings) as url:
        yield url


async def test_everything_goes_on(url: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shift = dt.timedelta()
    monkeypatch.setattr(clock, "_source", lambda: dt.datetime.now(dt.UTC) + shift)
    async with (
        writing(url, key) as crowd,
        httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}) as client,
    ):
        tracked: dict[str, int] = {}
        for number, jump in enumerate(JUMPS):
            shift += jump
            await crowd.progress()
            name = f"tracked{number}"
            answer = await client.post("/v2/accounts", json={"platform": "instagram", "username": name})
            window = int(answer.headers["X-RateLimit-Reset"]) - clock.now().timestamp()
            assert 0 <= window <= 60
            tracked[name] = await followers(client, answer.json()["data"]["id"])
        assert not crowd.refusals
        for account in (await client.get("/v2/accounts?platform=instagram")).json()["data"]:
            assert account["follower_count"] >= tracked[account["username"]] > 0, "no number fell"
            await client.delete(f"/v2/accounts/{account['id']}")
        await crowd.check(counted=False)  # today's overview leaves out what was added tomorrow


async def followers(client: httpx.AsyncClient, account: str) -> int:
    """How many followers an account has when it was refreshed, which takes two seconds at the most."""
    count = 0

    async def seen() -> bool:
        nonlocal count
        data = (await client.get(f"/v2/accounts/{account}")).json()["data"]
        count = data["follower_count"]
        return data["last_scrape_time"] is not None

    await until(seen, RECOVERY_SECONDS, pause=0.05)
    return count
