"""`creatoraudit import`: history in files, into a database that others use meanwhile."""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from cli.conftest import Run
from conftest import SHARED_DATA
from creatoraudit.cli.imports import SOME_REJECTED
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account, Post
from creatoraudit.domain.scope import table
from imported import written
from real_posts import FIGURES, SEEN_AT, real_posts
from servers import running

DEMO = ["--accounts", "40", "--videos-per-account", "20", "--days", "60", "--until", "2026-06-14", "--no-serve"]
FOREVER = 120
AT = "2026-06-14T09:30:00Z"
PROFILE = {"platform": "tiktok", "username": "ada", "at": AT, "follower_count": 5}


def program(url: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "creatoraudit", *arguments],
        env={**os.environ, "CREATORAUDIT_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
        timeout=FOREVER,
        **options,
    )


def export(url: str) -> list[str]:
    return program(url, "export").stdout.splitlines()


@pytest.fixture(scope="module")
def history(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of a demo: some ten thousands of lines."""
    home = tmp_path_factory.mktemp("history")
    shutil.copy(sqlite_template, home / "demo.db")
    url = f"sqlite+aiosqlite:///{home / 'demo.db'}"
    program(url, "demo", *DEMO)
    program(url, "export", "--output", str(home / "history.ndjson"))
    return home / "history.ndjson"


@pytest.fixture
def organization(database: str, run: Run) -> str:  # noqa: ARG001 - it is made there
    """The only organization of the database."""
    return str(run("orgs", "create", "Acme", "--json").json["id"])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_summary_tells_what_came_of_it(run: Run, organization: str, tmp_path: Path) -> None:
    file = written(tmp_path / "history.ndjson", [PROFILE, "{", PROFILE | {"username": "bea"}])

    outcome = run("import", str(file), "--org", organization, "--track", "accounts", "--json")

    assert outcome.status == SOME_REJECTED
    told = json.loads(outcome.out)
    assert told.pop("seconds") > told.pop("longest_transaction_ms") / 1000 > 0
    assert told == {
        "lines": 3,
        "profiles": 2,
        "posts": 0,
        "creators_added": 0,
        "accounts_added": 2,
        "videos_added": 0,
        "posts_discovered": 0,
        "closings_changed": 2,
        "deleted_meanwhile": 0,
        "rejected": 1,
        "rejects": "rejected.ndjson",
    }
    assert outcome.err == ""
    again = run("import", str(file), "--rejects", "again.ndjson")
    assert again.status == SOME_REJECTED
    lines = dict(line.split() for line in again.out.splitlines())
    assert (lines["profiles"], lines["closings_changed"], lines["rejects"]) == ("2", "0", "again.ndjson")


def test_rejected_lines_can_be_mended_and_tried_again(run: Run, organization: str, tmp_path: Path) -> None:
    file = written(tmp_path / "history.ndjson", [PROFILE, {"é": 1}, PROFILE | {"at": "now"}])

    outcome = run("import", str(file), "--org", organization, "--track", "accounts")

    assert outcome.status == SOME_REJECTED
    rejected = [json.loads(line) for line in Path("rejected.ndjson").read_text().splitlines()]
    assert [(one["file"], one["line"]) for one in rejected] == [(str(file), 2), (str(file), 3)]
    assert rejected[1]["reason"] == "at must be a time in ISO 8601, such as 2026-06-14T09:30:00Z"
    assert [json.loads(one["content"]) for one in rejected] == [{"é": 1}, PROFILE | {"at": "now"}]
    mended = written(tmp_path / "mended.ndjson", [rejected[1]["content"].replace('"now"', f'"{AT}"')])
    assert run("import", str(mended)).status == 0


def test_files_may_be_several_and_standard_input_one_of_them(database: str, organization: str, tmp_path: Path) -> None:
    one = written(tmp_path / "one.ndjson", [PROFILE])
    table = tmp_path / "two.csv"
    table.write_text(f"platform,username,at,follower_count\ninstagram,bea,{AT},7\n")
    piped = json.dumps([PROFILE | {"username": "cleo"}])

    arguments = ["import", str(one), "-", str(table), "--org", organization, "--track", "accounts", "--json"]
    counts = json.loads(program(database, *arguments, input=piped).stdout)

    assert (counts["lines"], counts["accounts_added"], counts["rejected"]) == (3, 3, 0)


def test_lines_of_yt_dlp_are_posts_of_their_users(run: Run, organization: str, tmp_path: Path) -> None:
    line = {
        "extractor_key": "TikTok",
        "id": "6907228749016714497",
        "webpage_url": "https://www.tiktok.com/@ada/video/6907228749016714497",
        "uploader": "ada",
        "epoch": 1_750_000_000,
        "view_count": 44_800,
    }
    file = written(tmp_path / "posts.jsonl", [line])

    assert run("import", str(file), "--org", organization).status == SOME_REJECTED
    counts = run("import", str(file), "--org", organization, "--track", "videos", "--json").json
    assert (counts["videos_added"], counts["posts"]) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["missing.ndjson"], 1, "missing.ndjson cannot be read: No such file or directory."),
        (["."], 1, ". cannot be read: Is a directory."),
        (["broken.gz"], 1, "broken.gz cannot be read: Compressed file ended before the end-of-stream marker"),
        (
            ["trending.json"],
            2,
            "trending.json is tiktok-scraper's, which does not say when it looked",
        ),
        (["history.ndjson", "--org", "01900000-0000-7000-8000-000000000000"], 1, "Organization not found."),
        (["history.ndjson", "--rejects", "no/file"], 1, "no/file cannot be written: No such file or directory."),
    ],
)
def test_what_keeps_it_from_going_on_is_one_sentence(
    run: Run, organization: str, arguments: list[str], status: int, sentence: str
) -> None:
    assert organization
    Path("broken.gz").write_bytes(b"\x1f\x8b\x08\x00")
    Path("trending.json").write_text('{"collector": [{"authorMeta": {}}]}')
    Path("history.ndjson").write_text("{")

    outcome = run("import", *arguments)

    assert (outcome.status, outcome.out) == (status, "")
    assert outcome.err.startswith(f"Error: {sentence}")
    assert outcome.err.count("\n") == 1


def test_several_organizations_are_a_question(run: Run, organization: str, tmp_path: Path) -> None:
    assert organization
    run("orgs", "create", "Other")
    file = written(tmp_path / "history.ndjson", [PROFILE])

    for command in (["import", str(file)], ["export"]):
        outcome = run(*command)
        assert outcome.status == 2
        assert outcome.err == (
            "Error: There are several organizations ('creatoraudit orgs list'): say which with --org.\n"
        )


def test_a_time_must_be_one(run: Run) -> None:
    outcome = run("import", "file", "--at", "yesterday")

    assert outcome.status == 2
    assert "must be a time in ISO 8601" in outcome.err


def test_the_real_posts_add_up(run: Run, database: str, organization: str) -> None:
    posts = real_posts()
    arguments = ["--at", SEEN_AT.isoformat(), "--track", "accounts", "--json"]

    counts = run("import", str(SHARED_DATA), "--org", organization, *arguments).json

    assert (counts["lines"], counts["accounts_added"], counts["posts_discovered"]) == (1000, 802, 1000)
    accounts, columns = table(Account), [table(Account).c[name] for name in FIGURES]
    (sums,) = asyncio.run(selected(database, select(*map(func.sum, columns))))
    assert [int(one) for one in sums] == [sum(post[figure] for post in posts) for figure in FIGURES.values()]
    assert asyncio.run(selected(database, select(func.count()).select_from(accounts))) == [(802,)]


async def selected(url: str, statement: Any) -> list[tuple[Any, ...]]:
    db = Database(url)
    try:
        async with db.transaction() as tx:
            return [tuple(row) for row in await tx.execute(statement)]
    finally:
        await db.close()


def test_an_empty_database_becomes_what_was_exported(database: str, history: Path) -> None:
    program(database, "import", str(history))

    assert export(database) == history.read_text().splitlines()


def test_history_that_is_shuffled_is_the_same_history(database: str, history: Path, tmp_path: Path) -> None:
    lines = history.read_text().splitlines()
    random.Random(7).shuffle(lines)

    program(database, "import", str(written(tmp_path / "shuffled.ndjson", lines)))

    assert export(database) == history.read_text().splitlines()


def test_an_import_that_was_killed_is_completed_by_starting_it_again(database: str, history: Path) -> None:
    environment = {**os.environ, "CREATORAUDIT_DATABASE_URL": database}
    command = [sys.executable, "-m", "creatoraudit", "import", str(history)]
    for posts in (1, 200):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + FOREVER
        while stored_posts(database) < posts:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert export(database) != history.read_text().splitlines()

    program(database, "import", str(history))

    assert export(database) == history.read_text().splitlines()


def stored_posts(database: str) -> int:
    ((number,),) = asyncio.run(selected(database, select(func.count()).select_from(table(Post))))
    return int(number)


def test_others_write_within_a_second_while_it_runs(sqlite_url: str, history: Path, tmp_path: Path) -> None:
    """SQLite has one writer: an import takes it for moments only, and leaves it to others in between."""
    organization = json.loads(program(sqlite_url, "orgs", "create", "Acme", "--json").stdout)["id"]
    create_key = ["keys", "create", "--org", organization, "--name", "test", "--json"]
    key = json.loads(program(sqlite_url, *create_key).stdout)["key"]
    settings = {"DATABASE_URL": sqlite_url, "RATE_LIMIT": "100000"}
    with (
        running(tmp_path / "server.log", settings, "--no-worker") as server,
        httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {key}"}, timeout=FOREVER) as client,
    ):
        command = [sys.executable, "-m", "creatoraudit", "import", str(history), "--org", organization]
        process = subprocess.Popen(
            command,
            env={**os.environ, "CREATORAUDIT_DATABASE_URL": sqlite_url},
            stdout=subprocess.DEVNULL,
        )
        waited = []
        while process.poll() is None:
            began = time.monotonic()
            answer = client.post("/v2/creators", json={"name": f"Creator {len(waited)}"})
            waited.append(time.monotonic() - began)
            assert answer.status_code == 201, answer.text
    assert process.returncode == 0
    assert len(waited) > 10
    assert max(waited) < 1
