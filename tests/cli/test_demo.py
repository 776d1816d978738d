"""`creatoraudit demo`: from one command to a key that works."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

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
    port = free_port()
    command = [sys.executable, "-m", "creatoraudit", "demo", *SMALL, "--port", str(port), "--json"]
    with (tmp_path / "server.log").open("w") as log:
        demo = subprocess.Popen(
            command, env={"CREATORAUDIT_DATABASE_URL": sqlite_url}, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert demo.stdout is not None
        shown = json.loads("".join(iter(demo.stdout.readline, "}\n")) + "}")
        headers = {"Authorization": f"Bearer {shown['key']}"}
        with httpx.Client(headers=headers, transport=httpx.HTTPTransport(retries=10)) as client:
            accounts = client.get(f"{shown['rest_url']}/accounts", timeout=START_SECONDS).json()["data"]
            graphql = client.post(shown["graphql_url"], json={"query": "{ accounts { nodes { username } } }"}).json()
            docs = client.get(shown["docs_url"], headers={"Accept": "text/html"})
    finally:
        demo.terminate()
        rest, _ = demo.communicate(timeout=STOP_SECONDS)

    assert rest == ""
    assert len(accounts) == 3
    assert {account["username"] for account in accounts} == {
        account["username"] for account in graphql["data"]["accounts"]["nodes"]
    }
    assert docs.headers["Content-Type"].startswith("text/html")
    assert shown["rest_url"] == f"http://127.0.0.1:{port}/v2"


def test_what_it_prints_for_people_can_be_pasted(run: Run, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("CREATORAUDIT_PUBLIC_URL", "https://demo.example")

    out = run("demo", *SMALL, "--no-serve").out

    (curl,) = (shlex.split(line) for line in out.splitlines() if "curl" in line)
    (key,) = set(re.findall(r"ca_[\w-]{43}", out))
    assert curl == ["curl", "-H", f"Authorization: Bearer {key}", "https://demo.example/v2/accounts?limit=3"]
    assert "https://demo.example/graphql" in out
