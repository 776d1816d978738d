"""Searching accounts, creators and videos by a part of their text."""

from typing import Any, NamedTuple

from pydantic import Field
from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, case, func, literal_column, select

from creatoraudit.db import dialect
from creatoraudit.db.engine import Reader
from creatoraudit.db.models import Account, Caption, Creator, Post
from creatoraudit.db.statements import ByDialect, statement
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


async def search(db: Reader, actor: Actor, q: str | None, limit: int = 10) -> Found:
    """What contains the trimmed text literally, whatever its case, at most `limit` of each; nothing where it is blank.

    Texts of one or two characters are looked for among the newest 50,000 captions only.
    """
    text = folded((q or "").strip())
    if not text:
        return Found([], [], [])
    params = actor.bind(limit=limit, **dialect.caption_search(text, actor.organization_id or ""))
    return Found(
        await db.fetch(_accounts(actor.tenancy), FoundAccount._make, params),
        await db.fetch(_creators(actor.tenancy), FoundCreator._make, params),
        await db.fetch(_videos(actor.tenancy, len(text) >= _TRIGRAM), FoundVideo._make, params),
    )


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
        found = dialect.captions_with(captions, scoped(Caption, tenancy, seek=False))
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
