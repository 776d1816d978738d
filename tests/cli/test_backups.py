"""`creatoraudit db backup`, where it cannot do what it is asked for; what it does is the page's: tests/docs."""

from pathlib import Path

import pytest

from cli.conftest import Run


def test_it_overwrites_nothing_and_leaves_no_half_of_a_copy(
    run: Run, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", sqlite_url)
    copy = tmp_path / "copies" / "copy.db"
    missing = run("db", "backup", str(copy))
    assert (missing.status, missing.err) == (2, f"Error: There is no directory {copy.parent}.\n")

    copy.parent.mkdir()
    assert run("db", "backup", str(copy), "--json").json == {"backup": str(copy), "bytes": copy.stat().st_size}
    before = copy.read_bytes()
    again = run("db", "backup", str(copy))
    assert (again.status, again.err) == (2, f"Error: {copy} exists already: backups are not overwritten.\n")
    assert copy.read_bytes() == before
    assert list(copy.parent.iterdir()) == [copy]


def test_what_is_no_database_is_not_copied(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.db").write_text("Dear diary, today I was not a database. " * 100)
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    outcome = run("db", "backup", str(tmp_path / "copy.db"))
    assert (outcome.status, outcome.out) == (1, "")
    assert "file is not a database" in outcome.err
    assert [one.name for one in tmp_path.iterdir()] == ["x.db"]

    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    assert "There is no database" in run("db", "backup", str(tmp_path / "copy.db")).err


def test_postgresql_has_a_program_of_its_own(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", "postgresql+asyncpg://me:secret@127.0.0.1:1/x")
    outcome = run("db", "backup", "copy.db")
    assert outcome.status == 2
    assert "pg_dump" in outcome.err
    assert "secret" not in outcome.err
