"""Keys: looked up by their digest, the same way whatever becomes of them, and told to nobody."""

import ast
import asyncio
import hashlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from httpx import AsyncClient
from starlette.applications import Starlette

from creatoraudit.db.engine import Database
from creatoraudit.domain import api_keys
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.api_keys import disable_api_key
from creatoraudit.http import keys
from creatoraudit.secrecy import without_keys
from factories import an_api_key, an_organization
from live import opened
from security.wire import said
from servers import running


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


async def test_every_key_is_looked_up_the_same_way(
    app: Starlette, anonymous: AsyncClient, db: Database, organization: Actor
) -> None:
    """One statement that compares digests, whether the key is good, unknown, disabled or its organization inactive."""
    good, disabled = await an_api_key(db, organization), await an_api_key(db, organization)
    await disable_api_key(db, organization, disabled.row.id)
    inactive = await an_api_key(db, await an_organization(db, is_active=False))
    statements: list[str] = []
    app.state.opened.db.on_statement.append(lambda sql: statements.append(sql) if "api_keys" in sql else None)
    seen = {}
    for key in (good.key, "ca_" + "x" * 43, "x", good.key[:-1], good.key + "x", disabled.key, inactive.key):
        statements.clear()
        answer = await anonymous.get("/v2/whoami", headers={"Authorization": f"Bearer {key}"})
        seen[key] = (answer.status_code, tuple(statements))
    assert [status for status, _ in seen.values()] == [200, 401, 401, 401, 401, 403, 403]
    (asked,) = {told for _, told in seen.values()}
    assert len(asked) == 1
    assert "key_hash = " in asked[0]


async def test_an_unknown_key_is_told_nothing_of_the_known_ones(anonymous: AsyncClient, key: str) -> None:
    answers = [
        await anonymous.get("/v2/whoami", headers={"Authorization": f"Bearer {one}", "X-Request-ID": "same"})
        for one in ("x", "ca_" + "y" * 43, key[:-1], key.lower(), key + "x")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize("module", [keys, api_keys])
def test_a_key_itself_is_never_compared(module: object) -> None:
    """Only its digest finds a row or an entry: how long that takes depends on nothing that is stored in clear."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):  # type: ignore[arg-type]
        if isinstance(node, ast.Compare):
            names = {one.id for one in [node.left, *node.comparators] if isinstance(one, ast.Name)}
            is_absence = all(isinstance(one, ast.Is | ast.IsNot) for one in node.ops)
            assert "key" not in names or is_absence, ast.unparse(node)


async def test_only_the_digest_is_stored(db: Database, organization: Actor, database_url: str) -> None:
    made = await an_api_key(db, organization)
    stored = Path(database_url.partition(":///")[2])
    text = b"".join(path.read_bytes() for path in stored.parent.glob(f"{stored.name}*"))
    assert made.key.encode() not in text
    assert hashlib.sha256(made.key.encode()).hexdigest().encode() in text


JSON = {"Content-Type": "application/json"}
WITH_VARIABLE = "query ($n: Int) { accounts(first: $n) { totalCount } }"


class Told:
    """A server at a level of its log, and everything that it and the command line say."""

    def __init__(self, url: str, log: Path, key: str) -> None:
        self.url = url
        self.log = log
        self.key = key
        self.said: list[str] = []


LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@pytest.fixture(params=LEVELS)
def told(request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path) -> Iterator[Told]:
    settings = {"DATABASE_URL": sqlite_url, "LOG_LEVEL": request.param, "SLOW_OPERATION_MS": "0"}
    with running(tmp_path / "server.log", settings) as server:
        yield Told(server.url, server.log, asyncio.run(_a_key(sqlite_url)))


async def _a_key(url: str) -> str:
    db = Database(url)
    try:
        return (await an_api_key(db, await an_organization(db))).key
    finally:
        await db.close()


async def test_keys_are_in_nothing_that_is_told(told: Told, sqlite_url: str) -> None:
    """Wherever one puts it: in the right place, in wrong ones, in what fails and in what is no request at all."""
    key, url = told.key, told.url
    unknown = "ca_" + "K" * 43
    for one in (key, unknown):
        await _everywhere(url, one, told)
    await asyncio.to_thread(_break, sqlite_url)
    await _everywhere(url, key, told)
    log = told.log.read_text()
    for one in (key, unknown):
        digest = hashlib.sha256(one.encode()).hexdigest()
        for secret in (one, one[3:], digest):
            assert secret not in log, _around(log, secret)
            for text in told.said:
                assert secret not in text, _around(text, secret)


def _around(text: str, secret: str) -> str:
    at = text.index(secret)
    return text[max(0, at - 300) : at + 100]


def _break(url: str) -> None:
    """Takes a table away, so that whoever asks for it fails unforeseen."""
    path = url.partition(":///")[2]
    script = f"import sqlite3; sqlite3.connect({path!r}).execute('DROP TABLE captions')"
    subprocess.run([sys.executable, "-c", script], check=True)


async def _everywhere(url: str, key: str, told: Told) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    text = {"Authorization": f"Basic {key}", "Cookie": f"key={key}", "User-Agent": key, "Referer": f"http://x/{key}"}
    body = {"query": f'{{ search(query: "{key}") {{ accounts {{ id }} }} }}', "variables": {"key": key}}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as client:
        requests = [
            ("GET", "/v2/whoami", {}),
            ("GET", "/v2/whoami", {"headers": text}),
            ("GET", f"/v2/accounts?api_key={key}", {}),
            ("GET", f"/v2/search?q={key}", {}),
            ("GET", f"/v2/accounts?cursor={key}", {}),
            ("GET", f"/v2/accounts/{key}", {}),
            ("GET", f"/{key}", {}),
            ("GET", f"/static/{key}", {}),
            ("POST", "/v2/creators", {"json": {"name": 1, key: key}}),
            ("POST", "/v2/creators", {"content": f'{{"{key}": 1, "{key}": 2}}', "headers": JSON}),
            ("POST", "/v2/accounts", {"json": {"platform": key, "username": key, "creator_id": key}}),
            ("POST", "/graphql", {"json": body}),
            ("POST", "/graphql", {"json": {"query": f"query {key.replace('-', '_')} {{ nothing }}"}}),
            ("POST", "/graphql", {"json": {"query": f'{{ node(id: "{key}") {{ id }} }}'}}),
            ("POST", "/graphql", {"json": {"query": WITH_VARIABLE, "variables": {"n": key}}}),
            ("POST", "/graphql", {"json": {"query": key}}),
            ("POST", "/graphql", {"json": {"documentId": key}}),
            ("GET", f"/graphql?query={quote('{ __typename }')}&authorization={key}", {}),
        ]  # fmt: skip
        for method, path, options in requests:
            answer = await client.request(method, path, **options)  # type: ignore[arg-type]
            if answer.is_error or "errors" in answer.json():  # else it says what was asked for, as it was asked
                told.said.append(f"{answer.status_code} {answer.headers} {answer.text}")
    for payload in ({"Authorization": f"Bearer {key}"}, {"Authorization": key}, {"key": key}):
        async with opened(url, path=f"/graphql?key={key}") as socket:
            await socket.send({"type": "connection_init", "payload": payload})
            await socket.send({"type": "subscribe", "id": "1", "payload": {"query": key}})
            await socket.send({"type": key})
            told.said.append(str(await socket.closed()))
    line = f"GET /{key} HTTP/1.1\r\nAuthorization: Bearer {key}\r\n".encode()
    for broken in (line + b"Nonsense\r\n\r\n", line + b"X: " + b"x" * 70_000 + b"\r\n\r\n", key.encode() + b"\r\n\r\n"):
        told.said.append((await said(url, broken)).decode())


def test_every_key_is_of_the_form_that_is_masked() -> None:
    assert {without_keys(f"a {api_keys._new_key()} b") for _ in range(500)} == {"a ca_*** b"}


def test_the_command_line_says_keys_once(sqlite_url: str) -> None:
    """Where they are made, and nowhere else."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "creatoraudit", *arguments, "--json"],
            env={"CREATORAUDIT_DATABASE_URL": sqlite_url, "CREATORAUDIT_LOG_LEVEL": "DEBUG", "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout + done.stderr

    organization = json.loads(run("orgs", "create", "Acme"))["id"]
    key = json.loads(run("keys", "create", "--org", organization, "--name", "a"))["key"]
    assert key not in run("keys", "list", "--org", organization)
