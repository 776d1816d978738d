"""What the `instagram_graph` source needs to be set."""

import pytest

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.sources.registry import open_source
from creatoraudit.ingestion.sources.source import (
    Failed,
    PostReference,
    ProfileReference,
    Source,
    SourceUnavailable,
    Wanted,
)
from creatoraudit.settings import Settings
from services import LocalService


async def test_only_instagram_is_asked_for_instagram(service: LocalService, source: Source) -> None:
    assert isinstance(await source.fetch_profile(ProfileReference(Platform.TIKTOK, "cook"), Wanted()), Failed)
    assert isinstance(await source.fetch_post(PostReference(Platform.TIKTOK, "1", None, "cook")), Failed)
    assert service.asked == []


@pytest.mark.parametrize("given", [{}, {"instagram_graph_user_id": "1"}, {"instagram_graph_token": "x"}])
def test_a_source_without_an_account_or_a_token_says_what_to_set(given: dict[str, str]) -> None:
    with pytest.raises(SourceUnavailable, match="INSTAGRAM_GRAPH_USER_ID and CREATORAUDIT_INSTAGRAM_GRAPH_TOKEN"):
        open_source("instagram_graph", Settings(**given))  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [{"instagram_graph_user_id": "blue.bottle"}, {"instagram_graph_url": "graph"}])
def test_an_account_is_named_by_its_number(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="instagram_graph_"):
        Settings(**given)  # type: ignore[arg-type]
