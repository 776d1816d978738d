from collections.abc import Iterator

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from rest.story import Story, a_story
from written import NOON


@pytest.fixture
def today() -> Iterator[None]:
    """Stops the clock at the tests' today."""
    with clock.frozen(NOON):
        yield


@pytest.fixture
async def story(db: Database, organization: Actor) -> Story:
    """An organization that was observed for ten days."""
    return await a_story(db, organization)
