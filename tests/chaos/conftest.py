"""What the servers of these tests have in common."""

import pytest


@pytest.fixture
def server_settings(database_url: str) -> dict[str, str]:
    """A server's settings: clients are held up by what is wrong, and not by their rate limit."""
    return {"DATABASE_URL": database_url, "RATE_LIMIT": "1000000"}
