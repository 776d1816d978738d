"""Servers: one in this process, which waits less long than others do, and one whose memory can be looked at."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from creatoraudit.http import protocol
from creatoraudit.settings import Settings
from live import served
from servers import Process, running


@pytest.fixture
async def url(app: Starlette, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The server's URL; it waits half a second for heads and a second for bodies."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(protocol, "BODY_SECONDS", 1.0)
    monkeypatch.setattr(protocol, "LINGER_SECONDS", 0.5)
    async with served(app, settings) as url:
        yield url


@pytest.fixture(scope="module")
def process(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server in a process of its own, whose memory can be looked at."""
    home = tmp_path_factory.mktemp("process")
    shutil.copy(sqlite_template, home / "creatoraudit.db")
    settings = {"DATABASE_URL": f"sqlite+aiosqlite:///{home / 'creatoraudit.db'}"}
    with running(home / "server.log", settings) as server:
        yield server
