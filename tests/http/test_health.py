from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient
from sqlalchemy import text
from starlette.applications import Starlette

from creatoraudit.db import migrate
from creatoraudit.db.engine import Database


async def _pretend(db: Database, revision: str) -> None:
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


@pytest.fixture
async def other(request: pytest.FixtureRequest, db: Database, app: Starlette) -> AsyncIterator[None]:  # noqa: ARG001 - it has started before
    """Says that the schema is at another revision, while the application runs."""
    await _pretend(db, request.param)
    yield
    await _pretend(db, migrate.latest())


async def test_a_server_that_can_answer_is_ready(anonymous: AsyncClient) -> None:
    for path, body in (("/healthz", {"status": "ok"}), ("/readyz", {"status": "ready"})):
        answer = await anonymous.get(path)
        assert (answer.status_code, answer.json()) == (200, body)


@pytest.mark.parametrize("other", ["0002"], indirect=True)
@pytest.mark.usefixtures("other")
async def test_a_database_that_lacks_migrations_is_not_ready(anonymous: AsyncClient) -> None:
    answer = await anonymous.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert "retry-after" in answer.headers
    assert (await anonymous.get("/healthz")).status_code == 200, "the process itself is fine"


@pytest.mark.parametrize("other", ["later"], indirect=True)
@pytest.mark.usefixtures("other")
async def test_a_server_goes_on_while_a_later_release_is_brought_in(anonymous: AsyncClient) -> None:
    assert (await anonymous.get("/readyz")).status_code == 200
