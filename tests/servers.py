"""Servers of this program as people run them: processes of their own, reached through real sockets."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

START_SECONDS = 30
STOP_SECONDS = 15


class Process:
    """A running server: its URL, its log, and the process itself."""

    def __init__(self, url: str, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self.log = log
        self.process = process

    def wait(self, path: str = "/readyz") -> None:
        """Returns when it answers there."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if httpx.get(f"{self.url}{path}").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"The server did not start in {START_SECONDS} s: {self.log.read_text()}")

    def stop(self) -> int:
        """Asks it to stop, and returns its exit status."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> int:
        """Ends it as a power cut would, and returns its exit status."""
        self.process.kill()
        return self.process.wait(STOP_SECONDS)


@contextmanager
def running(log: Path, settings: Mapping[str, str], *arguments: str, ready: str = "/readyz") -> Iterator[Process]:
    """A server with these settings that answers at `ready`; stopped afterwards."""
    server = start(log, settings, free_port(), *arguments)
    try:
        server.wait(ready)
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def start(log: Path, settings: Mapping[str, str], port: int, *arguments: str, through: Sequence[str] = ()) -> Process:
    """A server that may or may not come up, `through` a command that runs what follows it in its own place."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CREATORAUDIT_")}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*through, sys.executable, "-m", "creatoraudit", "serve", "--port", str(port), *arguments],
            env=environment | {f"CREATORAUDIT_{name}": value for name, value in settings.items()},
            stdout=output,
            stderr=output,
        )
    return Process(f"http://127.0.0.1:{port}", log, process)


def exchange(url: str, *parts: bytes) -> bytes:
    """Sends the parts, as far as the server listens, and returns all that it answers until it hangs up."""
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=20) as client:
        answer = b""
        try:
            for part in parts:
                client.sendall(part)
        except ConnectionError:
            pass
        try:
            while received := client.recv(65_536):
                answer += received
        except ConnectionError:
            pass
        return answer


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
