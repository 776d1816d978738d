"""What the documentation says about settings is what the settings say of themselves."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from creatoraudit.settings import Settings

OPERATING = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default_and_meaning(name: str) -> None:
    field = Settings.model_fields[name]
    default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    shown = "–" if default in (None, ()) else f"`{str(default).lower() if isinstance(default, bool) else default}`"

    assert f"| `CREATORAUDIT_{name.upper()}` | {shown} | {field.description} |" in OPERATING
