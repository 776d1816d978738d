"""Operations that are small and ask for much: refused before anything is executed, soon, and without much memory."""

import json
import re
import time
import tracemalloc
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from creatoraudit.app import create_app
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.settings import Settings
from factories import an_api_key
from security.asking import Answer, ask
from security.graphql_bombs import BOMBS

CPU_SECONDS = 3.0
"""Most take a hundredth of it; looking for garbage in a process that has run thousands of tests takes one."""
MEMORY_BYTES = 100_000_000
ANSWER_BYTES = 10_000

READS = re.compile(r"(FROM|INTO|UPDATE) (accounts|account_videos|captions|creators|posts|videos)")

ACCEPT = {"accept": "application/graphql-response+json"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    """The application, which asks its database nothing of its own accord about what organizations have."""
    app = create_app(settings, worker=None)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def rich_key(db: Database, organization: Actor) -> str:
    """A key that is in no danger of being refused for asking often."""
    return (await an_api_key(db, organization, rate_limit=1_000_000)).key


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_does_not_go_off(app: Starlette, rich_key: str, name: str) -> None:
    bomb = BOMBS[name]
    statements: list[str] = []
    app.state.opened.db.on_statement.append(statements.append)

    async def send(body: bytes) -> Answer:
        return await ask(app, "POST", "/graphql", rich_key, body, ACCEPT)

    started = time.process_time()
    answer = await send(bomb.body)
    spent = time.process_time() - started
    tracemalloc.start()
    try:
        await send(bomb.body.replace(b'{"query": "', b'{"query": " ', 1))  # another text, which nobody remembers
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert answer.status == bomb.status
    told = json.loads(answer.body)
    assert bomb.words in str(told.get("errors", told))
    assert len(answer.body) < ANSWER_BYTES
    assert [sql for sql in statements if READS.search(sql)] == []
    assert spent < CPU_SECONDS
    assert most < MEMORY_BYTES
