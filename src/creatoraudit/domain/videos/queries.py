"""Reading videos."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case

from creatoraudit.db.dialect import position
from creatoraudit.db.engine import Reader
from creatoraudit.db.models import Post, Video
from creatoraudit.domain import listing
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.paging import Direction, Home, Page, PageRequest, Sort, SortKey
from creatoraudit.domain.scope import table
from creatoraudit.domain.videos.inputs import VideoFilter
from creatoraudit.errors import CreatorAuditError, NotFound


class VideoRow(NamedTuple):
    """A video as both edges show it, in the order of the REST object."""

    id: str
    platform: str
    external_id: str
    shortcode: str | None
    is_active: bool
    scrape_interval_hours: int
    metadata: dict[str, Any]
    added_at: dt.datetime
    updated_at: dt.datetime
    first_scrape_time: dt.datetime | None
    last_scrape_time: dt.datetime | None
    description: str | None
    create_time: dt.datetime | None
    media_type: str | None
    duration: float | None
    is_unavailable: bool | None
    cover_image_url: str | None
    cover_image_url_original: str | None
    video_url: str | None
    video_url_original: str | None
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    share_count: int | None
    play_count: int | None
    saved_count: int | None
    total_views: int | None
    total_plays: int | None
    account_id: str | None
    account_username: str | None
    platform_account_id: str | None
    platform_data: dict[str, Any]


_videos, _posts = table(Video), table(Post)
_v, _p = _videos.c, _posts.c
_OF_RECORD = {
    "id": _v.id,
    "is_active": _v.is_active,
    "scrape_interval_hours": _v.scrape_interval_hours,
    "metadata": _v.metadata,
    "added_at": _v.added_at,
    "updated_at": case((_v.updated_at > _p.updated_at, _v.updated_at), else_=_p.updated_at),
}
_SAME_POST = _p.id == _v.post_id
_ALONG_POSTS = Home(Post, _posts.outerjoin(_videos, _SAME_POST), _p.video_id)

VIDEOS: Listing[VideoRow] = Listing(
    endpoint="videos",
    model=Video,
    row=VideoRow,
    columns=[(_OF_RECORD[name] if name in _OF_RECORD else _p[name]).label(name) for name in VideoRow._fields],
    source=_videos.join(_posts, _SAME_POST),
    identity=_v.id,
    filters={
        "account_id": _p.account_id == bindparam("account_id"),
        "platform": _p.platform == bindparam("platform"),
        "is_active": _v.is_active == bindparam("is_active"),
        "q": position(_p.description_folded, bindparam("q")) > 0,
    },
    keys={
        "added_at": SortKey(_v.added_at),
        **{
            name: SortKey(_p[name], nullable=True, home=_ALONG_POSTS)
            for name in ("create_time", "view_count", "like_count", "play_count")
        },
    },
    default_sort=Sort("added_at", Direction.DESC),
    parents={"account_id": _p.account_id},
)


async def list_videos(
    db: Reader,
    actor: Actor,
    *,
    where: VideoFilter,
    sort: Sort | None = None,
    page: PageRequest,
    columns: frozenset[str] | None = None,
) -> Page[VideoRow]:
    """One page of the organization's videos."""
    return await listing.fetch_page(db, actor, VIDEOS, where, sort, page, columns)


async def videos_by_account_ids(
    db: Reader,
    actor: Actor,
    ids: Sequence[str],
    *,
    where: VideoFilter,
    sort: Sort | None = None,
    page: PageRequest,
    columns: frozenset[str] | None = None,
) -> list[Page[VideoRow] | CreatorAuditError]:
    """The same page of videos for each of the accounts that posted them, in the accounts' order."""
    return await listing.fetch_pages(db, actor, VIDEOS, "account_id", ids, where, sort, page, columns)


async def videos_by_ids(
    db: Reader, actor: Actor, ids: Sequence[str], columns: frozenset[str] | None = None
) -> list[VideoRow | None]:
    """The videos with these ids, in the ids' order, None for those the organization does not have."""
    return await listing.fetch_by_ids(db, actor, VIDEOS, ids, columns)


async def get_video(db: Reader, actor: Actor, video_id: str) -> VideoRow:
    """The video, or NotFound."""
    (video,) = await videos_by_ids(db, actor, [video_id])
    if video is None:
        raise NotFound("Video")
    return video
