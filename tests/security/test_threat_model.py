"""docs/security.md names a test for every threat, and that test is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| threat |", "| check |"))
]


def names_in(path: Path) -> set[str]:
    """The classes and tests of a file, as pytest writes them behind the file's name."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
            found |= {f"{node.name}::{one.name}" for one in node.body if hasattr(one, "name")}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
    return found


def test_every_threat_names_a_test_that_exists() -> None:
    assert len(ROWS) > 40
    for threat, answer, test in ROWS:
        found = re.fullmatch(r"`(tests/[\w/]+\.py)(?:::([\w:]+))?`", test.rstrip(" |"))
        assert found, threat
        assert answer, threat
        path = ROOT / found[1]
        assert path.is_file(), threat
        assert found[2] is None or found[2] in names_in(path), threat


def test_every_test_of_this_folder_is_named() -> None:
    """A file that no threat names is one that nobody reads the reason of."""
    for path in Path(__file__).parent.glob("test_*.py"):
        assert path.name == Path(__file__).name or f"tests/security/{path.name}" in PAGE


def test_the_policy_leads_there() -> None:
    assert "(docs/security.md)" in (ROOT / "SECURITY.md").read_text()
