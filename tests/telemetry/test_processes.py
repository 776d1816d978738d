"""Programs as people run them: each process tells its own figures, which add up."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from collected import Page, scraped
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import an_account
from servers import free_port, running
from workers import working

SECONDS = 30
REQUESTS = 40


def pages_of(log: Path, processes: int) -> list[Page]:
    """What each of them tells, by where the log says so."""

    def found() -> set[str]:
        return set(re.findall(r"http://[\d.:]+/metrics", log.read_text()))

    eventually(lambda: len(found()) == processes)
    return [scraped(url) for url in sorted(found())]


def eventually(true: Callable[[], bool]) -> None:
    """Returns when it is so."""
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_figures_of_several_server_processes_add_up(
    sqlite_url: str, redis_url: str, key: str, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": sqlite_url, "REDIS_URL": redis_url, "METRICS_PORT": str(free_port())}
    log = tmp_path / "server.log"
    with running(log, settings, "--workers", "2", "--no-worker") as server:
        eventually(lambda: len(pages_of(log, 2)) == 2)
        for _ in range(REQUESTS):  # each over a connection of its own, which either of them may accept
            answer = httpx.get(f"{server.url}/v2/whoami", headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == 200
        pages = pages_of(log, 2)
        counts = [page.value("creatoraudit_http_requests_total", route="/v2/whoami") for page in pages]
        assert sum(counts) == REQUESTS
        assert httpx.get(f"{server.url}/metrics").status_code == 404


async def test_a_worker_alone_tells_what_it_does(
    sqlite_url: str, tmp_path: Path, db: Database, organization: Actor
) -> None:
    for name in ("one", "two", "three"):
        await an_account(db, organization, name)
    settings = {"DATABASE_URL": sqlite_url, "SOURCE_TIKTOK": "simulated", "METRICS_PORT": str(free_port())}
    log = tmp_path / "worker.log"
    with working(log, settings):
        eventually(lambda: log.exists() and "metrics are served" in log.read_text())
        eventually(lambda: pages_of(log, 1)[0].value("creatoraudit_refresh_look_seconds_count") == 3)
        (page,) = pages_of(log, 1)
    assert page.value("creatoraudit_refresh_claimed_total", source="simulated") == 3
    assert page.value("creatoraudit_refresh_looks_total", outcome="observed") == 3
    assert [page.value(f"creatoraudit_refresh_{name}") for name in ("due", "lag_seconds", "leases")] == [0, 0, 0]
    assert page.value("creatoraudit_events_total", origin="own") >= 3
    assert page.samples("creatoraudit_http_requests_total") == []
