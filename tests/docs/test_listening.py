"""The examples of listening in docs/graphql.md, run as they stand there against a server of their own."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.events import Events, Refreshed
from creatoraudit.settings import Settings
from factories import an_account
from live import SECONDS, served, subscribed
from node_tools import TOOLS, node_tools

DOCUMENT = (Path(__file__).parents[2] / "docs" / "graphql.md").read_text("utf-8")
SHOWN = "127.0.0.1:8000"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def url(app: Starlette, settings: Settings) -> AsyncIterator[str]:
    async with served(app, settings) as url:
        yield url


def example(language: str) -> str:
    """The one example in a language."""
    (found,) = re.findall(rf"^```{language}\n(.+?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    return str(found)


def program(language: str, url: str, directory: Path) -> list[str]:
    """The command that runs the example against a server."""
    source = example(language).replace(SHOWN, url.removeprefix("http://"))
    if language == "bash":
        return ["bash", "-c", f"exec {source}"]
    tools = node_tools(TOOLS / "graphql")
    (directory / "node_modules").symlink_to(tools / "node_modules")
    (directory / "listen.mjs").write_text(source)
    has_websockets = 'import ws from "ws"; globalThis.WebSocket = ws;'  # as browsers have, and Node.js from 22 on
    (directory / "browser.mjs").write_text(has_websockets)
    return ["node", "--import", str(directory / "browser.mjs"), str(directory / "listen.mjs")]


@pytest.mark.parametrize("language", ["bash", "js"])
async def test_an_example_prints_what_it_hears(
    language: str, url: str, key: str, app: Starlette, db: Database, organization: Actor, tmp_path: Path
) -> None:
    events: Events = app.state.opened.events
    account = await an_account(db, organization, username="charlidamelio")
    listening = await asyncio.create_subprocess_exec(
        *program(language, url, tmp_path),
        env=os.environ | {"KEY": key},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert listening.stdout is not None
    try:
        await subscribed(events, 1)
        await events.publish(Refreshed(str(organization.organization_id), "account", account.id))
        async with asyncio.timeout(SECONDS):
            while b"charlidamelio" not in (line := await listening.stdout.readline()):
                assert line, "it ended without a word"
    finally:
        listening.kill()
        await listening.communicate()
    await subscribed(events, 0)
