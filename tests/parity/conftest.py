"""A client of the application over the demo organization, on both databases."""

import datetime as dt
from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from creatoraudit.db.engine import Database
from creatoraudit.demo import DemoOptions, build_demo
from creatoraudit.domain.actor import acting_for
from factories import an_api_key

UNTIL = dt.date(2026, 6, 30)


@pytest.fixture
async def demo_client(app: Starlette, db: Database) -> AsyncIterator[AsyncClient]:
    """A client with a key of a small demo organization."""
    options = DemoOptions(accounts=24, videos_per_account=6, days=10, until=UNTIL)
    organization = await build_demo(db, options, lambda *_: None)
    key = (await an_api_key(db, acting_for(organization.id), rate_limit=100_000)).key
    headers = {"Authorization": f"Bearer {key}"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://api.test", headers=headers) as client:
        yield client
