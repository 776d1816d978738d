"""`creatoraudit serve`: its start, its end, and what outlives it."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from cli.conftest import Run
from servers import Process, running

DEADLINE_SECONDS = 20
BODY = b'{"platform": "tiktok", "username": "acme"}'


@pytest.fixture
def key(database: str, run: Run) -> str:  # noqa: ARG001 - it lives in that database
    """A key to an organization in the database."""
    organization = run("orgs", "create", "Acme", "--json").json["id"]
    return str(run("keys", "create", "--org", organization, "--name", "test", "--json").json["key"])


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def refuses_connections(server: Process) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=1):
            return False
    except OSError:
        return True


def test_a_retry_after_the_server_was_killed_gets_the_account_of_the_first_try(
    database: str, key: str, tmp_path: Path
) -> None:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "once", "Content-Type": "application/json"}
    settings = {"DATABASE_URL": database}

    with running(tmp_path / "first.log", settings) as server:
        first = httpx.post(f"{server.url}/v2/accounts", headers=headers, content=BODY)
        server.process.kill()
        assert server.process.wait() == -signal.SIGKILL
    with running(tmp_path / "second.log", settings) as server:
        again = httpx.post(f"{server.url}/v2/accounts", headers=headers, content=BODY)
        listed = httpx.get(f"{server.url}/v2/accounts", headers=headers).json()

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [account["id"] for account in listed["data"]] == [first.json()["data"]["id"]]


@pytest.mark.parametrize(("stop", "status"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 128 + signal.SIGINT)])
def test_a_request_in_flight_is_finished_before_the_server_ends(
    sqlite_url: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: signal.Signals, status: int
) -> None:
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", sqlite_url)
    organization = run("orgs", "create", "Acme", "--json").json["id"]
    key = run("keys", "create", "--org", organization, "--name", "test", "--json").json["key"]
    head = (
        "POST /v2/accounts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )

    with heeding(signal.SIGINT), running(tmp_path / "server.log", {"DATABASE_URL": sqlite_url}) as server:
        with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=10) as client:
            client.sendall(head.encode())
            assert client.recv(1024).startswith(b"HTTP/1.1 100 "), "the request is being handled"

            server.process.send_signal(stop)
            eventually(lambda: refuses_connections(server))
            assert server.process.poll() is None

            client.sendall(BODY)
            answer = b""
            while part := client.recv(65_536):
                answer += part
        assert answer.startswith(b"HTTP/1.1 201 ")
        assert server.process.wait(DEADLINE_SECONDS) == status


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_exit_status_is_the_signals_where_whoever_started_it_ignores_it(
    sqlite_url: str, tmp_path: Path, stop: signal.Signals
) -> None:
    """As a shell does with SIGINT where it starts a server in the background."""
    with heeding(stop, signal.SIG_IGN), running(tmp_path / "server.log", {"DATABASE_URL": sqlite_url}) as server:
        server.process.send_signal(stop)
        assert server.process.wait(DEADLINE_SECONDS) == 128 + stop


@contextmanager
def heeding(number: signal.Signals, handler: Any = signal.default_int_handler) -> Iterator[None]:
    """What is started meanwhile does with a signal what is said, whatever started the tests."""
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def test_several_workers_share_one_address(sqlite_url: str, redis_url: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": sqlite_url, "REDIS_URL": redis_url}

    with running(tmp_path / "server.log", settings, "--workers", "2") as server:
        workers = children(server.process.pid)
        assert len(workers) == 2
        assert httpx.get(f"{server.url}/readyz").is_success
        assert server.stop() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_several_workers_need_redis(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREATORAUDIT_REDIS_URL", raising=False)

    outcome = run("serve", "--workers", "2")

    assert (outcome.status, outcome.out) == (2, "")
    assert "CREATORAUDIT_REDIS_URL" in outcome.err


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken_is_named(
    command: str, run: Run, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", sqlite_url)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        outcome = run(command, "--port", port)

    assert (outcome.status, outcome.out) == (1, "")
    assert f"Cannot listen on 127.0.0.1 port {port}" in outcome.err
    assert "--port" in outcome.err


def children(pid: int) -> list[int]:
    """The server processes that a supervisor started."""
    started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in started}
    return [child for child, command in commands.items() if b"spawn_main" in command]
