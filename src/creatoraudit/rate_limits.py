"""What each key or address spends per fixed minute, counted in this process, or in Redis for all of them."""

import time
from collections import Counter
from typing import NamedTuple

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from creatoraudit import clock

WINDOW_SECONDS = 60

_PATIENCE_SECONDS = 0.5
_PAUSE_SECONDS = 1.0
_CONNECTIONS = 20
_MINUTES = 2

log = structlog.get_logger(__name__)


class Window(NamedTuple):
    """The current minute of one key or address, after a request was charged to it or refused."""

    limit: int
    remaining: int
    reset: int
    """When the next window begins, in Unix seconds."""
    allowed: bool
    name: str
    cost: int
    """What was charged, and so what a refund gives back."""

    @property
    def retry_after(self) -> int:
        """Seconds until the next window, at least one."""
        return max(1, self.reset - _now())


class RateLimits:
    """The counters. While Redis is away every request is allowed, and `failures` counts how often that happened.

    `refusals` counts what was refused, by what the name begins with.
    """

    def __init__(self, redis_url: str | None = None, *, prefix: str = "creatoraudit") -> None:
        self.failures = 0
        self.refusals: Counter[str] = Counter()
        self._silent_until = 0.0
        self._counts = _Here() if redis_url is None else _InRedis(redis_url, prefix)

    async def hit(self, name: str, limit: int, cost: int = 1) -> Window:
        """Charges the current window of `name`; what would exceed the limit is refused and charged nothing."""
        minute = _now() // WINDOW_SECONDS
        reset = (minute + 1) * WINDOW_SECONDS
        spent = await self._add(name, minute, cost)
        if spent is None:
            return Window(limit, limit, reset, allowed=True, name=name, cost=0)
        if spent <= limit:
            return Window(limit, limit - spent, reset, allowed=True, name=name, cost=cost)
        await self._add(name, minute, -cost)
        self.refusals[name.partition("/")[0]] += 1
        return Window(limit, max(0, limit - spent + cost), reset, allowed=False, name=name, cost=0)

    async def refund(self, window: Window) -> Window:
        """Gives back what a request was charged."""
        minute = window.reset // WINDOW_SECONDS - 1
        spent = await self._add(window.name, minute, -window.cost) if window.cost else None
        if spent is None:
            return window
        return window._replace(remaining=max(0, window.limit - spent), cost=0)

    async def close(self) -> None:
        """Closes the connections to Redis."""
        if isinstance(self._counts, _InRedis):
            await self._counts.close()

    async def _add(self, name: str, minute: int, cost: int) -> int | None:
        """The new total; None when Redis does not answer, which is then left alone for a moment."""
        if isinstance(self._counts, _Here):
            return self._counts.add(name, minute, cost)
        if time.monotonic() >= self._silent_until:
            try:
                return await self._counts.add(name, minute, cost)
            except (RedisError, OSError) as error:
                self._silent_until = time.monotonic() + _PAUSE_SECONDS
                log.warning("rate limits are not counted: Redis is away", error=type(error).__name__)
        self.failures += 1
        return None


class _Here:
    """The totals of this process: of the current minute, and of the one before, to which a refund may belong."""

    def __init__(self) -> None:
        self._minutes: dict[int, Counter[str]] = {}

    def add(self, name: str, minute: int, cost: int) -> int:
        """The new total."""
        spent = self._minutes.get(minute)
        if spent is None:
            spent = self._minutes[minute] = Counter()
            if len(self._minutes) > _MINUTES:
                del self._minutes[next(iter(self._minutes))]
        spent[name] += cost
        return spent[name]


class _InRedis:
    """The totals of all processes that share a Redis, which forgets those of minutes that are over."""

    def __init__(self, url: str, prefix: str) -> None:
        self._prefix = prefix
        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_PATIENCE_SECONDS,
            socket_timeout=_PATIENCE_SECONDS,
            socket_connect_timeout=_PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 1),  # Redis may have closed a connection that was idle
        )
        self._redis = Redis(connection_pool=self._pool)

    async def add(self, name: str, minute: int, cost: int) -> int:
        """The new total, in one round trip."""
        key = f"{self._prefix}:{name}/{minute}"
        commands = self._redis.pipeline(transaction=False)
        commands.incrby(key, cost)
        commands.expire(key, WINDOW_SECONDS)
        total, _ = await commands.execute()
        return int(total)

    async def close(self) -> None:
        """Closes the connections."""
        await self._pool.aclose()


def _now() -> int:
    return int(clock.now().timestamp())
