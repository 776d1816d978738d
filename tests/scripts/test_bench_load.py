"""`scripts/bench load`: that all sorts of requests are answered, limits are exact, and it is told; never how fast."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from conftest import POSTGRES_URL, left_out

ROOT = Path(__file__).parents[2]
SIZE = ["--accounts=20", "--videos-per-account=25", "--days=90"]
LIMIT = 15


@pytest.fixture
def world(postgres_url: str | None, redis_url: str, tmp_path: Path) -> Iterator[list[str]]:
    """The options of a small world of this test's own."""
    if postgres_url is None:
        left_out("PostgreSQL")
    seed = os.getpid()
    yield [*SIZE, f"--seed={seed}", f"--data={tmp_path}", f"--postgres={POSTGRES_URL}", f"--redis={redis_url}"]
    asyncio.run(drop(f"creatoraudit_bench_20x25_90x2_{seed}"))


async def drop(name: str) -> None:
    connection = await asyncpg.connect(POSTGRES_URL.replace("+asyncpg", ""))
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.close()


def test_everything_is_answered_and_limits_are_exact(world: list[str]) -> None:
    command = [sys.executable, "-m", "benchmarks", "load", *world, "--seconds=6", f"--limit={LIMIT}", "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    finished = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr + finished.stdout

    found = json.loads(finished.stdout)
    assert [verdict["kept"] for verdict in found["verdicts"]] == [True, True]
    assert all(LIMIT in key["let_through"] for key in found["counted"]), "each was used up"
    assert len(found["memory"]) == 2
    names = {row["request"] for row in found["requests"]}
    assert {"POST an account", "PATCH an account", "GraphQL: a creator's feed", "GET a search", "all"} <= names
