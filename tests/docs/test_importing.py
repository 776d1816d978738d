"""What the documentation says about imports: every field, and examples that import."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from creatoraudit.ingestion.formats.files import Format
from creatoraudit.ingestion.formats.lines import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "importing.md").read_text("utf-8")


def example(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.+?)```", PAGE, re.DOTALL)
    return str(found)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_documented(kind: str) -> None:
    section = PAGE.split(f"### `{kind}`\n", 1)[1].split("\n#", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{name}` | {'yes' if field.is_required() else ''} | {field.description} |"
        for name, field in KINDS[kind].model_fields.items()
    ]


def test_every_format_and_option_is_documented() -> None:
    for name in Format:
        assert f"| `{name}` |" in PAGE
    for option in ("--org", "--format", "--track", "--at", "--rejects", "--json"):
        assert f"`{option}" in PAGE


def test_the_examples_import(sqlite_url: str, tmp_path: Path) -> None:
    def run(*arguments: str, said: str = "") -> Any:
        command = [sys.executable, "-m", "creatoraudit", *arguments, "--json"]
        environment = {**os.environ, "CREATORAUDIT_DATABASE_URL": sqlite_url}
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, input=said, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    run("orgs", "create", "Acme")
    first = run("import", "-", "--track", "accounts", said=example("json"))
    (tmp_path / "later.csv").write_text(example("csv"))
    second = run("import", "later.csv")

    assert (first["rejected"], second["rejected"]) == (0, 0)
    exported = subprocess.run(
        [sys.executable, "-m", "creatoraudit", "export"],
        env={**os.environ, "CREATORAUDIT_DATABASE_URL": sqlite_url},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    seen = [json.loads(line) for line in exported.splitlines()]
    assert [one["view_count"] for one in seen if one["kind"] == "post" and "view_count" in one] == [44_800, 52_100]
