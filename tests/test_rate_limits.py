import asyncio
import datetime as dt
import socket
import time
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
import redis
from structlog.testing import capture_logs

from creatoraudit import clock
from creatoraudit.rate_limits import RateLimits

MOMENT = dt.datetime(2026, 6, 14, 9, 30, 15, tzinfo=dt.UTC)
RESET = int(dt.datetime(2026, 6, 14, 9, 31, tzinfo=dt.UTC).timestamp())


@pytest.fixture(params=["memory", "redis"])
async def limits(request: pytest.FixtureRequest) -> AsyncIterator[RateLimits]:
    """Counters of this test's own; both kinds must behave alike."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    limits = RateLimits(url, prefix=f"test-{uuid.uuid4()}")
    yield limits
    await limits.close()


@pytest.fixture
def moment() -> Iterator[None]:
    with clock.frozen(MOMENT):
        yield


@pytest.mark.usefixtures("moment")
class TestOneMinute:
    async def test_it_holds_exactly_the_limit(self, limits: RateLimits) -> None:
        windows = [await limits.hit("key", 3) for _ in range(5)]
        assert [window.allowed for window in windows] == [True, True, True, False, False]
        assert [window.remaining for window in windows] == [2, 1, 0, 0, 0]
        assert {(window.limit, window.reset, window.retry_after) for window in windows} == {(3, RESET, 45)}

    async def test_names_count_apart(self, limits: RateLimits) -> None:
        await limits.hit("one", 1)
        assert (await limits.hit("two", 1)).allowed

    async def test_what_does_not_fit_is_charged_nothing(self, limits: RateLimits) -> None:
        await limits.hit("key", 5, 3)
        refused = await limits.hit("key", 5, 3)
        assert (refused.allowed, refused.remaining) == (False, 2)
        assert (await limits.hit("key", 5, 2)).remaining == 0

    async def test_more_than_the_limit_at_once_never_fits(self, limits: RateLimits) -> None:
        refused = await limits.hit("key", 5, 6)
        assert (refused.allowed, refused.remaining) == (False, 5)

    async def test_a_refund_gives_back_what_was_charged_once(self, limits: RateLimits) -> None:
        charged = await limits.hit("key", 2, 2)
        refunded = await limits.refund(charged)
        assert refunded.remaining == 2
        assert (await limits.refund(refunded)).remaining == 2
        assert (await limits.hit("key", 2)).remaining == 1

    async def test_a_refused_request_has_nothing_to_refund(self, limits: RateLimits) -> None:
        await limits.hit("key", 1)
        refused = await limits.hit("key", 1)
        await limits.refund(refused)
        assert not (await limits.hit("key", 1)).allowed

    async def test_a_lower_limit_counts_at_once(self, limits: RateLimits) -> None:
        for _ in range(4):
            await limits.hit("key", 10)
        lowered = await limits.hit("key", 2)
        assert (lowered.allowed, lowered.remaining) == (False, 0)

    async def test_requests_at_the_same_time_share_it(self, limits: RateLimits) -> None:
        windows = await asyncio.gather(*(limits.hit("key", 40) for _ in range(100)))
        assert sum(window.allowed for window in windows) == 40
        assert limits.failures == 0


async def test_the_next_minute_begins_anew(limits: RateLimits) -> None:
    with clock.frozen(MOMENT):
        before = await limits.hit("key", 1)
    with clock.frozen(MOMENT + dt.timedelta(seconds=44)):
        assert not (await limits.hit("key", 1)).allowed
    with clock.frozen(MOMENT + dt.timedelta(seconds=45)):
        assert (await limits.hit("key", 2)).reset == RESET + 60
        await limits.refund(before)
        assert (await limits.hit("key", 2)).remaining == 0, "a refund belongs to the minute it was charged in"


async def test_processes_share_one_count_through_redis(redis_url: str) -> None:
    prefix = f"test-{uuid.uuid4()}"
    one, other = RateLimits(redis_url, prefix=prefix), RateLimits(redis_url, prefix=prefix)
    with clock.frozen(MOMENT):
        await one.hit("key", 2)
        assert (await other.hit("key", 2)).remaining == 0
        assert not (await one.hit("key", 2)).allowed
    await one.close()
    await other.close()


async def test_redis_forgets_what_is_over(redis_url: str) -> None:
    prefix = f"test-{uuid.uuid4()}"
    limits = RateLimits(redis_url, prefix=prefix)
    window = await limits.hit("key", 2)
    await limits.refund(window)
    await limits.hit("key", 2)
    await limits.close()
    with redis.Redis.from_url(redis_url) as client:
        (key,) = client.scan_iter(f"{prefix}:*")
        assert 0 < client.ttl(key) <= 60


async def test_without_redis_everyone_is_let_in_and_it_is_counted() -> None:
    limits = RateLimits("redis://127.0.0.1:1/0")
    with capture_logs() as logs:
        windows = [await limits.hit("key", 1) for _ in range(5)]
    await limits.close()
    assert all(window.allowed for window in windows)
    assert {window.remaining for window in windows} == {1}
    assert limits.failures == 5
    assert [entry["log_level"] for entry in logs] == ["warning"], "said once, not for every request"


async def test_a_redis_that_hangs_holds_nobody_up_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        limits = RateLimits(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        started = time.monotonic()
        windows = [await limits.hit("key", 1) for _ in range(50)]
        assert time.monotonic() - started < 10, "one request waits, the others do not"
        assert all(window.allowed for window in windows)
        await limits.close()
