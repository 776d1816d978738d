"""The application as a whole: what every answer has in common, and how it starts."""

from httpx import AsyncClient


async def test_readiness_needs_the_database(anonymous: AsyncClient) -> None:
    assert (await anonymous.get("/readyz")).json() == {"status": "ready"}
