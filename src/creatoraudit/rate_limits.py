"""What each key or address spends per fixed minute, counted in this process, or in Redis for all of them."""

import time
from typing import NamedTuple

import structlog
from limits.aio.storage import MemoryStorage, RedisStorage
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from creatoraudit import clock

WINDOW_SECONDS = 60

_PATIENCE_SECONDS = 0.5
_PAUSE_SECONDS = 1.0
_CONNECTIONS = 20

log = structlog.get_logger(__name__)


class Window(NamedTuple):
    """The current minute of one key or address, after a request was charged to it or refused."""

    limit: int
    remaining: int
    reset: int
    """When the next window begins, in Unix seconds."""
    allowed: bool
    key: str
    cost: int
    """What was charged, and so what a refund gives back."""

    @property
    def retry_after(self) -> int:
        """Seconds until the next window, at least one."""
        return max(1, self.reset - _now())


class RateLimits:
    """The counters. While Redis is away every request is allowed, and `failures` counts how often that happened."""

    def __init__(self, redis_url: str | None = None, *, prefix: str = "creatoraudit") -> None:
        self.failures = 0
        self._silent_until = 0.0
        self._pool: BlockingConnectionPool | None = None
        self._storage: MemoryStorage | RedisStorage = MemoryStorage()
        if redis_url is not None:
            self._pool = BlockingConnectionPool.from_url(
                redis_url,
                max_connections=_CONNECTIONS,
                timeout=_PATIENCE_SECONDS,
                socket_timeout=_PATIENCE_SECONDS,
                socket_connect_timeout=_PATIENCE_SECONDS,
                retry=Retry(NoBackoff(), 1),  # Redis may have closed a connection that was idle
            )
            self._storage = RedisStorage(
                f"async+{redis_url}",
                implementation="redispy",
                key_prefix=prefix,
                connection_pool=self._pool,  # type: ignore[arg-type]  # its options are typed too narrowly
            )

    async def hit(self, name: str, limit: int, cost: int = 1) -> Window:
        """Charges the current window of `name`; what would exceed the limit is refused and charged nothing."""
        minute = _now() // WINDOW_SECONDS
        key, reset = f"{name}/{minute}", (minute + 1) * WINDOW_SECONDS
        spent = await self._add(key, cost)
        if spent is None:
            return Window(limit, limit, reset, allowed=True, key=key, cost=0)
        if spent <= limit:
            return Window(limit, limit - spent, reset, allowed=True, key=key, cost=cost)
        await self._add(key, -cost)
        return Window(limit, max(0, limit - spent + cost), reset, allowed=False, key=key, cost=0)

    async def refund(self, window: Window) -> Window:
        """Gives back what a request was charged."""
        spent = await self._add(window.key, -window.cost) if window.cost else None
        if spent is None:
            return window
        return window._replace(remaining=max(0, window.limit - spent), cost=0)

    async def close(self) -> None:
        """Closes the connections to Redis."""
        if self._pool is not None:
            await self._pool.aclose()

    async def _add(self, key: str, cost: int) -> int | None:
        """The new total; None when Redis does not answer, which is then left alone for a moment."""
        if time.monotonic() >= self._silent_until:
            try:
                return await self._storage.incr(key, WINDOW_SECONDS, cost)
            except (RedisError, OSError) as error:
                self._silent_until = time.monotonic() + _PAUSE_SECONDS
                log.warning("rate limits are not counted: Redis is away", error=type(error).__name__)
        self.failures += 1
        return None


def _now() -> int:
    return int(clock.now().timestamp())
