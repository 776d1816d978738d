"""`scripts/bench sizes` and `scale`: that everything is measured and told, in a small world; never how much it was."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from conftest import POSTGRES_URL, left_out

ROOT = Path(__file__).parents[2]
TABLES = {
    "accounts",
    "account_closings",
    "account_videos",
    "captions",
    "organization_days",
    "post_closings",
    "posts",
    "refreshes",
    "videos",
}


def bench(*arguments: str) -> Any:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    command = [sys.executable, "-m", "benchmarks", *arguments, "--json"]
    finished = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_the_bytes_of_every_table_and_index_are_counted_and_multiplied(tmp_path: Path) -> None:
    world = ["--accounts=10", "--videos-per-account=10", "--days=20", "--video-days=5"]
    found = bench("sizes", f"--data={tmp_path}", *world, "--looks=1", "--database=sqlite")
    ((version, sizes),) = ((name, told) for name, told in found.items() if name != "where")
    assert version.startswith("SQLite ")
    for tables in (sizes["filled"], sizes["used"]):
        assert tables.keys() >= TABLES
        assert all(table["rows"] > 0 < table["bytes"] for table in tables.values())
        assert {"caption_index", "ix_captions_by_published"} == set(tables["captions"]["indexes"])
    assert sizes["used"]["posts"]["rows"] >= sizes["filled"]["posts"]["rows"] >= 100
    million, ten, hundred = (sizes["at"][count] for count in ("1000000", "10000000", "100000000"))
    assert set(million) == TABLES
    assert all(abs(hundred[name] - 10 * ten[name]) < 1 and ten[name] > million[name] for name in TABLES)
    posts = sizes["used"]["posts"]
    assert million["posts"] == pytest.approx((posts["bytes"] + sum(posts["indexes"].values())) / 100 * 1_000_000)


@pytest.fixture
def seed(postgres_url: str | None) -> Iterator[int]:
    """A world of this process's own, in PostgreSQL."""
    if postgres_url is None:
        left_out("PostgreSQL")
    yield os.getpid()
    asyncio.run(_drop(f"creatoraudit_bench_10x25_90x1_{os.getpid()}"))


async def _drop(name: str) -> None:
    dsn = make_url(POSTGRES_URL).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.close()


def test_the_processor_time_of_every_component_is_read(seed: int, tmp_path: Path) -> None:
    world = ["--accounts=10", "--videos-per-account=25", "--video-days=1", f"--seed={seed}"]
    options = [f"--data={tmp_path}", f"--postgres={POSTGRES_URL}", "--processes=2", "--rounds=1", "--seconds=1"]
    *asked, looks = bench("scale", *world, *options)["measured"]
    assert len(asked) == 5
    for one in (*asked, looks):
        assert one["requests"] > 0 < one["seconds"]
        assert one["spent"].keys() == {"server", "postgresql", "redis"}
        assert one["per_thousand"]["server"] == pytest.approx(one["spent"]["server"] / one["requests"] * 1000)
    assert all(one["processes"] == 2 and one["clients"] == 16 for one in asked)
    assert all(one["spent"]["server"] > 0 < one["spent"]["postgresql"] for one in asked)
    assert looks["requests"] >= 9
