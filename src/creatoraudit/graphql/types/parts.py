"""Groups of fields that belong together on several types; behind each stands the row of the whole object."""

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

import strawberry
from strawberry import field

from creatoraudit.graphql.loaders import reads


def itself(root: Any) -> Any:
    """The resolver of a group: its fields are read from the same row."""
    return root


def group(description: str, of: Callable[[Any], Any] = itself, *names: str) -> Any:
    """A field that shows parts of the same row as another type; `of` may say that there are none, by these columns."""
    return field(resolver=of, description=description, metadata=reads(*names, is_same=True))


def _interval_hours(root: Any) -> int | None:
    return getattr(root, "scrape_interval_hours", None)


@strawberry.type(description="When the numbers were collected.")
class Freshness:
    first_scrape_time: dt.datetime | None = field(
        name="firstScrapedAt", description="When it was first refreshed; null until then."
    )
    last_scrape_time: dt.datetime | None = field(
        name="lastScrapedAt", description="When it was last refreshed; null until the first time."
    )

    interval_hours: int | None = field(
        resolver=_interval_hours,
        description="Hours between two refreshes; null for account videos, which are refreshed with their account.",
        metadata=reads("scrape_interval_hours"),
    )


class AssetRow(NamedTuple):
    """Where a picture or a film lies."""

    url: str | None
    original_url: str | None


@strawberry.type(description="A picture or a film.")
class Asset:
    url: str | None = field(description="Where it can be loaded from; null if nowhere.")
    original_url: str | None = field(description="Where the platform served it; such URLs expire.")


def asset(name: str, description: str) -> Any:
    """A field that shows an asset whose two URLs the row has as `name` and `name_original`."""

    def resolve(root: Any) -> Any:
        return AssetRow(getattr(root, name), getattr(root, f"{name}_original"))

    return field(resolver=resolve, description=description, metadata=reads(name, f"{name}_original"))
