"""Looks by yt-dlp: each is a process, which is ended with the look, and what it told until then stands."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from typing import Any

from creatoraudit.ingestion.sources.source import Wanted
from creatoraudit.ingestion.sources.ytdlp_lines import Line, Refusal, Request
from creatoraudit.settings import Settings

_PROGRAM = "creatoraudit.ingestion.sources.ytdlp_process"
_LONGEST_LINE = 1 << 24
_SHARE = 0.9
"""Of the time that any look may take, so that what was seen of a feed is told before that is over."""


class Look:
    """What a process has told so far: an info dict with its entries, and why there is nothing, or no more."""

    def __init__(self) -> None:
        self.info: dict[str, Any] = {}
        self.refusal: Refusal | None = None

    async def hear(self, process: Process, request: Request) -> None:
        """Says what is wanted and listens to the end; the process hears of ours by the end of its input."""
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        if stdin is None or stdout is None or stderr is None:
            raise TypeError("all three are pipes")
        stdin.write(json.dumps(request).encode() + b"\n")
        _, complaints = await asyncio.gather(self._listen(stdout), stderr.read())
        stdin.close()
        if await process.wait():
            last = complaints.decode(errors="replace").strip().rpartition("\n")[2]
            self.break_off(f"yt-dlp ended without an answer: {last or process.returncode}")

    def break_off(self, why: str) -> None:
        """Leaves it at what was told."""
        self.refusal = {"message": why, "kinds": [], "status": None, "retry_after": None, "warnings": []}

    async def _listen(self, lines: asyncio.StreamReader) -> None:
        async for written in lines:
            line: Line = json.loads(written)
            self.info = line.get("info", self.info)
            self.refusal = line.get("refusal")
            if "entry" in line:
                self.info.setdefault("entries", []).append(line["entry"])


class Looks:
    """The looks that are under way."""

    def __init__(self, settings: Settings) -> None:
        proxy = settings.ytdlp_proxy
        self._cookies = None if settings.ytdlp_cookies is None else str(settings.ytdlp_cookies)
        self._proxy = None if proxy is None else proxy.get_secret_value()
        self._sleep = settings.ytdlp_sleep
        self._seconds = min(settings.ytdlp_timeout, _SHARE * settings.refresh_timeout)
        self._running: set[Process] = set()

    def deadline(self) -> float:
        """When what begins now must have ended, by the event loop's clock, however many URLs it takes."""
        return asyncio.get_running_loop().time() + self._seconds

    async def look(self, url: str, wanted: Wanted, until: float) -> Look:
        """A look at a URL until a time, of a feed as far as is wanted; cancelling it ends its process."""
        request: Request = {
            "url": url,
            "posts": wanted.posts,
            "since": None if wanted.since is None else int(wanted.since.timestamp()),
            "cookies": self._cookies,
            "proxy": self._proxy,
            "sleep": self._sleep,
        }
        process = await _start()
        self._running.add(process)
        look = Look()
        try:
            async with asyncio.timeout_at(until):
                await look.hear(process, request)
        except TimeoutError:
            look.break_off(f"yt-dlp took more than {self._seconds:g} seconds")
        finally:
            self._running.discard(process)
            await _end(process)
        return look

    async def close(self) -> None:
        """Ends the processes that still run."""
        await asyncio.gather(*map(_end, self._running))


async def _start() -> Process:
    """A process without our settings in its environment: what reads strangers' pages needs none of our secrets."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CREATORAUDIT_")}
    command = (sys.executable, "-P", "-m", _PROGRAM)
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, limit=_LONGEST_LINE
    )


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
