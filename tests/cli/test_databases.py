"""`creatoraudit db`, and what every command says of a database that it cannot use."""

import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from cli.conftest import Run
from creatoraudit.db import migrate


@pytest.fixture
def behind(empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a PostgreSQL database without any schema yet."""
    name = empty_postgres_url.rpartition("/")[2] + "_new"

    async def make() -> None:
        engine = create_async_engine(empty_postgres_url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            await connection.execute(text(f"CREATE DATABASE {name}"))
        await engine.dispose()

    asyncio.run(make())
    url = empty_postgres_url + "_new"
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", url)
    return url


def test_postgresql_is_upgraded_when_it_is_asked_for(run: Run, behind: str) -> None:
    refused = run("orgs", "list")
    assert (refused.status, refused.out) == (1, "")
    assert "creatoraudit db upgrade" in refused.err

    assert run("db", "current", "--json").json["revision"] is None
    upgraded = run("db", "upgrade", "--json").json
    assert upgraded == {"database": behind, "revision": migrate.latest(), "latest": migrate.latest()}
    assert run("db", "current", "--json").json == upgraded == run("db", "upgrade", "--json").json
    assert run("orgs", "list", "--json").json == []


def test_a_sqlite_file_is_made_by_the_first_command(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREATORAUDIT_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    missing = run("db", "current")
    assert (missing.status, missing.out) == (1, "")
    assert "creatoraudit db upgrade" in missing.err
    assert list(tmp_path.iterdir()) == []

    assert run("orgs", "list", "--json").json == []
    assert run("db", "current", "--json").json["revision"] == migrate.latest()
    assert (tmp_path / "creatoraudit.db").is_file()


@pytest.mark.parametrize(
    ("url", "status", "said"),
    [
        ("postgresql+asyncpg://me:secret@127.0.0.1:1/x", 1, "me:***@127.0.0.1:1/x cannot be used"),
        ("postgresql+asyncpg://me:secret@127.0.0.1:port/x", 1, "cannot be used"),
        ("sqlite+aiosqlite:////no/such/place/x.db", 1, "there is no directory /no/such/place"),
        ("sqlite+aiosqlite:///:memory:", 2, "CREATORAUDIT_DATABASE_URL must be sqlite+aiosqlite:///FILE"),
        ("mysql://me:secret@127.0.0.1/x", 2, "CREATORAUDIT_DATABASE_URL must be sqlite+aiosqlite:///FILE"),
    ],
)
@pytest.mark.parametrize("command", [("orgs", "list"), ("db", "upgrade"), ("db", "current"), ("serve", "--port", "0")])
def test_a_database_that_cannot_be_used(
    run: Run, command: tuple[str, ...], url: str, status: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", url)

    outcome = run(*command)

    assert (outcome.status, outcome.out) == (status, "")
    assert said in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert "secret" not in outcome.err


def test_a_file_that_is_no_database(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.db").write_text("Dear diary, today I was not a database. " * 100)
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")

    outcome = run("orgs", "list")

    assert (outcome.status, outcome.out) == (1, "")
    assert "file is not a database" in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_a_driver_that_is_missing_is_named_with_its_cure(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", "postgresql+asyncpg://me@127.0.0.1:1/x")
    monkeypatch.setitem(sys.modules, "asyncpg", None)

    outcome = run("orgs", "list")

    assert (outcome.status, outcome.out) == (1, "")
    assert "pip install 'creatoraudit[postgres]'" in outcome.err
