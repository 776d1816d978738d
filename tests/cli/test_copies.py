"""An export, imported into an empty database of either kind, gives the same answers everywhere."""

import asyncio
import shutil
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

import graphql_questions
import questions
from cli.conftest import Run
from conftest import empty_postgres
from creatoraudit import clock
from creatoraudit.app import create_app
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import acting_for
from creatoraudit.settings import Settings
from factories import an_api_key
from http_fixtures import BASE_URL
from lively import ACTOR, NOW, a_lively_demo

KINDS = ("sqlite_url", "empty_postgres_url")
GENEROUS = {
    "rate_limit": 1_000_000,
    "graphql_max_cost": 10**9,
    "graphql_max_tokens": 10**6,
    "graphql_max_aliases": 10**4,
}


async def lived_in(url: str) -> None:
    """Fills a database."""
    db = Database(url)
    try:
        await a_lively_demo(db)
    finally:
        await db.close()


async def answers(url: str) -> dict[str, questions.Answers]:
    """All that a client of the demo is answered, with a key of the same name everywhere."""
    db = Database(url)
    key = (await an_api_key(db, acting_for(str(ACTOR.organization_id)))).key
    await db.close()
    app = create_app(Settings(database_url=url, **GENEROUS), worker=None)
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url=BASE_URL, headers=headers) as client,
    ):
        with clock.frozen(NOW):
            return {"rest": await questions.answers(client), "graphql": await graphql_questions.answers(client)}


@pytest.mark.parametrize("source", KINDS)
def test_a_copy_answers_what_the_original_answers(
    source: str,
    run: Run,
    request: pytest.FixtureRequest,
    sqlite_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original: str = request.getfixturevalue(source)
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", original)
    asyncio.run(lived_in(original))
    expected = asyncio.run(answers(original))
    assert run("export", "--output", str(tmp_path / "history.ndjson")).status == 0

    shutil.copy(sqlite_template, tmp_path / "copy.db")
    postgres: str = request.getfixturevalue("empty_postgres_url")
    empty_postgres(postgres)
    for copy in (f"sqlite+aiosqlite:///{tmp_path / 'copy.db'}", postgres):
        monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", copy)
        assert run("import", str(tmp_path / "history.ndjson")).status == 0
        found = asyncio.run(answers(copy))
        for edge, asked in expected.items():
            assert found[edge].keys() == asked.keys()
            for question, answer in asked.items():
                assert found[edge][question] == answer, question
