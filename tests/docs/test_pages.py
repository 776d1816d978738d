"""The pages about the two APIs name every error code and every limit there is."""

from pathlib import Path

import pytest

from creatoraudit import errors
from creatoraudit.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
CODES = sorted(
    {
        error.code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.CreatorAuditError)
    }
)
LIMITS = {"tokens": "max_tokens", "depth": "max_depth", "aliases": "max_aliases", "root fields": "max_root_fields"}


@pytest.mark.parametrize("code", CODES)
def test_every_error_code_is_explained(code: str) -> None:
    assert code in (DOCS / "rest.md").read_text().replace("`", "")


@pytest.mark.parametrize("what", LIMITS)
def test_every_limit_is_the_default_of_its_setting(what: str) -> None:
    default = Settings.model_fields[f"graphql_{LIMITS[what]}"].default

    assert f"| {what} | {default:,} |" in (DOCS / "graphql.md").read_text()
