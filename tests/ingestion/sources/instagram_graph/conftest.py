"""The Graph API on a real socket, and the source that asks it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from creatoraudit import clock
from creatoraudit.ingestion.sources.registry import open_source
from creatoraudit.ingestion.sources.source import (
    Source,
)
from graph_api import GraphApi
from graph_looks import NOW, settings
from services import LocalService, local_service


@pytest.fixture
def service() -> Iterator[LocalService]:
    with local_service() as service, clock.frozen(NOW):
        yield service


@pytest.fixture
def api(service: LocalService) -> GraphApi:
    api = GraphApi()
    service.reply = api.reply
    return api


@pytest.fixture
async def source(service: LocalService) -> AsyncIterator[Source]:
    source = open_source("instagram_graph", settings(service))
    yield source
    await source.close()
