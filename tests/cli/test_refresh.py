"""`creatoraudit refresh`: for cron, and for the curious."""

import asyncio
import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Outcome, Run
from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.queries import AccountRow, get_account
from creatoraudit.domain.actor import Actor
from creatoraudit.ingestion.sources.source import Failed, Gone, Observed, ProfileReference, Result, Throttled
from creatoraudit.settings import Settings
from factories import a_video, an_account, an_organization
from installed import install_source
from refreshed import due, set_due
from scripted import Scripted, post, seen

NOTHING = {"observed": 0, "unchanged": 0, "gone": 0, "private": 0, "throttled": 0, "failed": 0, "new_posts": 0}


def open_moody(_: Settings) -> Scripted:
    """A source whose answer depends on whom it is asked about, and sometimes on how often."""
    asked: dict[str, int] = {}

    def say(profile: Any) -> Result:
        name = getattr(profile, "username", "")
        asked[name] = asked.get(name, 0) + 1
        match name:
            case "gone":
                return Gone("no such profile")
            case "broken":
                return Failed("the page did not load")
            case "shy":
                first = Throttled(clock.now() + dt.timedelta(seconds=1), "not the first time")
                return seen() if asked[name] > 1 else first
            case "busy":
                return Throttled(clock.now() + dt.timedelta(hours=1), "slow down")
        if not isinstance(profile, ProfileReference):
            return Observed(None, [post(1)._replace(external_id=profile.external_id)])
        return seen(100, post(len(name)))

    return Scripted(say)


@pytest.fixture(autouse=True)
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TikTok is refreshed by a moody source, Instagram by none."""
    install_source(tmp_path / "site", "moody", "cli.test_refresh:open_moody")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'site'}{os.pathsep}{Path(__file__).parents[1]}")
    monkeypatch.setenv("CREATORAUDIT_SOURCE_TIKTOK", "moody")
    monkeypatch.delenv("CREATORAUDIT_SOURCE_INSTAGRAM", raising=False)


def refresh(*arguments: str) -> Outcome:
    """Runs `creatoraudit refresh` in a process of its own, as it looks and logs."""
    command = [sys.executable, "-m", "creatoraudit", "refresh", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    return Outcome(done.returncode, done.stdout, done.stderr)


class World:
    """An organization that tracks something, asked synchronously."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.actor = Actor(None)

    def track(self, *usernames: str, **fields: Any) -> list[str]:
        """Accounts of one organization; their ids."""

        async def work(db: Database) -> list[str]:
            if self.actor.is_system:
                self.actor = await an_organization(db)
            return [(await an_account(db, self.actor, name, **fields)).id for name in usernames]

        return self.do(work)

    def account(self, id_: str) -> AccountRow:
        return self.do(lambda db: get_account(db, self.actor, id_))

    def do(self, work: Any) -> Any:
        async def run() -> Any:
            db = Database(self._url)
            try:
                return await work(db)
            finally:
                await db.close()

        return asyncio.run(run())


@pytest.fixture
def world(database: str) -> World:
    return World(database)


def test_everything_that_is_due_is_refreshed_once(world: World) -> None:
    ids = world.track("acme", "other", "gone")
    (later,) = world.track("later")
    world.do(lambda db: set_due(db, later, due_at=clock.now() + dt.timedelta(hours=1)))
    world.do(lambda db: a_video(db, world.actor))

    first = refresh("--once", "--json").json
    again = refresh("--once", "--json").json

    assert first == NOTHING | {"observed": 3, "gone": 1, "new_posts": 2, "left": 0, "problems": []}
    assert again == NOTHING | {"left": 0, "problems": []}
    assert [world.account(id_).follower_count for id_ in ids] == [100, 100, 0]
    assert world.account(ids[2]).is_unavailable
    assert world.account(later).last_scrape_time is None


def test_what_fails_is_said_and_left_to_the_next_run(world: World) -> None:
    world.track("acme", "broken")

    outcome = refresh("--once")

    assert outcome.status == 3
    assert "failed     1" in outcome.out
    assert outcome.err == "tiktok:broken failed: the page did not load\n"


def test_without_once_it_is_tried_again_until_it_works(world: World) -> None:
    (id_,) = world.track("shy")

    assert refresh("--json").json == NOTHING | {"observed": 1, "new_posts": 1, "left": 0, "problems": []}
    assert world.account(id_).follower_count == 100


def test_a_source_that_asks_for_it_is_left_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATORAUDIT_REFRESH_CONCURRENCY", "1")
    first, *_ = world.track("busy", "acme", "other")
    world.do(lambda db: set_due(db, first, due_at=clock.now() - dt.timedelta(hours=1)))

    outcome = refresh("--once")

    assert outcome.status == 3
    assert "throttled  1" in outcome.out
    assert "left       2" in outcome.out


def test_accounts_can_be_named_due_or_not(world: World) -> None:
    by_id, by_name, other = world.track("acme", "shop", "other")
    for id_ in (by_id, by_name):
        world.do(lambda db, id_=id_: set_due(db, id_, due_at=clock.now() + dt.timedelta(hours=9)))

    summary = refresh("--account", by_id, "--account", "tiktok:@Shop", "--once", "--json").json

    assert summary == NOTHING | {"observed": 2, "new_posts": 1, "left": 0, "problems": []}
    assert world.account(other).last_scrape_time is None
    assert world.do(lambda db: due(db, by_id)).due_at > clock.now() + dt.timedelta(hours=20)


@pytest.mark.parametrize(
    ("account", "status", "said"),
    [
        ("tiktok:nobody", 1, "No organization tracks the account tiktok:nobody."),
        ("tiktok:paused", 1, "The account tiktok:paused is paused; resume it first."),
        ("instagram:acme", 2, "cannot be refreshed without CREATORAUDIT_SOURCE_INSTAGRAM"),
        ("acme", 2, "'acme' is neither an account's id nor a name such as tiktok:charlidamelio."),
        ("tiktok:no spaces", 2, "username must be a TikTok username"),
        ("myspace:tom", 2, "platform must be one of: instagram, tiktok"),
        ("01a20d53-743f-7732-90c9-ededb30d3401", 1, "No organization tracks the account 01a20d53"),
    ],
)
def test_an_account_that_cannot_be_refreshed_is_named(
    run: Run, world: World, account: str, status: int, said: str
) -> None:
    world.track("paused", is_active=False)
    world.track("acme", platform="instagram")

    outcome = run("refresh", "--account", account)

    assert (outcome.status, outcome.out) == (status, "")
    assert said in " ".join(outcome.err.replace("│", " ").split())


@pytest.mark.parametrize("command", ["refresh", "worker"])
@pytest.mark.usefixtures("database")
def test_without_any_source_there_is_nothing_to_do(run: Run, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREATORAUDIT_SOURCE_TIKTOK")
    outcome = run(command)
    assert (outcome.status, outcome.out) == (2, "")
    assert "CREATORAUDIT_SOURCE_INSTAGRAM or CREATORAUDIT_SOURCE_TIKTOK" in outcome.err


@pytest.mark.parametrize("command", ["refresh", "worker", "serve"])
@pytest.mark.usefixtures("database")
def test_a_source_that_there_is_not_is_named_with_those_there_are(
    run: Run, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREATORAUDIT_SOURCE_TIKTOK", "crystal_ball")
    outcome = run(command)
    assert (outcome.status, outcome.out) == (2, "")
    assert "There is no source 'crystal_ball'; there are: " in outcome.err
    assert "moody" in outcome.err
