"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from creatoraudit.db import history, models

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "creatoraudit"
MODULES = [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]
READERS = ("db", "domain", "ingestion")
TENANTS = {
    name
    for name, model in (vars(models) | vars(history)).items()
    if isinstance(model, type) and issubclass(model, SQLModel) and "organization_id" in model.model_fields
}


class Reads(ast.NodeVisitor):
    """Finds every `select` of a tenant's table that does not come out of `scoped`."""

    def __init__(self, tree: ast.Module) -> None:
        self.found: list[int] = []
        self._tables = set(TENANTS)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                self._remember(node)
        self.visit(tree)

    def _remember(self, node: ast.Assign) -> None:
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))  # a starred target takes several
            self._tables |= {name.id for name, value in pairs if isinstance(name, ast.Name) and self._is_table(value)}

    def _is_table(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self._tables - TENANTS
            case ast.Attribute(value=value, attr="c" | "columns"):
                return self._is_table(value)
            case ast.Call(func=ast.Name(id="table"), args=[ast.Name(id=name)]):
                return name in TENANTS
            case ast.Call(func=ast.Attribute(value=value, attr="alias" | "join" | "outerjoin"), args=arguments):
                return any(self._is_table(one) for one in [value, *arguments])
            case _:
                return False

    def visit_Call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Name(id="select"):
                if any(self._names_a_table(argument) for argument in node.args):
                    self.found.append(node.lineno)
            case ast.Attribute(value=value, attr="select") if self._names_a_table(value):
                self.found.append(node.lineno)
            case ast.Attribute(value=value, attr="select_from") if not _is_scoped(value):
                if any(self._names_a_table(argument) for argument in node.args):
                    self.found.append(node.lineno)
        self.generic_visit(node)

    def _names_a_table(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self._tables
        if isinstance(node, ast.Attribute) and node.attr == "type":
            return False
        return any(self._names_a_table(child) for child in ast.iter_child_nodes(node))


def _is_scoped(node: ast.expr) -> bool:
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "scoped"


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_whoever_reads_a_tenants_table_starts_at_scoped() -> None:
    found = {name_of(path): Reads(ast.parse(path.read_text())).found for path in MODULES if path.name != "scope.py"}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "select(Account)",
        "posts = table(Post).c\nselect(func.max(posts.view_count))",
        "_accounts, _posts = table(Account), table(Post)\nrow = _posts.alias()\nselect(row.c.id)",
        "source = table(Post).outerjoin(table(Account))\nselect(func.count()).select_from(source).where(True)",
        "posts = table(Post)\nposts.select()",
    ],
)
def test_the_rule_of_scoped_sees_what_breaks_it(source: str) -> None:
    assert Reads(ast.parse(source)).found


@pytest.mark.parametrize(
    "source",
    [
        "posts = table(Post)\nscoped(Post, tenancy, posts.c.id).select_from(posts.join(videos))",
        "posts = table(Post)\nselect(listed('ids', posts.c.id.type).c.value)",
        "organizations = table(Organization)\nselect(organizations.c.name)",
    ],
)
def test_the_rule_of_scoped_leaves_the_rest_alone(source: str) -> None:
    assert not Reads(ast.parse(source)).found


def test_only_the_lower_floors_ask_the_database() -> None:
    def imported(tree: ast.Module) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("sqlalchemy", "sqlmodel")):
                yield from (alias.name for alias in node.names)

    upper = [path for path in MODULES if path.relative_to(SOURCE).parts[0] not in READERS]
    assert [name_of(path) for path in upper if {"select", "text"} & set(imported(ast.parse(path.read_text())))] == []


@pytest.fixture(scope="module")
def committed() -> dict[str, str]:
    """The text files of the repository."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    texts = {}
    for name in filter(None, listing.split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            texts[name] = content.decode()
    return texts


def test_no_file_is_long(committed: dict[str, str]) -> None:
    long = {
        name: lines
        for name, text in committed.items()
        if name.endswith(".py") and "migrations" not in name and (lines := text.count("\n")) > 450
    }
    assert long == {}


def test_no_file_knows_the_machine_or_where_its_packages_came_from(committed: dict[str, str]) -> None:
    known = re.compile(
        r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs|yarnpkg|registry|artifactory|nexus)"
        r"|(?<![\w.:/}])/(?:work|root|home|Users)/\w"
    )
    assert [f"{name}: {found[0]}" for name, text in committed.items() if (found := known.search(text))] == []
