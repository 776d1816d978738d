"""Which posts of a feed are wanted, whatever order and however many a source has them in."""

import datetime as dt
from collections.abc import Iterable

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.snapshots import PostSnapshot
from creatoraudit.ingestion.sources.source import Wanted

INSTAGRAM_EPOCH = 1_314_220_021
"""The second that Instagram counts its posts' times from."""


def newest(platform: Platform, posts: Iterable[PostSnapshot], wanted: Wanted) -> list[PostSnapshot]:
    """The posts that are wanted, newest first and each of them once."""
    dated = {post.external_id: (published(platform, post), post) for post in posts}
    kept = [one for one in dated.values() if wanted.since is None or one[0] >= wanted.since]
    kept.sort(key=lambda one: one[0], reverse=True)
    return [post for _, post in kept[: wanted.posts]]


def published(platform: Platform, post: PostSnapshot) -> dt.datetime:
    """When a post was published, or was made at least."""
    return post.create_time or published_at(platform, post.external_id)


def published_at(platform: Platform, external_id: str) -> dt.datetime:
    """When a post was made: both platforms' ids begin with the time."""
    number = int(external_id)
    if platform is Platform.TIKTOK:
        return dt.datetime.fromtimestamp(number >> 32, dt.UTC)
    return dt.datetime.fromtimestamp((number >> 23) // 1_000 + INSTAGRAM_EPOCH, dt.UTC)
