"""Bytes, sent to a server as nobody's client library would send them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from live import SECONDS


class Reply(NamedTuple):
    """One answer as it stood on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """Its problem document."""
        assert self.headers["content-type"] == "application/problem+json"
        found: dict[str, Any] = json.loads(self.body)
        return found


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def said(url: str, *parts: bytes) -> bytes:
    """Sends the parts, as far as the server listens, and returns all that it says until it hangs up."""
    async with connection(url) as (reader, writer):
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
        return await until_closed(reader)


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """What the server says until it hangs up."""
    found = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(SECONDS):
            while chunk := await reader.read(65_536):
                found += chunk
    return found


def replies(text: bytes) -> list[Reply]:
    """The answers in what a server said."""
    found = []
    while text:
        head, _, rest = text.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", 0))
        found.append(Reply(int(first.split()[1]), headers, rest[:length]))
        text = rest[length:]
    return found
