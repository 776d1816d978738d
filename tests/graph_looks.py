"""Looks at the documented Graph API: when they are, what they find there, and what they asked for."""

import datetime as dt
from typing import Any

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.sources.source import (
    Observed,
    PostReference,
    ProfileReference,
    Source,
    Wanted,
)
from creatoraudit.settings import Settings
from graph_api import TOKEN, USER_ID, a_reel, external_id
from services import LocalService

NOW = dt.datetime(2026, 6, 14, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
BLUE = ProfileReference(Platform.INSTAGRAM, "blue.bottle")


def settings(service: LocalService, token: str = TOKEN) -> Settings:
    return Settings(
        instagram_graph_url=f"{service.url}/v25.0", instagram_graph_user_id=USER_ID, instagram_graph_token=token
    )


def reels(number: int, *, apart: dt.timedelta = DAY) -> list[dict[str, Any]]:
    """Reels at regular times, newest first."""
    return [a_reel(NOW - HOUR - index * apart) for index in range(number)]


def limits(service: LocalService) -> list[str]:
    """The page sizes and cursors that were asked for."""
    return [asked.params["fields"].partition(",media.limit")[2].partition("{")[0] for asked in service.asked]


async def look(source: Source, wanted: Wanted = Wanted()) -> Observed:  # noqa: B008 - it is immutable
    result = await source.fetch_profile(BLUE, wanted)
    assert isinstance(result, Observed), result
    return result


def reference(published: dt.datetime, username: str | None = "blue.bottle") -> PostReference:
    return PostReference(Platform.INSTAGRAM, str(external_id(published)), account_username=username)
