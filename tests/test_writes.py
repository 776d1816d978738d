import time
import uuid
from collections.abc import AsyncIterator

import pytest
import redis
from structlog.testing import capture_logs

from creatoraudit import writes as writes_module
from creatoraudit.writes import RECENT_SECONDS, Writes
from waiting import until


@pytest.fixture(params=["memory", "redis"])
async def writes(request: pytest.FixtureRequest) -> AsyncIterator[Writes]:
    """What this test's own keys have written; both kinds must behave alike."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    writes = Writes(url, prefix=f"test-{uuid.uuid4()}")
    yield writes
    await writes.close()


async def test_a_write_is_recent_for_its_own_key_alone(writes: Writes) -> None:
    assert not await writes.is_recent("one")
    await writes.note("one")
    assert await writes.is_recent("one")
    assert not await writes.is_recent("two")
    assert writes.failures == 0


async def test_a_write_is_recent_for_so_many_seconds(writes: Writes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writes_module, "RECENT_SECONDS", 0.4)
    started = time.monotonic()
    for key in ("early", "one"):
        await writes.note(key)

    async def is_over() -> bool:
        return not await writes.is_recent("one")

    await until(is_over)
    assert 0.4 <= time.monotonic() - started < 2
    await writes.note("two")
    assert len(writes._own) == 1, "what is over is forgotten"


async def test_processes_share_it_through_redis_which_forgets_it(redis_url: str) -> None:
    prefix = f"test-{uuid.uuid4()}"
    here, there = Writes(redis_url, prefix=prefix), Writes(redis_url, prefix=prefix)
    await here.note("one")
    assert await there.is_recent("one")
    assert not await there.is_recent("two")
    with redis.Redis.from_url(redis_url) as client:
        (name,) = client.scan_iter(f"{prefix}:*")
        assert RECENT_SECONDS - 2 < client.pttl(name) / 1_000 <= RECENT_SECONDS
    await here.close()
    await there.close()


async def test_without_redis_any_key_may_have_written_and_it_is_counted() -> None:
    writes = Writes("redis://127.0.0.1:1/0")
    with capture_logs() as logs:
        assert [await writes.is_recent(key) for key in ("one", "two", "three")] == [True] * 3
        await writes.note("one")
        assert await writes.is_recent("one")
    await writes.close()
    assert writes.failures == 3
    assert [entry["log_level"] for entry in logs] == ["warning"], "said once, not for every request"
