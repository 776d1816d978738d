"""A service that is asked for JSON over HTTP: within a time, for a bounded answer, and never followed elsewhere."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx
import orjson

from creatoraudit import clock
from creatoraudit.ingestion.sources.source import Failed

_TOLD = 300
"""Characters of what a service says of a failure that are passed on."""


class Answer(NamedTuple):
    """What a service answered; `content` is None unless it is JSON."""

    status: int
    headers: httpx.Headers
    content: Any

    @property
    def retry_at(self) -> dt.datetime | None:
        """When the service wants to be asked again, if its `Retry-After` says so."""
        said = self.headers.get("Retry-After", "").strip()
        try:
            if said.isdecimal():
                return clock.now() + dt.timedelta(seconds=int(said))
            return parsedate_to_datetime(said).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            return None


class Service:
    """Connections to one service; the token travels in a header, so that no URL that is shown anywhere has it."""

    def __init__(self, url: str, token: str | None, *, timeout: float, max_bytes: int) -> None:
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._client = httpx.AsyncClient(base_url=url, headers=headers, timeout=timeout)
        self._timeout = timeout
        self._max_bytes = max_bytes

    async def ask(self, path: str, params: Mapping[str, str]) -> Answer | Failed:
        """What the service answers, or why there is no answer."""
        body = bytearray()
        try:
            async with asyncio.timeout(self._timeout), self._client.stream("GET", path, params=params) as response:
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > self._max_bytes:
                        return Failed(f"the answer is larger than {self._max_bytes} bytes")
        except (TimeoutError, httpx.TimeoutException):
            return Failed(f"there was no answer within {self._timeout:g} seconds")
        except httpx.HTTPError as error:
            return Failed(f"there was no answer: {error or type(error).__name__}")
        return Answer(response.status_code, response.headers, _json(body))

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._client.aclose()


def told(text: object) -> str:
    """What a service says of a failure, in one line of reasonable length; nothing if it is no text."""
    return " ".join(text.split())[:_TOLD] if isinstance(text, str) else ""


def _json(body: bytearray) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
