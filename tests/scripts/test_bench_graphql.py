"""`scripts/bench graphql`: that peers answer what the server does and all is measured and shown; never how fast."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import asyncpg
import pytest
from sqlalchemy import make_url

from conftest import POSTGRES_URL, left_out
from node_tools import BUILD

ROOT = Path(__file__).parents[2]
PYTHON = ["strawberry", "fastapi", "limit", "starlette"]
SMALL = ["--accounts=20", "--videos-per-account=25", "--days=90", "--rounds=2", "--seconds=1", "--warm-up=1"]

pytestmark = pytest.mark.xdist_group("peers")  # they share one installation of what the peers need


@pytest.fixture(scope="module")
def world(postgres_url: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The options of a small world of this process's own; only what the peers need is installed once for all runs."""
    if postgres_url is None:
        left_out("PostgreSQL")
    seed, data = os.getpid(), tmp_path_factory.mktemp("worlds")
    for name in ("python", "node"):
        installed = BUILD / "peers" / name
        installed.mkdir(parents=True, exist_ok=True)
        (data / name).symlink_to(installed)
    yield [*SMALL, f"--seed={seed}", f"--data={data}", f"--postgres={POSTGRES_URL}"]
    asyncio.run(_drop(f"creatoraudit_bench_20x25_90x2_{seed}"))


async def _drop(name: str) -> None:
    dsn = make_url(POSTGRES_URL).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.close()


def bench(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks", "graphql", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    finished = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_all_peers_answer_what_the_server_does(world: list[str]) -> None:
    if shutil.which("npm") is None or shutil.which("node") is None:
        left_out("Node.js")

    said = bench(*world, "--check")

    assert said == (
        "Their answers are the same: "
        "creatoraudit, Strawberry, FastAPI, mercurius, Yoga, PostGraphile, limit, Starlette route.\n"
    )


def test_rates_are_measured_round_by_round(world: list[str]) -> None:
    if shutil.which("wrk") is None:
        left_out("wrk")

    peers = [f"--peer={peer}" for peer in PYTHON]
    found = json.loads(bench(*world, *peers, "--operation=G3", "--operation=R1", "--json"))["measured"]

    servers = {one["operation"]: [server["server"] for server in one["servers"]] for one in found}
    assert servers == {
        "G3": ["creatoraudit", "Strawberry", "Starlette route"],
        "R1": ["creatoraudit", "FastAPI", "limit"],
    }
    for server in (server for one in found for server in one["servers"]):
        assert len(server["rounds"]) == 2
        assert min(min(one["rate"], one["busy"]) for one in server["rounds"]) > 0
        assert server["bytes"] > 0
    bars = [bar["bar"] for one in found for server in one["servers"] for bar in server["bars"]]
    assert bars == ["≥ 0.5 × Starlette route", "≥ 3 × FastAPI", "≥ 0.6 × limit"]


@pytest.fixture
def answering() -> Iterator[str]:
    """A server whose paths answer different things."""
    answers = {
        "/right": {"data": {"nodes": [{"name": "Ada", "views": 1}]}},
        "/wrong": {"data": {"nodes": [{"name": "Ada", "views": "1"}]}},
        "/failing": {"data": {"nodes": None}, "errors": [{"message": "no"}]},
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            padding = " " * 1_000 if self.path == "/right-but-long" else ""
            self.wfile.write((json.dumps(answers[self.path.removesuffix("-but-long")]) + padding).encode())

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/wrong", r"ours and theirs differ: data\.nodes\[0\]\.views is 1 and '1'"),
        ("/failing", "theirs answers .*errors"),
        ("/right-but-long", "ours and theirs answer 50 and 1,050 bytes"),
    ],
)
def test_nothing_is_timed_where_answers_differ(
    path: str, said: str, answering: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    from benchmarks import operations, servers, throughput  # noqa: PLC0415 - they are not on the path before
    from benchmarks.load import Call  # noqa: PLC0415

    operation = operations.OPERATIONS[0]
    ours, theirs = (
        servers.Server(name, os.getpid(), {operation: Call(answering + of)}, told=lambda answer: answer, is_bound=False)
        for name, of in (("ours", "/right"), ("theirs", path))
    )

    assert len(throughput.compare([ours, ours], [operation], lambda *_: None)) == 2
    with pytest.raises(RuntimeError, match=said):
        throughput.compare([ours, theirs], [operation], lambda *_: None)


def test_bars_are_held_against_the_limit_and_the_fastest_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    from benchmarks import chart, operations, rate_report, servers, throughput  # noqa: PLC0415
    from benchmarks.load import Call  # noqa: PLC0415

    operation = operations.OPERATIONS[0]
    rounds = {
        "creatoraudit": [100.0, 120.0, 110.0],
        "Strawberry": [8.0, 8.0, 8.0],
        "Yoga": [50.0, 60.0, 44.0],
        "mercurius": [40.0, 90.0, 41.0],
        "limit": [200.0, 200.0, 220.0],
    }
    subjects = [
        (
            throughput.Subject(
                operation,
                servers.Server(name, os.getpid(), {}, told=lambda answer: answer, is_bound=name == "limit"),
                Call("http://127.0.0.1"),
                1_000,
            ),
            [throughput.Round(rate, busy=1_000 / rate) for rate in rates],
        )
        for name, rates in rounds.items()
    ]

    measured = {operation: throughput.rated(operation, subjects)}

    assert rate_report.markdown(measured).splitlines()[2:] == [
        "| server | requests/s | spread | CPU ms | bytes | creatoraudit by it | bar | of the bar |",
        "| --- | --: | --: | --: | --: | --: | --- | --: |",
        "| creatoraudit | 110 | 100–120 | 9.09 | 1,000 |  |  |  |",
        "| Strawberry | 8 | 8–8 | 125.00 | 1,000 | 13.75 × | ≥ 15 × Strawberry | 0.92 missed |",
        "| Yoga | 50 | 44–60 | 20.00 | 1,000 | 2.00 × | ≥ 2 × the fastest peer | 1.00 met |",
        "| mercurius | 41 | 40–90 | 24.39 | 1,000 | 2.50 × |  |  |",
        "| limit | 200 | 200–220 | 5.00 | 1,000 | 0.50 × | ≥ 0.6 × limit | 0.83 missed |",
    ]
    drawn = ET.fromstring(chart.svg(measured))
    texts = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert [name for name in rounds if name not in texts] == []
    assert {"110", "8", "50", "41", "200"} <= set(texts)
