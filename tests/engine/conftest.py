"""Both ways of making rows."""

import pytest

from creatoraudit.engine import plan


@pytest.fixture(params=["field by field", "generated"])
def warm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Rows made field by field, as in an operation's first runs, or by generated code from the first row on."""
    monkeypatch.setattr(plan, "WARM", 0 if request.param == "generated" else 10**9)
    return str(request.param)
