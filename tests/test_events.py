import asyncio
import time
import uuid
from collections.abc import AsyncIterator

import pytest
import redis
from structlog.testing import capture_logs

from creatoraudit import events as events_module
from creatoraudit.errors import QuotaExceeded
from creatoraudit.events import CAPACITY, Events, Refreshed, Subscription, TooSlow
from redis_servers import running_redis

SECONDS = 10


@pytest.fixture(params=["memory", "redis"])
async def events(request: pytest.FixtureRequest) -> AsyncIterator[Events]:
    """Events of this test's own; both kinds must behave alike."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    events = Events(url, prefix=f"test-{uuid.uuid4()}")
    yield events
    await events.close()


def account(number: int | str, organization: str = "ours") -> Refreshed:
    return Refreshed(organization, "account", str(number))


async def taken(subscription: Subscription, count: int) -> list[Refreshed]:
    """So many events, which must be there within seconds."""
    async with asyncio.timeout(SECONDS):
        return [await anext(subscription) for _ in range(count)]


class TestOneProcess:
    async def test_a_subscriber_hears_of_its_organization_and_kind_in_order(self, events: Events) -> None:
        async with events.subscribe("ours", "account") as heard, events.subscribe("ours", "video") as of_videos:
            await events.publish(account(1))
            await events.publish(account(1, "theirs"))
            await events.publish(Refreshed("ours", "video", "1"))
            await events.publish(account(2))

            assert await taken(heard, 2) == [account(1), account(2)]
            assert await taken(of_videos, 1) == [Refreshed("ours", "video", "1")]

    async def test_ids_narrow_it(self, events: Events) -> None:
        async with events.subscribe("ours", "account", frozenset({"2", "3"})) as heard:
            for number in (1, 2, 3):
                await events.publish(account(number))
            assert await taken(heard, 2) == [account(2), account(3)]

    async def test_each_subscriber_hears_of_everything_once(self, events: Events) -> None:
        async with events.subscribe("ours", "account") as one, events.subscribe("ours", "account") as other:
            await events.publish(account(1))
            await events.publish(account(2))
            assert await taken(one, 2) == await taken(other, 2) == [account(1), account(2)]

    async def test_who_takes_nothing_is_dropped_with_a_reason_and_holds_nothing(self, events: Events) -> None:
        async with events.subscribe("ours", "account") as slow, events.subscribe("ours", "account") as quick:
            for number in range(CAPACITY):
                await events.publish(account(number))
                await taken(quick, 1)
            await events.publish(account("one too many"))
            assert slow._waiting.qsize() == 1, "what waited is forgotten, the reason waits"
            for _ in range(2):
                with pytest.raises(TooSlow, match="1,000 events"):
                    await taken(slow, 1)
            assert await taken(quick, 1) == [account("one too many")]

    async def test_what_nobody_asked_for_fills_no_queue(self, events: Events) -> None:
        async with events.subscribe("ours", "account", frozenset({"wanted"})) as heard:
            for number in range(CAPACITY + 1):
                await events.publish(account(number))
            await events.publish(account("wanted"))
            assert await taken(heard, 1) == [account("wanted")]

    async def test_nothing_is_kept_of_who_left(self, events: Events) -> None:
        async with events.subscribe("ours", "account"), events.subscribe("theirs", "account"):
            pass
        assert events._subscriptions == {}
        await events.publish(account(1))

    async def test_an_organization_has_only_so_many_subscriptions(
        self, events: Events, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(events_module, "MAX_SUBSCRIPTIONS", 2)
        async with events.subscribe("ours", "account"), events.subscribe("ours", "video"):
            with pytest.raises(QuotaExceeded, match="2 open subscriptions"):
                async with events.subscribe("ours", "account"):
                    pytest.fail("one too many")
            async with events.subscribe("theirs", "account"):
                pass
        async with events.subscribe("ours", "account"):
            pass

    async def test_closing_ends_every_subscription(self, events: Events) -> None:
        async with events.subscribe("ours", "account") as heard:
            await events.publish(account(1))
            await events.close()
            async with asyncio.timeout(SECONDS):
                assert [event async for event in heard] == []


async def test_processes_hear_of_each_other_through_redis(redis_url: str) -> None:
    prefix = f"test-{uuid.uuid4()}"
    one, other, silent = Events(redis_url, prefix=prefix), Events(redis_url, prefix=prefix), Events(redis_url)
    async with (
        one.subscribe("ours", "account") as here,
        other.subscribe("ours", "account") as there,
        silent.subscribe("ours", "account") as elsewhere,
    ):
        await one.publish(account(1))
        assert await taken(here, 1) == await taken(there, 1) == [account(1)]
        await other.publish(account(2))
        assert await taken(here, 1) == await taken(there, 1) == [account(2)]
        await silent.publish(account(3))
        assert await taken(elsewhere, 1) == [account(3)], "another program's channel is its own"
    for events in (one, other, silent):
        await events.close()


async def test_databases_of_one_redis_are_kept_apart(redis_url: str) -> None:
    prefix = f"test-{uuid.uuid4()}"
    ours, theirs = Events(redis_url, prefix=prefix), Events(f"{redis_url.rpartition('/')[0]}/8", prefix=prefix)
    async with ours.subscribe("ours", "account") as heard:
        await theirs.publish(account("of another database"))
        await ours.publish(account(1))
        assert await taken(heard, 1) == [account(1)]
    await ours.close()
    await theirs.close()


async def test_what_is_no_event_is_said_and_passed_over(redis_url: str) -> None:
    events, other = (Events(redis_url, prefix="test-garbage") for _ in range(2))
    with redis.Redis.from_url(redis_url) as client, capture_logs() as logs:
        async with events.subscribe("ours", "account") as heard:
            for garbage in ("{", "1", "[]", '["a", "b"]'):
                client.publish("test-garbage/9/refreshed", garbage)
            await other.publish(account(1))
            assert await taken(heard, 1) == [account(1)]
    assert [entry["log_level"] for entry in logs] == ["warning"] * 4
    await events.close()
    await other.close()


async def test_processes_hear_of_each_other_again_when_redis_is_back() -> None:
    with running_redis() as server, capture_logs() as logs:
        one, other = Events(server.url), Events(server.url)
        async with one.subscribe("ours", "account") as here, other.subscribe("ours", "account") as there:
            await one.publish(account("before"))
            assert await taken(here, 1) == await taken(there, 1) == [account("before")]

            server.stop()
            for number in range(3):
                await one.publish(account(number))
            assert await taken(here, 3) == [account(number) for number in range(3)], "its own process hears of it still"
            assert one.failures == 3
            deaf = "events of other processes do not arrive: Redis is away"
            deadline = time.monotonic() + SECONDS
            while [entry["event"] for entry in logs].count(deaf) < 2:
                assert time.monotonic() < deadline, "nothing said that events do not arrive"
                await asyncio.sleep(0.01)

            server.start()
            deadline, arrived = time.monotonic() + SECONDS, asyncio.create_task(anext(there))
            while not arrived.done():
                assert time.monotonic() < deadline, "events do not arrive again"
                await one.publish(account("after"))
                await asyncio.wait({arrived}, timeout=0.1)
            assert arrived.result() == account("after")
        await one.close()
        await other.close()
    said = [entry["event"] for entry in logs]
    assert said.count(deaf) == said.count("events of other processes arrive again") == 2, "once by each process"
    assert "events do not reach other processes: Redis is away" in said


async def test_without_redis_subscribing_and_publishing_go_on() -> None:
    events = Events("redis://127.0.0.1:1/0")
    started = time.monotonic()
    async with events.subscribe("ours", "account") as heard:
        await events.publish(account(1))
        assert await taken(heard, 1) == [account(1)]
    assert time.monotonic() - started < 5
    await events.close()
