"""Reading account videos."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam

from creatoraudit.db.dialect import position
from creatoraudit.db.engine import Reader
from creatoraudit.db.models import Account, AccountVideo, Post
from creatoraudit.domain import listing
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.paging import Direction, Home, Page, PageRequest, Sort, SortKey
from creatoraudit.domain.scope import table
from creatoraudit.errors import CreatorAuditError, NotFound


class AccountVideoRow(NamedTuple):
    """An account video as both edges show it, in the order of the REST object."""

    id: str
    post_id: int
    platform: str
    external_id: str
    shortcode: str | None
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
    account_id: str
    account_username: str | None
    platform_account_id: str | None
    platform_data: dict[str, Any]


_account_videos, _posts, _accounts = table(AccountVideo), table(Post), table(Account)
_av, _p = _account_videos.c, _posts.c
_OF_RECORD = {"id": _av.id, "post_id": _av.post_id, "added_at": _av.added_at}
_SAME_POST, _POSTER = _p.id == _av.post_id, _accounts.c.id == _p.account_id
_ALONG_POSTS = Home(
    Post, _posts.outerjoin(_account_videos, _SAME_POST).outerjoin(_accounts, _POSTER), _p.account_video_id
)

ACCOUNT_VIDEOS: Listing[AccountVideoRow] = Listing(
    endpoint="account-videos",
    model=AccountVideo,
    row=AccountVideoRow,
    columns=[(_OF_RECORD[name] if name in _OF_RECORD else _p[name]).label(name) for name in AccountVideoRow._fields],
    source=_account_videos.join(_posts, _SAME_POST).outerjoin(_accounts, _POSTER),
    identity=_av.id,
    filters={
        "account_id": _p.account_id == bindparam("account_id"),
        "creator_id": _accounts.c.creator_id == bindparam("creator_id"),
        "platform": _p.platform == bindparam("platform"),
        "q": position(_p.description_folded, bindparam("q")) > 0,
    },
    keys={
        "added_at": SortKey(_av.added_at),
        **{
            name: SortKey(_p[name], nullable=True, home=_ALONG_POSTS)
            for name in ("create_time", "view_count", "like_count", "play_count")
        },
    },
    default_sort=Sort("create_time", Direction.DESC),
    parents={"account_id": _p.account_id, "creator_id": _accounts.c.creator_id},
)


async def list_account_videos(
    db: Reader,
    actor: Actor,
    *,
    where: AccountVideoFilter,
    sort: Sort | None = None,
    page: PageRequest,
    columns: frozenset[str] | None = None,
) -> Page[AccountVideoRow]:
    """One page of the organization's account videos."""
    return await listing.fetch_page(db, actor, ACCOUNT_VIDEOS, where, sort, page, columns)


async def account_videos_by_account_ids(
    db: Reader,
    actor: Actor,
    ids: Sequence[str],
    *,
    where: AccountVideoFilter,
    sort: Sort | None = None,
    page: PageRequest,
    columns: frozenset[str] | None = None,
) -> list[Page[AccountVideoRow] | CreatorAuditError]:
    """The same page of each account's videos, in the accounts' order."""
    return await listing.fetch_pages(db, actor, ACCOUNT_VIDEOS, "account_id", ids, where, sort, page, columns)


async def account_videos_by_creator_ids(
    db: Reader,
    actor: Actor,
    ids: Sequence[str],
    *,
    where: AccountVideoFilter,
    sort: Sort | None = None,
    page: PageRequest,
    columns: frozenset[str] | None = None,
) -> list[Page[AccountVideoRow] | CreatorAuditError]:
    """The same page of the videos of each creator's accounts, in the creators' order."""
    return await listing.fetch_pages(db, actor, ACCOUNT_VIDEOS, "creator_id", ids, where, sort, page, columns)


async def account_videos_by_ids(
    db: Reader, actor: Actor, ids: Sequence[str], columns: frozenset[str] | None = None
) -> list[AccountVideoRow | None]:
    """The account videos with these ids, in the ids' order, None for those the organization does not have."""
    return await listing.fetch_by_ids(db, actor, ACCOUNT_VIDEOS, ids, columns)


async def get_account_video(db: Reader, actor: Actor, account_video_id: str) -> AccountVideoRow:
    """The account video, or NotFound."""
    (video,) = await account_videos_by_ids(db, actor, [account_video_id])
    if video is None:
        raise NotFound("Account video")
    return video
