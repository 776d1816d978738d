"""Waiting for what is going to be: up to a deadline, and no longer than it takes."""

import asyncio
from collections.abc import Awaitable, Callable

DEADLINE_SECONDS = 20.0


async def until(true: Callable[[], Awaitable[bool]], seconds: float = DEADLINE_SECONDS, *, pause: float = 0.02) -> None:
    """Asks until the answer is yes; TimeoutError when that takes too long."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - what is waited for is in a database
            await asyncio.sleep(pause)
