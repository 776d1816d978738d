"""schema.graphql: what is committed is what the code says, and no promise is broken without a word."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from creatoraudit.graphql.schema import sdl

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """scripts/schema.py."""
    spec = importlib.util.spec_from_file_location("schema_script", ROOT / "scripts" / "schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_schema_is_what_the_code_says() -> None:
    assert (ROOT / "schema.graphql").read_text("utf-8") == sdl(), "run scripts/schema and commit schema.graphql"


def test_a_broken_promise_has_to_be_quoted(script: ModuleType) -> None:
    now = sdl()
    before = now.replace("type Viewer {", 'type Viewer {\n  """Gone."""\n  nickname: String\n')
    quoted = "- Viewers\n  have no nickname: `Field Viewer.nickname\n  was removed.`"

    (change,) = script.unsaid(before, now, "Nothing to see here.")

    assert re.sub("`", "", change) == "Field Viewer.nickname was removed."
    assert script.unsaid(before, now, quoted) == []


def test_what_is_only_added_breaks_nothing(script: ModuleType) -> None:
    now = sdl()
    before = now.replace('  """What the key may do."""\n  scopes: [KeyScope!]!\n\n  """The organ', '  """The organ')

    assert before != now
    assert script.unsaid(before, now, "") == []
