"""Who hears of what was refreshed: subscribers in this process at once, those in others through Redis."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, ClassVar, Literal, NamedTuple

import orjson
import structlog
from redis.asyncio import Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from creatoraudit.errors import CreatorAuditError, QuotaExceeded

CAPACITY = 1_000
"""How many events may wait for one subscriber."""

MAX_SUBSCRIPTIONS = 5_000
"""How many subscriptions of one organization a process serves at a time."""

_PATIENCE_SECONDS = 0.5
_PAUSE_SECONDS = 1.0
_QUIET_SECONDS = 5.0

Kind = Literal["account", "video"]

log = structlog.get_logger(__name__)


class Refreshed(NamedTuple):
    """An account or a video whose new numbers are committed."""

    organization_id: str
    kind: Kind
    id: str


class TooSlow(CreatorAuditError):
    """A subscriber did not take its events as fast as they came, and gets no more of them."""

    code: ClassVar[str] = "TOO_SLOW"
    status: ClassVar[int] = 503

    def __init__(self) -> None:
        super().__init__(f"More than {CAPACITY:,} events were waiting to be taken. Subscribe anew.")


class Subscription:
    """The events that one subscriber asked for, in their order; iterating raises TooSlow once it was dropped."""

    def __init__(self, kind: Kind, ids: frozenset[str] | None) -> None:
        self._kind = kind
        self._ids = ids
        self._waiting: asyncio.Queue[Refreshed | None] = asyncio.Queue(CAPACITY)
        self._ended: Exception | None = None

    def offer(self, event: Refreshed) -> bool:
        """Lets the event wait if it was asked for; False where it was one too many, which ends the subscription."""
        if self._ended is not None or event.kind != self._kind or (self._ids is not None and event.id not in self._ids):
            return True
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.end(TooSlow())
            return False
        return True

    def end(self, why: Exception) -> None:
        """Forgets what still waits; the subscriber is told why instead."""
        self._ended = why
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    def __aiter__(self) -> "Subscription":
        return self

    async def __anext__(self) -> Refreshed:
        event = await self._waiting.get()
        if event is not None:
            return event
        self._waiting.put_nowait(None)  # whoever asks again is told again
        raise self._ended or StopAsyncIteration


class Events:
    """One per process. While Redis is away events stay in their process, and `failures` counts how often that was.

    It counts as well what was `published` here and `heard` from others, and the subscriptions it `dropped`.
    """

    def __init__(self, redis_url: str | None = None, *, prefix: str = "creatoraudit") -> None:
        self.failures = self.published = self.heard = self.dropped = 0
        self._subscriptions: dict[str, set[Subscription]] = {}
        self._origin = uuid.uuid4().hex
        self._silent_until = 0.0
        self._deaf = False
        self._listener: asyncio.Task[None] | None = None
        self._hears = asyncio.Event()
        self._redis: Redis | None = None
        if redis_url is not None:
            self._channel = f"{prefix}/{parse_url(redis_url).get('db', 0)}/refreshed"  # channels know no numbers
            self._redis = Redis.from_url(
                redis_url,
                socket_timeout=_PATIENCE_SECONDS,
                socket_connect_timeout=_PATIENCE_SECONDS,
                retry=Retry(NoBackoff(), 1),  # Redis may have closed a connection that was idle
            )

    def __len__(self) -> int:
        """How many subscriptions are open."""
        return sum(map(len, list(self._subscriptions.values())))

    async def publish(self, event: Refreshed) -> None:
        """Tells all subscribers of its organization; never fails, and waits for none of them."""
        self.published += 1
        self._deliver(event)
        if self._redis is None:
            return
        if time.monotonic() >= self._silent_until:
            try:
                await self._redis.publish(self._channel, orjson.dumps([self._origin, *event]))
            except (RedisError, OSError) as error:
                self._silent_until = time.monotonic() + _PAUSE_SECONDS
                log.warning("events do not reach other processes: Redis is away", error=type(error).__name__)
            else:
                return
        self.failures += 1

    @asynccontextmanager
    async def subscribe(
        self, organization_id: str, kind: Kind, ids: frozenset[str] | None = None
    ) -> AsyncIterator[Subscription]:
        """What is refreshed in an organization from now on: all of a kind, or those with these ids.

        QuotaExceeded if the organization has too many subscriptions open here.
        """
        own = self._subscriptions.setdefault(organization_id, set())
        if len(own) >= MAX_SUBSCRIPTIONS:
            raise QuotaExceeded(f"The organization has {MAX_SUBSCRIPTIONS:,} open subscriptions already.")
        subscription = Subscription(kind, ids)
        own.add(subscription)
        try:
            await self._listen()
            yield subscription
        finally:
            own.discard(subscription)
            if not own and self._subscriptions.get(organization_id) is own:
                del self._subscriptions[organization_id]

    async def close(self) -> None:
        """Ends all subscriptions, and the connections to Redis."""
        for subscription in [one for own in self._subscriptions.values() for one in own]:
            subscription.end(StopAsyncIteration())
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        if self._redis is not None:
            await self._redis.aclose()

    def _deliver(self, event: Refreshed) -> None:
        for subscription in self._subscriptions.get(event.organization_id, ()):
            self.dropped += not subscription.offer(event)

    async def _listen(self) -> None:
        """Starts listening to other processes, and waits until it does, but not for long."""
        if self._redis is None:
            return
        if self._listener is None:
            self._listener = asyncio.create_task(self._listening(self._redis))
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._hears.wait()

    async def _listening(self, redis: Redis) -> None:
        """Listens for as long as the process lives, however often Redis goes and comes back."""
        while True:
            try:
                async with redis.pubsub() as channel:
                    await channel.subscribe(self._channel)
                    await self._hear(channel)
            except (RedisError, OSError) as error:
                if not self._deaf:
                    log.warning("events of other processes do not arrive: Redis is away", error=type(error).__name__)
                self._deaf = True
                self._hears.clear()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _hear(self, channel: Any) -> None:
        """Hands on what other processes publish, until the connection is lost or Redis does not answer any more."""
        asked = False
        while True:
            message = await channel.get_message(timeout=_QUIET_SECONDS)
            if message is None:
                if asked:
                    raise TimeoutError
                await channel.ping()
            elif message["type"] == "subscribe":
                self._hears.set()
                if self._deaf:
                    log.info("events of other processes arrive again")
                self._deaf = False
            elif message["type"] == "message":
                self._relay(message["data"])
            asked = message is None

    def _relay(self, data: bytes) -> None:
        try:
            origin, *event = orjson.loads(data)
            refreshed = Refreshed(*event)
        except (ValueError, TypeError):
            log.warning("what another process published is no event")
        else:
            if origin != self._origin:
                self.heard += 1
                self._deliver(refreshed)
