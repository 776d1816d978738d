"""What the tests of a file share: an application over a database of each kind."""

from collections.abc import AsyncIterator

import pytest_asyncio

from contract.worlds import World, a_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(shared_database_url: str) -> AsyncIterator[World]:
    """One application for all the tests of a file, which change nothing in it."""
    async with a_world(shared_database_url) as made:
        yield made
