"""Searching accounts, creators and videos by a part of their text."""

import asyncio
from typing import Any, NamedTuple, TypeVar

from pydantic import Field
from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, case, func, literal_column, select

from creatoraudit.db import caption_index, dialect
from creatoraudit.db.engine import Database, Make, Reader
from creatoraudit.db.models import Account, Caption, Creator, Post
from creatoraudit.db.statements import ByDialect, Statement, statement
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.creators.queries import TOTAL_FOLLOWERS
from creatoraudit.domain.scope import scoped, table
from creatoraudit.domain.text import folded
from creatoraudit.domain.validation import Input, Query

MAX_LIMIT = 25
"""The most that any section shows."""
NEWEST = 50_000
"""Among how many of the newest captions a text of one or two characters is looked for."""
_TRIGRAM = 3

T = TypeVar("T")


class SearchParams(Input):
    """What is searched for, and how much of it is shown."""

    q: Query | None = Field(
        None, description="A part of a username, a creator's name or a caption, whatever its case; blank finds nothing."
    )
    limit: int = Field(10, ge=1, le=MAX_LIMIT, description="How many of each at most.")


class FoundAccount(NamedTuple):
    """An account whose username contains the text."""

    id: str
    platform: str
    username: str
    display_name: str | None


class FoundCreator(NamedTuple):
    """A creator whose name contains the text."""

    id: str
    name: str


class FoundVideo(NamedTuple):
    """A post whose caption contains the text: as the video where it is tracked by itself, else as the account video."""

    id: str
    platform: str
    caption: str
    account_id: str | None
    account_username: str | None


class Found(NamedTuple):
    """What contains the text: accounts and creators by how well they match, then by followers; videos newest first."""

    accounts: list[FoundAccount]
    creators: list[FoundCreator]
    videos: list[FoundVideo]


class Searched(NamedTuple):
    """The text that is searched for, as texts are compared, and how many of each are shown at most."""

    text: str
    limit: int


def searched(q: str | None, limit: int = 10) -> Searched:
    """What contains the trimmed text literally, whatever its case; a blank one finds nothing.

    Texts of one or two characters are looked for among the newest 50,000 captions only.
    """
    return Searched(folded((q or "").strip()), limit)


async def search(db: Database, actor: Actor, asked: Searched) -> Found:
    """Everything that contains the text."""
    return Found(
        *await asyncio.gather(
            find_accounts(db, actor, asked), find_creators(db, actor, asked), find_videos(db, actor, asked)
        )
    )


async def find_accounts(db: Reader, actor: Actor, asked: Searched) -> list[FoundAccount]:
    """The accounts whose username contains the text."""
    return await _find(db, actor, asked, _accounts(actor.tenancy), FoundAccount._make)


async def find_creators(db: Reader, actor: Actor, asked: Searched) -> list[FoundCreator]:
    """The creators whose name contains the text."""
    return await _find(db, actor, asked, _creators(actor.tenancy), FoundCreator._make)


async def find_videos(db: Reader, actor: Actor, asked: Searched) -> list[FoundVideo]:
    """The posts whose caption contains the text."""
    return await _find(db, actor, asked, _videos(actor.tenancy, len(asked.text) >= _TRIGRAM), FoundVideo._make)


async def _find(db: Reader, actor: Actor, asked: Searched, rows: Statement, make: Make[T]) -> list[T]:
    if not asked.text:
        return []
    found = caption_index.asked(asked.text, actor.organization_id or "")
    return await db.fetch(rows, make, actor.bind(limit=asked.limit, **found))


_q, _limit = bindparam("q", type_=Text()), bindparam("limit", type_=Integer())


@statement
def _accounts(tenancy: Tenancy) -> Select[Any]:
    c = table(Account).c
    rows = scoped(Account, tenancy, c.id, c.platform, c.username, c.name)
    return _best(rows, c.username, c.follower_count).order_by(c.username, c.platform)


@statement
def _creators(tenancy: Tenancy) -> Select[Any]:
    c = table(Creator).c
    return _best(scoped(Creator, tenancy, c.id, c.name), c.name_folded, TOTAL_FOLLOWERS).order_by(c.name_folded, c.id)


def _best(rows: Select[Any], text: ColumnElement[Any], followers: ColumnElement[Any]) -> Select[Any]:
    """What contains the text: first what is it, then what begins with it, then the rest, by followers each."""
    place = dialect.position(text, _q)
    match = case((text == _q, 0), (place == 1, 1), else_=2)
    return rows.where(place > 0).order_by(match, followers.desc()).limit(_limit)


@statement
def _videos(tenancy: Tenancy, by_index: bool) -> ByDialect:
    captions = scoped(Caption, tenancy)
    if by_index:
        found = caption_index.captions_with(captions, scoped(Caption, tenancy, seek=False))
        return ByDialect(*(_shown(tenancy, each) for each in found))
    c = captions.selected_columns
    newest = captions.order_by(c.published.desc(), c.post_id.desc()).limit(literal_column(str(NEWEST))).subquery()
    shown = _shown(tenancy, select(newest).where(dialect.position(newest.c.text, _q) > 0).limit(_limit))
    return ByDialect(shown, shown)


def _shown(tenancy: Tenancy, captions: Select[Any]) -> Select[Any]:
    found, posts = captions.subquery(), table(Post)
    id_ = func.coalesce(posts.c.video_id, posts.c.account_video_id)
    columns = (id_, posts.c.platform, posts.c.description, posts.c.account_id, posts.c.account_username)
    rows = scoped(Post, tenancy, *columns, source=found.join(posts, posts.c.id == found.c.post_id), seek=False)
    return rows.order_by(found.c.published.desc(), found.c.post_id.desc())
