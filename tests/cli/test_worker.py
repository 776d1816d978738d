"""What is tracked is refreshed by processes as people run them: servers, and workers alone."""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from cli.conftest import Run
from creatoraudit.db.engine import Database
from creatoraudit.ingestion.sources.source import ProfileReference, Result, Wanted
from creatoraudit.ingestion.worker import POLL_SECONDS
from creatoraudit.settings import Settings
from factories import an_account, an_organization
from installed import install_source
from refreshed import refreshes
from scripted import Scripted
from servers import running
from workers import working

SECONDS = 20
SIMULATED = {"SOURCE_TIKTOK": "simulated", "SOURCE_INSTAGRAM": "simulated"}
ACCOUNT = {"platform": "tiktok", "username": "acme"}
VIDEO = {"platform": "instagram", "identifier": "https://www.instagram.com/reel/C9Fm8j0yqZ5/"}


@pytest.fixture
def key(database: str, run: Run) -> str:  # noqa: ARG001 - it lives in that database
    """A key to an organization in the database."""
    return a_key(run)


def a_key(run: Run) -> str:
    organization = run("orgs", "create", "Acme", "--json").json["id"]
    return str(run("keys", "create", "--org", organization, "--name", "test", "--json").json["key"])


def eventually(true: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """What it answers once that is something."""
    deadline = time.monotonic() + seconds
    while not (answer := true()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return answer


class Client:
    """Tracks things through a server, and looks whether they were seen."""

    def __init__(self, url: str, key: str) -> None:
        self._url = f"{url}/v2"
        self._headers = {"Authorization": f"Bearer {key}"}

    def track(self, noun: str, what: dict[str, str]) -> str:
        """Starts tracking it; its URL below the API's."""
        created = httpx.post(f"{self._url}/{noun}", headers=self._headers, json=what)
        assert created.status_code == 201, created.text
        return f"/{noun}/{created.json()['data']['id']}"

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self._url}{path}", headers=self._headers).json()["data"]
        return found

    def was_seen(self, path: str) -> bool:
        return self.get(path)["last_scrape_time"] is not None


def test_what_is_tracked_is_seen_within_two_seconds_of_its_201(database: str, key: str, tmp_path: Path) -> None:
    with running(tmp_path / "server.log", {"DATABASE_URL": database, **SIMULATED}) as server:
        client = Client(server.url, key)
        account = client.track("accounts", ACCOUNT)
        eventually(lambda: client.was_seen(account), 2)
        video = client.track("videos", VIDEO)
        eventually(lambda: client.was_seen(video), 2)

        shown = client.get(account)
        assert shown["follower_count"] > 0
        assert shown["total_post_count"] > 0
        assert client.get(video)["like_count"] is not None


def test_on_every_replica(empty_postgres_url: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", empty_postgres_url)
    key = a_key(run)
    settings = {"DATABASE_URL": empty_postgres_url, **SIMULATED}
    with ExitStack() as stack:
        servers = [stack.enter_context(running(tmp_path / f"{n}.log", settings)) for n in range(2)]
        clients = [Client(server.url, key) for server in servers]
        for number, client in enumerate(clients):
            tracked = client.track("accounts", ACCOUNT | {"username": f"acme{number}"})
            for anyone in clients:
                eventually(lambda anyone=anyone, tracked=tracked: anyone.was_seen(tracked), 2)


def test_a_server_says_which_platform_nothing_refreshes(database: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": database, "SOURCE_TIKTOK": "simulated"}
    with running(tmp_path / "server.log", settings) as server:
        first = server.log.read_text().splitlines()[0]
    assert re.fullmatch(
        r"Serving http://127\.0\.0\.1:\d+ TikTok is refreshed by simulated\."
        r" Instagram is not refreshed: CREATORAUDIT_SOURCE_INSTAGRAM names no source\.",
        first,
    )


def test_a_server_without_its_worker_leaves_it_to_one_alone(database: str, key: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": database, "SOURCE_TIKTOK": "simulated"}
    log = tmp_path / "worker.log"
    with running(tmp_path / "server.log", settings, "--no-worker") as server:
        client = Client(server.url, key)
        account = client.track("accounts", ACCOUNT)
        time.sleep(2 * POLL_SECONDS)  # longer than a worker would take
        assert not client.was_seen(account)
        assert (
            server.log.read_text()
            .splitlines()[0]
            .endswith(
                "Nothing is refreshed by this server. It refuses to have Instagram refreshed:"
                " CREATORAUDIT_SOURCE_INSTAGRAM names no source."
            )
        )

        with working(log, settings) as worker:
            eventually(lambda: client.was_seen(account))
    assert worker.returncode == 0
    said, *_, summary = log.read_text().splitlines()
    assert said == (
        "TikTok is refreshed by simulated. Instagram is not refreshed: CREATORAUDIT_SOURCE_INSTAGRAM names no source."
    )
    assert json.loads(summary).items() >= {"event": "refreshed", "platform": "tiktok", "observed": 1}.items()


class Hanging(Scripted):
    """A source that never answers."""

    async def fetch_profile(self, profile: ProfileReference, wanted: Wanted) -> Result:
        """Nothing, for a minute."""
        await asyncio.sleep(60)
        return await self.fetch_profile(profile, wanted)


def open_hanging(_: Settings) -> Hanging:
    """A factory, as an entry point names one."""
    return Hanging()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_leaves_no_lease(database: str, tmp_path: Path, stop: signal.Signals) -> None:
    install_source(tmp_path / "site", "hanging", "cli.test_worker:open_hanging")
    settings = {"DATABASE_URL": database, "SOURCE_TIKTOK": "hanging"}
    asyncio.run(track(database))
    with working(tmp_path / "worker.log", settings, site=tmp_path / "site") as worker:
        eventually(lambda: leases(database) != [None])
        worker.send_signal(stop)
        assert worker.wait(SECONDS) == 0
    assert leases(database) == [None]


def test_a_server_that_is_told_to_stop_leaves_no_lease(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_source(tmp_path / "site", "hanging", "cli.test_worker:open_hanging")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'site'}{os.pathsep}{Path(__file__).parents[1]}")
    asyncio.run(track(database))
    with running(tmp_path / "server.log", {"DATABASE_URL": database, "SOURCE_TIKTOK": "hanging"}) as server:
        eventually(lambda: leases(database) != [None])
        server.stop()
    assert leases(database) == [None]


async def track(database: str) -> None:
    """Has an account be due."""
    db = Database(database)
    await an_account(db, await an_organization(db))
    await db.close()


def leases(database: str) -> list[str | None]:
    """Who holds what is tracked."""

    async def read() -> list[str | None]:
        engine = create_async_engine(database)
        async with engine.connect() as connection:
            found = (await connection.execute(select(refreshes.c.lease))).scalars().all()
        await engine.dispose()
        return list(found)

    return asyncio.run(read())
