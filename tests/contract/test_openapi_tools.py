"""What others make of the OpenAPI document: a linter, a generator of requests and a generator of clients."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from creatoraudit.db.engine import Database
from creatoraudit.rest.routes import ENDPOINTS, openapi_document
from factories import a_creator, a_video, an_account, an_account_video, an_api_key, an_organization
from node_tools import node_tool
from servers import running

HERE = Path(__file__).parent
COMMITTED = HERE.parents[1] / "openapi.json"

CLIENT = """
import json, sys
from client import AuthenticatedClient
from client.api.accounts import create_account, delete_account, list_accounts
from client.models import AccountCreate, Platform

url, key = sys.argv[1:]
with AuthenticatedClient(base_url=url, token=key, raise_on_unexpected_status=True) as client:
    wanted = AccountCreate(platform=Platform.TIKTOK, username="@Generated")
    created = create_account.sync(client=client, body=wanted, idempotency_key="generated")
    listed = list_accounts.sync(client=client, q="generated", include_total=True)
    deleted = delete_account.sync_detailed(client=client, account_id=created.data.id)
    empty = list_accounts.sync(client=client, q="generated")
print(json.dumps([created.data.username, listed.pagination.total_count, deleted.status_code, len(empty.data)]))
"""


class Server(NamedTuple):
    """A server of which tests may change the data."""

    url: str
    key: str


@pytest.fixture
def server(sqlite_template: Path, tmp_path: Path) -> Iterator[Server]:
    shutil.copy(sqlite_template, tmp_path / "creatoraudit.db")
    url = f"sqlite+aiosqlite:///{tmp_path / 'creatoraudit.db'}"
    key = asyncio.run(_fill(url))
    limits = {"RATE_LIMIT": "1000000", "ANONYMOUS_RATE_LIMIT": "1000000"}
    with running(tmp_path / "server.log", {"DATABASE_URL": url, **limits}) as process:
        yield Server(f"{process.url}/v2", key)


async def _fill(url: str) -> str:
    db = Database(url)
    try:
        actor = await an_organization(db)
        account = await an_account(db, actor)
        await an_account_video(db, actor, account, description="hello")
        await a_video(db, actor)
        await a_creator(db, actor)
        return (await an_api_key(db, actor)).key
    finally:
        await db.close()


def run(*command: str | Path, cwd: Path) -> str:
    """What a program prints that must succeed; those beside this Python are found first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "NO_COLOR": "1"}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return done.stdout


def test_the_committed_document_is_what_the_code_says() -> None:
    assert json.loads(COMMITTED.read_text("utf-8")) == json.loads(json.dumps(openapi_document()))


def test_the_linter_has_nothing_to_say(tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text('{"extends": ["spectral:oas"]}')
    spectral = [node_tool("spectral"), "lint", COMMITTED, "--ruleset", tmp_path / "rules.json"]
    found = run(*spectral, "--format", "json", "--quiet", "--fail-severity", "hint", cwd=tmp_path)
    assert json.loads(found) == []


def test_generated_requests_find_no_answer_that_is_not_in_the_document(server: Server, tmp_path: Path) -> None:
    options = ["--checks", "all", "--max-examples", "15", "--seed", "20261124", "--generation-database", "none"]
    printed = run(
        "st",
        *("--config-file", HERE / "schemathesis.toml", "run", f"{server.url}/openapi.json"),
        *("--header", f"Authorization: Bearer {server.key}", *options),
        cwd=tmp_path,
    )
    others = len(ENDPOINTS) - 1  # all but the one that serves the document
    assert f"Tested: {others}\n" in printed


def test_a_generated_client_lists_creates_and_deletes(server: Server, tmp_path: Path) -> None:
    generator = ["openapi-python-client", "generate", "--path", COMMITTED, "--meta", "none"]
    printed = run(*generator, "--output-path", "client", "--fail-on-warning", cwd=tmp_path)
    assert "warning" not in printed.lower()
    answers = run(sys.executable, "-c", CLIENT, server.url, server.key, cwd=tmp_path)
    assert json.loads(answers) == ["generated", 1, 204, 0]
