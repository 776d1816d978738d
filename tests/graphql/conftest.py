"""Asking the application GraphQL questions; each test runs on both databases."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from httpx import AsyncClient, Response
from starlette.applications import Starlette

from creatoraudit.db.engine import Database

ENGINE = "CREATORAUDIT_GRAPHQL_ENGINE"

Ask = Callable[..., Awaitable[Any]]
Send = Callable[..., Awaitable[Response]]
GRAPHQL = "application/graphql-response+json"


@pytest.fixture(params=["sqlite", "postgresql", "sqlite, engine off"])
def database_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty, migrated database: the test runs once on each kind, and once with graphql-core as the executor."""
    if request.param == "sqlite, engine off":
        monkeypatch.setenv(ENGINE, "false")
    name = "empty_postgres_url" if request.param == "postgresql" else "sqlite_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def send(client: AsyncClient) -> Send:
    """Posts a document with variables; `key` and other headers may be given."""

    async def post(
        query: str, *, key: str | None = None, headers: dict[str, str] | None = None, **variables: Any
    ) -> Response:
        sent = {"Accept": GRAPHQL, **({"Authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
        return await client.post("/graphql", json={"query": query, "variables": variables}, headers=sent)

    return post


@pytest.fixture
def ask(send: Send) -> Ask:
    """The data that answers a document, which must not fail."""

    async def data(query: str, **options: Any) -> Any:
        response = await send(query, **options)
        answer = response.json()
        assert "errors" not in answer, answer
        return answer["data"]

    return data


@pytest.fixture
def errors(send: Send) -> Ask:
    """The errors that answer a document."""

    async def failures(query: str, **options: Any) -> Any:
        return (await send(query, **options)).json()["errors"]

    return failures


_ASKING: ContextVar[bool] = ContextVar("asking", default=False)
"""Whether statements are those of a test's request, and not of the worker that the application runs beside it."""


@pytest.fixture
def statements(app: Starlette) -> Callable[[], Any]:
    """Counts the SQL statements that the test's own requests take, or `anyone`, those that look up keys left out."""
    database: Database = app.state.opened.db

    @contextmanager
    def counting(*, anyone: bool = False) -> Iterator[list[str]]:
        seen: list[str] = []

        def note(sql: str) -> None:
            if (anyone or _ASKING.get()) and "key_hash" not in sql:
                seen.append(sql)

        database.on_statement.append(note)
        asking = _ASKING.set(True)
        try:
            yield seen
        finally:
            _ASKING.reset(asking)
            database.on_statement.remove(note)

    return counting
