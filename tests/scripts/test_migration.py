"""`scripts/migration`: a migration begins with what the models say and the migrations do not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the script needs."""
    ignored = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "migration.py", tmp_path / "scripts")
    return tmp_path


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def versions(checkout: Path) -> list[Path]:
    return sorted((checkout / "src/creatoraudit/db/migrations/versions").glob("*.py"))


def test_the_migrations_make_what_the_models_say(checkout: Path) -> None:
    before = versions(checkout)
    done = run(checkout, "scripts/migration.py", "nothing at all")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The migrations make what the models say already.\n"
    assert versions(checkout) == before


def test_what_is_new_in_the_models_is_in_a_new_migration(checkout: Path) -> None:
    models = checkout / "src/creatoraudit/db/models.py"
    field = "    category: str | None = None\n"
    models.write_text(models.read_text().replace(field, field + "    nickname: str | None = None\n"))
    before = versions(checkout)

    done = run(checkout, "scripts/migration.py", "Add nicknames.")

    assert (done.returncode, done.stderr) == (0, "")
    written = versions(checkout)[-1]
    assert done.stdout.strip() == str(written)
    assert written.name == f"{len(before) + 1:04}_add_nicknames.py"
    content = written.read_text()
    assert content.startswith('"""Add nicknames."""')
    assert "op.add_column('accounts', sa.Column('nickname', sa.String(), nullable=True))" in content
    assert "#" not in content, "nothing of the generator's own"
    again = run(checkout, "scripts/migration.py", "again")
    assert again.stderr == "The migrations make what the models say already.\n"


@pytest.mark.parametrize("arguments", [(), ("  ",), ("add", "nicknames")])
def test_it_wants_to_be_told_what_the_migration_does(checkout: Path, arguments: tuple[str, ...]) -> None:
    done = run(checkout, "scripts/migration.py", *arguments)
    assert done.returncode == 2
    assert "Say what the migration does" in done.stderr
