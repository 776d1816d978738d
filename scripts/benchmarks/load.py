"""Asking a server: once, to see what it answers, or as fast as it can, to see how often it does."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

from benchmarks import cores

CONNECTIONS = 8
"""How many requests are under way at any time."""

_SCRIPT = Path(__file__).with_name("load.lua")
_HEAD = 1_500
"""More bytes than any server's status line and headers have."""


class Call(NamedTuple):
    """A request: a GET, or a POST of JSON."""

    url: str
    body: dict[str, Any] | None = None
    headers: Mapping[str, str] = {}

    @property
    def content(self) -> str | None:
        """The body as it is sent."""
        return None if self.body is None else json.dumps(self.body)

    @property
    def head(self) -> dict[str, str]:
        """All headers."""
        return {**self.headers, **({} if self.body is None else {"Content-Type": "application/json"})}


def ask(call: Call) -> bytes:
    """The body of the answer; an error for any status but 200."""
    content = call.content
    request = Request(call.url, content and content.encode(), call.head)  # noqa: S310 - of a server of ours
    with urlopen(request, timeout=120) as answer:  # noqa: S310
        received: bytes = answer.read()
    return received


def generator() -> str:
    """Where wrk is; RuntimeError if it is not."""
    found = shutil.which("wrk")
    if found is None:
        raise RuntimeError("wrk, which sends the requests, is not on PATH: install the package wrk.")
    return found


class Answered(NamedTuple):
    """How many requests were answered in how many seconds."""

    requests: int
    seconds: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def run(call: Call, seconds: int, size: int, connections: int = CONNECTIONS) -> Answered:
    """Asks again and again; RuntimeError if any request fails, or if what comes is not so many bytes each time."""
    cores.asks()
    headers = [f"--header={name}: {value}" for name, value in call.head.items()]
    options = ["--threads=1", f"--connections={connections}", f"--duration={seconds}s", "--timeout=60s"]
    environment = {name: value for name, value in os.environ.items() if name != "BODY"}
    if call.content is not None:
        environment["BODY"] = call.content
    command = [generator(), *options, *headers, f"--script={_SCRIPT}", call.url]
    said = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout  # noqa: S603
    told = json.loads(said.splitlines()[-1])
    most = (told["requests"] + connections) * (size + _HEAD)  # answers that were under way at the end are counted
    if told["failed"] or not told["requests"] or not told["requests"] * size <= told["bytes"] <= most:
        raise RuntimeError(f"{call.url}: {said}")
    return Answered(told["requests"], told["microseconds"] / 1_000_000)
