"""`creatoraudit demo`: from one command to a key that works."""

import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.conftest import Run
from servers import START_SECONDS, STOP_SECONDS, free_port

SMALL = ["--accounts", "3", "--videos-per-account", "2", "--days", "5", "--until", "2026-06-14"]


@pytest.mark.usefixtures("database")
def test_a_second_run_uses_the_same_world_and_makes_a_new_key(run: Run) -> None:
    first = run("demo", *SMALL, "--no-serve", "--json").json
    again = run("demo", *SMALL, "--no-serve", "--json").json
    organizations = run("orgs", "list", "--json").json
    keys = run("keys", "list", "--org", first["organization_id"], "--json").json

    assert list(first) == ["key", "organization_id", "rest_url", "graphql_url", "docs_url"]
    assert again == first | {"key": again["key"]}
    assert again["key"] != first["key"]
    assert [organization["id"] for organization in organizations] == [first["organization_id"]]
    assert [key["hint"] for key in keys] == [first["key"][-4:], again["key"][-4:]]


def test_the_demo_serves_what_it_prints(sqlite_url: str, tmp_path: Path) -> None:
    with demo(sqlite_url, tmp_path) as (shown, client):
        accounts = client.get("/accounts").json()["data"]
        graphql = client.post(shown["graphql_url"], json={"query": "{ accounts { nodes { username } } }"}).json()
        docs = client.get(shown["docs_url"], headers={"Accept": "text/html"})

    assert len(accounts) == 3
    assert {account["username"] for account in accounts} == {
        account["username"] for account in graphql["data"]["accounts"]["nodes"]
    }
    assert docs.headers["Content-Type"].startswith("text/html")
    assert shown["rest_url"] == str(client.base_url).removesuffix("/")


def test_a_demo_that_is_served_goes_on_and_touches_nothing_else(
    sqlite_url: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", sqlite_url)
    other = run("orgs", "create", "Acme", "--json").json["id"]
    key = run("keys", "create", "--org", other, "--name", "test", "--json").json["key"]
    with demo(sqlite_url, tmp_path) as (_, client):
        mine = {"Authorization": f"Bearer {key}"}
        real = client.post("/accounts", json={"platform": "tiktok", "username": "real"}, headers=mine)
        new = client.post("/accounts", json={"platform": "tiktok", "username": "new"})
        assert (real.status_code, new.status_code) == (201, 201)

        def all_seen_today() -> bool:
            accounts = client.get("/accounts?is_active=true").json()["data"]
            return min(one["last_scrape_time"] or "" for one in accounts) > "2026-06-15"

        deadline = time.monotonic() + START_SECONDS
        while not all_seen_today():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        (seen,) = client.get("/accounts?q=new").json()["data"]
        assert seen["follower_count"] > 0
        assert client.get("/accounts", headers=mine).json()["data"][0]["last_scrape_time"] is None


@contextmanager
def demo(url: str, home: Path) -> Iterator[tuple[Any, httpx.Client]]:
    """A demo that is served: what it prints, and a client with its key."""
    command = [sys.executable, "-m", "creatoraudit", "demo", *SMALL, "--port", str(free_port()), "--json"]
    with (home / "server.log").open("w") as log:
        demo = subprocess.Popen(
            command, env={"CREATORAUDIT_DATABASE_URL": url}, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert demo.stdout is not None
        shown = json.loads("".join(iter(demo.stdout.readline, "}\n")) + "}")
        headers = {"Authorization": f"Bearer {shown['key']}"}
        with httpx.Client(
            base_url=shown["rest_url"],
            headers=headers,
            transport=httpx.HTTPTransport(retries=10),
            timeout=START_SECONDS,
        ) as client:
            yield shown, client
    finally:
        demo.terminate()
        rest, _ = demo.communicate(timeout=STOP_SECONDS)
    assert rest == ""


def test_what_it_prints_for_people_can_be_pasted(run: Run, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("CREATORAUDIT_PUBLIC_URL", "https://demo.example")

    out = run("demo", *SMALL, "--no-serve").out

    (curl,) = (shlex.split(line) for line in out.splitlines() if "curl" in line)
    (key,) = set(re.findall(r"ca_[\w-]{43}", out))
    assert curl == ["curl", "-H", f"Authorization: Bearer {key}", "https://demo.example/v2/accounts?limit=3"]
    assert "https://demo.example/graphql" in out
