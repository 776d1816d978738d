"""Exporting: everything that an organization tracks and has seen, as entries that an import takes.

What is tracked comes before what was seen of it, and an account's posts come together: an import likes both.
"""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Select, bindparam

from creatoraudit.db.engine import Reader
from creatoraudit.db.models import Account, AccountVideo, Creator, Post, Video
from creatoraudit.db.statements import statement
from creatoraudit.db.types import Id
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.organizations import get_organization
from creatoraudit.domain.scope import scoped, table
from creatoraudit.ingestion import store
from creatoraudit.ingestion.exports import looks
from creatoraudit.ingestion.exports.looks import Row
from creatoraudit.ingestion.formats import entry
from creatoraudit.ingestion.formats.entry import Entry, Sighting

_PAGE = 200
"""Things that are read at once, posts with all their closings."""
_BEFORE_ALL = "00000000-0000-0000-0000-000000000000"
_posts, _videos, _account_videos = table(Post), table(Video), table(AccountVideo)
_OF_VIDEO = ("is_active", "scrape_interval_hours", "metadata", "added_at", "updated_at")
_POST_COLUMNS = (*(column.name for column in _posts.c), *(f"video_{name}" for name in _OF_VIDEO), "discovered_at")


async def entries(db: Reader, actor: Actor) -> AsyncIterator[Entry]:
    """All entries, the same for the same content on any database; NotFound if there is no such organization."""
    organization = await get_organization(db, actor)
    yield entry.Organization.model_construct(**organization._asdict())
    async for creator in _things(db, actor, Creator):
        yield entry.Creator.model_construct(**{name: creator[name] for name in entry.Creator.model_fields})
    async for account in _things(db, actor, Account):
        yield entry.Account.model_construct(**{name: account[name] for name in entry.Account.model_fields})
    async for account in _things(db, actor, Account):
        for sighting in await _of_profile(db, account):
            yield sighting
        async for one in _of_posts(db, actor, account):
            yield one
    async for one in _of_posts(db, actor, None):
        yield one


async def _things(db: Reader, actor: Actor, model: type[Account | Creator]) -> AsyncIterator[Row]:
    names = [column.name for column in table(model).c]
    after = _BEFORE_ALL
    while found := await db.fetch(_things_after(actor.tenancy, model), tuple, actor.bind(after=after)):
        for values in found:
            yield dict(zip(names, values, strict=True))
        after = found[-1][names.index("id")]


async def _of_profile(db: Reader, account: Row) -> list[Sighting]:
    found = await store.account_closings(db, {account["id"]: dt.date.min})
    return looks.of_profile(account, found.get(account["id"], ()))


async def _of_posts(db: Reader, actor: Actor, account: Row | None) -> AsyncIterator[Entry]:
    """All about the posts that an account published, or of which no tracked account is known to have."""
    asked: dict[str, Any] = {} if account is None else {"account_id": account["id"]}
    after = 0
    while found := await db.fetch(
        _posts_after(actor.tenancy, account is not None), tuple, actor.bind(after=after, **asked)
    ):
        posts = [dict(zip(_POST_COLUMNS, values, strict=True)) for values in found]
        closings = await store.post_closings(db, {post["id"]: dt.date.min for post in posts})
        for post in posts:
            feed = account if post["account_video_id"] is not None else None
            if post["video_id"] is not None:
                yield _video(post, account)
            if feed is not None:
                yield _account_video(post, feed)
            for sighting in looks.of_post(post, feed, closings.get(post["id"], ())):
                yield sighting
        after = posts[-1]["id"]


def _video(post: Row, account: Row | None) -> entry.Video:
    return entry.Video.model_construct(
        platform=post["platform"],
        external_id=post["external_id"],
        shortcode=post["shortcode"],
        account_username=post["account_username"] if account is None else account["username"],
        id=post["video_id"],
        post_id=post["id"],
        **{name: post[f"video_{name}"] for name in _OF_VIDEO},
    )


def _account_video(post: Row, account: Row) -> entry.AccountVideo:
    return entry.AccountVideo.model_construct(
        platform=post["platform"],
        external_id=post["external_id"],
        account_username=account["username"],
        id=post["account_video_id"],
        post_id=post["id"],
        added_at=post["discovered_at"],
    )


@statement
def _things_after(tenancy: Tenancy, model: type[Account | Creator]) -> Select[Any]:
    id_ = table(model).c.id
    rows = scoped(model, tenancy, *table(model).c, seek=False)
    return rows.where(id_ > bindparam("after", type_=Id())).order_by(id_).limit(_PAGE)


@statement
def _posts_after(tenancy: Tenancy, of_account: bool) -> Select[Any]:
    records = (*(_videos.c[name] for name in _OF_VIDEO), _account_videos.c.added_at)
    source = _posts.outerjoin(_videos, _videos.c.id == _posts.c.video_id)
    source = source.outerjoin(_account_videos, _account_videos.c.id == _posts.c.account_video_id)
    published = _posts.c.account_id
    rows = scoped(Post, tenancy, *_posts.c, *records, source=source, seek=False).where(
        published == bindparam("account_id", type_=Id()) if of_account else published.is_(None),
        _posts.c.id > bindparam("after"),
    )
    return rows.order_by(_posts.c.id).limit(_PAGE)
