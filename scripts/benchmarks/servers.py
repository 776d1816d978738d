"""The servers that are measured: how each is started and asked, and how its answers compare with the others'."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import make_url

from benchmarks import cores, installed, load, operations
from benchmarks.load import Call
from benchmarks.operations import Operation
from benchmarks.worlds import World

_POOL = 10
"""Connections to the database that each server may have."""
_SCRIPTS = Path(__file__).parents[1]
_START_SECONDS = 60


class Peer(StrEnum):
    """A server that creatoraudit is measured beside."""

    STRAWBERRY = "strawberry"
    FASTAPI = "fastapi"
    MERCURIUS = "mercurius"
    YOGA = "yoga"
    POSTGRAPHILE = "postgraphile"
    LIMIT = "limit"
    STARLETTE = "starlette"


class Server(NamedTuple):
    """A running server, what it is asked for each operation it knows, and how its answers compare with others'."""

    name: str
    process_id: int
    calls: dict[Operation, Call]
    told: Callable[[Any], Any]
    is_bound: bool
    """Whether it is no peer but a bound: what can be reached at most."""


Asked = tuple[str, dict[str, Any] | None]
"""The path, and the body of a POST."""


@dataclass(frozen=True)
class _Program:
    name: str
    start: Callable[[Path, int], list[str | Path]]
    asked: Callable[[Operation, dict[str, str]], Asked | None]
    told: Callable[[Any], Any] = lambda answer: answer
    is_bound: bool = False


def _uvicorn(module: str) -> Callable[[Path, int], list[str | Path]]:
    def start(directory: Path, port: int) -> list[str | Path]:
        app = f"benchmarks.peers.python.{module}:app"
        fastest = ["--loop=uvloop", "--http=httptools", "--no-access-log", "--log-level=warning"]
        return [installed.python(directory), "-m", "uvicorn", app, f"--app-dir={_SCRIPTS}", f"--port={port}", *fastest]

    return start


def _node(script: str, major: int = 20) -> Callable[[Path, int], list[str | Path]]:
    def start(directory: Path, _port: int) -> list[str | Path]:
        home = installed.node(directory)
        return [installed.node_program(home, major=major), home / script]

    return start


def _serve(_directory: Path, port: int) -> list[str | Path]:
    return [sys.executable, "-m", "creatoraudit", "serve", f"--port={port}"]


def _graphql(operation: Operation, known: dict[str, str]) -> Asked | None:
    return None if operation.is_rest else ("/graphql", operations.body(operation, known))


def _as_tables_are(operation: Operation, known: dict[str, str]) -> Asked | None:
    """The same, in the names that PostGraphile gives to tables; aliases make them those of the others."""
    texts = operations.TEXTS / "postgraphile"
    return None if operation.is_rest else ("/graphql", operations.body(operation, known, texts))


def _by_hand(operation: Operation, _known: dict[str, str]) -> Asked | None:
    return None if operation.name == "G3" else (f"/{operation.name}", None)


def _route(operation: Operation, known: dict[str, str]) -> Asked | None:
    return (f"/accounts/{known['account']}", None) if operation.name == "G3" else None


def _page(operation: Operation, _known: dict[str, str]) -> Asked | None:
    return ("/accounts?limit=200", None) if operation.is_rest else None


def _ours(operation: Operation, known: dict[str, str]) -> Asked | None:
    return ("/v2/accounts?limit=200", None) if operation.is_rest else _graphql(operation, known)


def _platforms_are_enums(told: Any) -> Any:
    """PostGraphile shows a column of text as it is; everybody else shows platforms by the names of an enum."""
    if isinstance(told, list):
        return [_platforms_are_enums(one) for one in told]
    if isinstance(told, dict):
        return {
            name: value.upper() if name == "platform" else _platforms_are_enums(value) for name, value in told.items()
        }
    return told


_OURS = _Program("creatoraudit", _serve, _ours)
_PROGRAMS = {
    Peer.STRAWBERRY: _Program("Strawberry", _uvicorn("stock_strawberry"), _graphql),
    Peer.FASTAPI: _Program("FastAPI", _uvicorn("fastapi_sqlmodel"), _page),
    Peer.MERCURIUS: _Program("mercurius", _node("mercurius.js"), _graphql),
    Peer.YOGA: _Program("Yoga", _node("yoga.js"), _graphql),
    Peer.POSTGRAPHILE: _Program(
        "PostGraphile", _node("postgraphile.js", major=22), _as_tables_are, told=_platforms_are_enums
    ),
    Peer.LIMIT: _Program("limit", _uvicorn("limit"), _by_hand, is_bound=True),
    Peer.STARLETTE: _Program("Starlette route", _uvicorn("bare_route"), _route, is_bound=True),
}


@contextmanager
def running(
    world: World, peers: Sequence[Peer], asked: Sequence[Operation], directory: Path, progress: Callable[[str], Any]
) -> Iterator[list[Server]]:
    """All of them at once, one process each on the servers' core; ours is the first."""
    key = {"Authorization": f"Bearer {world.key}"}
    with ExitStack() as stack:
        progress(f"starting {_OURS.name}")
        url, process_id = stack.enter_context(_started(_OURS, world, directory))
        first = orjson.loads(load.ask(Call(f"{url}/v2/accounts?limit=1", headers=key)))
        known = {"account": first["data"][0]["id"], "organization": world.organization_id}
        servers = [Server(_OURS.name, process_id, _calls(_OURS, url, asked, known, key), _OURS.told, _OURS.is_bound)]
        for program in (_PROGRAMS[peer] for peer in peers):
            progress(f"starting {program.name}")
            url, process_id = stack.enter_context(_started(program, world, directory))
            calls = _calls(program, url, asked, known, {})
            servers.append(Server(program.name, process_id, calls, program.told, program.is_bound))
        yield servers


def _calls(
    program: _Program, url: str, asked: Sequence[Operation], known: dict[str, str], headers: dict[str, str]
) -> dict[Operation, Call]:
    found = {operation: program.asked(operation, known) for operation in asked}
    return {operation: Call(url + one[0], one[1], headers) for operation, one in found.items() if one is not None}


@contextmanager
def _started(program: _Program, world: World, directory: Path) -> Iterator[tuple[str, int]]:
    """Its URL and its process."""
    port = free_port()
    command = program.start(directory, port)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CREATORAUDIT_")} | {
        "CONNECTIONS": str(_POOL),
        "CREATORAUDIT_DATABASE_POOL_SIZE": str(_POOL),
        "CREATORAUDIT_DATABASE_URL": world.url,
        "DATABASE_URL": make_url(world.url).set(drivername="postgresql").render_as_string(hide_password=False),
        "GRAPHILE_ENV": "production",
        "NODE_ENV": "production",
        "ORGANIZATION": world.organization_id,
        "PORT": str(port),
    }
    log = directory / f"{program.name.lower().replace(' ', '-')}.log"
    with log.open("w") as output:
        cores.serves()  # what is started from here, and every thread of it, stays on that core
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)  # noqa: S603
        cores.asks()
        try:
            _wait(process, port, program.name, log)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
    return port


def _wait(process: subprocess.Popen[Any], port: int, name: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{name} did not start: {log.read_text()}")
