"""Redis stops and starts while clients write to a server that counts their requests there."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chaos.writers import RECOVERY_SECONDS, writing
from redis_servers import RedisServer, running_redis
from servers import Process, running
from waiting import until


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def server(server_settings: dict[str, str], redis: RedisServer, tmp_path: Path) -> Iterator[Process]:
    with running(tmp_path / "log", server_settings | {"REDIS_URL": redis.url}) as server:
        yield server


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_clients_notice_nothing_but_that_they_are_not_counted(
    server: Process, redis: RedisServer, key: str
) -> None:
    async def is_counted() -> bool:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as client:
            headers = (await client.get(f"{server.url}/v2/accounts")).headers
        return headers["X-RateLimit-Remaining"] != headers["X-RateLimit-Limit"]

    async def is_not_counted() -> bool:
        return not await is_counted()

    async with writing(server.url, key) as crowd:
        assert await is_counted()
        for _ in range(2):
            redis.stop()
            await until(is_not_counted, RECOVERY_SECONDS)
            await crowd.progress()
            redis.start()
            await until(is_counted, RECOVERY_SECONDS)
            await crowd.progress()
        assert not crowd.refusals
        await crowd.check()
    log = server.log.read_text()
    assert "rate limits are not counted" in log
    assert "Traceback" not in log
