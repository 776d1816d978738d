"""Which keys have just written: remembered in this process, and in Redis for all of them."""

import time

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

RECENT_SECONDS = 5.0
"""How long a key's reads are answered by the primary after a write of its own."""

_PATIENCE_SECONDS = 0.5
_PAUSE_SECONDS = 1.0
_CONNECTIONS = 20

log = structlog.get_logger(__name__)


class Writes:
    """One per process. While Redis is away every key may have written; `failures` counts how often that was said."""

    def __init__(self, redis_url: str | None = None, *, prefix: str = "creatoraudit") -> None:
        self.failures = 0
        self._prefix = prefix
        self._own: dict[str, float] = {}
        self._silent_until = 0.0
        self._redis: Redis | None = None
        if redis_url is not None:
            pool = BlockingConnectionPool.from_url(
                redis_url,
                max_connections=_CONNECTIONS,
                timeout=_PATIENCE_SECONDS,
                socket_timeout=_PATIENCE_SECONDS,
                socket_connect_timeout=_PATIENCE_SECONDS,
                retry=Retry(NoBackoff(), 1),  # Redis may have closed a connection that was idle
            )
            self._redis = Redis.from_pool(pool)

    async def note(self, key_id: str) -> None:
        """Remembers that something a key wrote has just been committed; never fails."""
        now = time.monotonic()
        self._own.pop(key_id, None)
        self._own[key_id] = now + RECENT_SECONDS
        while (first := next(iter(self._own))) and self._own[first] <= now:
            del self._own[first]
        if self._redis is not None and now >= self._silent_until:
            try:
                await self._redis.set(self._name(key_id), "", px=int(RECENT_SECONDS * 1_000))
            except (RedisError, OSError) as error:
                self._lost(error)

    async def is_recent(self, key_id: str) -> bool:
        """Whether the key has written within the last seconds, at any process."""
        now = time.monotonic()
        if self._own.get(key_id, 0.0) > now:
            return True
        if self._redis is None:
            return False
        if now >= self._silent_until:
            try:
                return bool(await self._redis.exists(self._name(key_id)))
            except (RedisError, OSError) as error:
                self._lost(error)
        self.failures += 1
        return True

    async def close(self) -> None:
        """Closes the connections to Redis."""
        if self._redis is not None:
            await self._redis.aclose()

    def _name(self, key_id: str) -> str:
        return f"{self._prefix}:wrote/{key_id}"

    def _lost(self, error: Exception) -> None:
        self._silent_until = time.monotonic() + _PAUSE_SECONDS
        log.warning("every key reads from the primary: Redis is away", error=type(error).__name__)
