"""What is measured: things whose numbers are those of one part, or the sums over several."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, case
from sqlmodel import SQLModel

from creatoraudit.db import dialect
from creatoraudit.db.history import AccountClosing, PostClosing
from creatoraudit.db.models import Account, AccountVideo, Creator, Post, Video
from creatoraudit.domain.actor import Tenancy
from creatoraudit.domain.analytics.measures import POST_METRICS, Measures
from creatoraudit.domain.scope import scoped, table

PART = ("id", "part", "platform", "tracked_since")
"""Of each part: its thing, the owner of its closings, its platform, and the date from which days are expected."""

Parts = Callable[[Tenancy], Sequence[Select[Any]]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Scope(Measures):
    """A kind of thing that is measured: its parts, its name, the closings that are kept of a part, and its metrics."""

    parts: Parts
    noun: str
    closings: type[SQLModel]
    owner: str
    rolls_up: bool = False

    def of_ids(self, tenancy: Tenancy) -> list[Select[Any]]:
        """The parts of the things whose ids are bound as `ids`."""
        parts = [part.where(dialect.one_of(part.selected_columns[0], "ids")) for part in self.parts(tenancy)]
        if self.is_covered:
            return parts
        return [part.with_only_columns(*list(part.selected_columns)[:-1], maintain_column_froms=True) for part in parts]


def _account_parts(tenancy: Tenancy) -> list[Select[Any]]:
    accounts = table(Account).c
    return [_part(Account, tenancy, accounts.id, accounts.id, accounts.platform, accounts.tracked_since)]


def _creator_parts(tenancy: Tenancy) -> list[Select[Any]]:
    creators, accounts = table(Creator), table(Account)
    columns = (creators.c.id, accounts.c.id, accounts.c.platform, accounts.c.tracked_since)
    source = creators.outerjoin(accounts, accounts.c.creator_id == creators.c.id)
    return [_part(Creator, tenancy, *columns, source=source)]


def _video_parts(tenancy: Tenancy) -> list[Select[Any]]:
    videos, posts = table(Video), table(Post)
    source = videos.join(posts, posts.c.id == videos.c.post_id)
    return [_post_part(Video, tenancy, videos.c.id, source)]


def _account_video_parts(tenancy: Tenancy) -> list[Select[Any]]:
    return [_discovered(tenancy, table(AccountVideo).c.id)]


def _account_video_parts_by_post(tenancy: Tenancy) -> list[Select[Any]]:
    return [_discovered(tenancy, table(Post).c.id)]


def _discovered(tenancy: Tenancy, identity: ColumnElement[Any]) -> Select[Any]:
    records, posts, videos = table(AccountVideo), table(Post), table(Video)
    source = records.join(posts, posts.c.id == records.c.post_id).outerjoin(videos, videos.c.post_id == posts.c.id)
    return _post_part(AccountVideo, tenancy, identity, source)


def _post_part(model: type[SQLModel], tenancy: Tenancy, identity: ColumnElement[Any], source: Any) -> Select[Any]:
    posts, accounts = table(Post).c, table(Account)
    source = source.outerjoin(accounts, accounts.c.id == posts.account_id)
    return _part(model, tenancy, identity, posts.id, posts.platform, post_tracked_since(), source=source)


def post_tracked_since() -> ColumnElement[Any]:
    """The day a post's tracking began, where it is joined to what tracks it: its video, and its feed's account."""
    posts = table(Post).c
    return dialect.earliest(
        dialect.utc_day(table(Video).c.added_at),
        dialect.utc_day(posts.first_scrape_time),
        case((posts.account_video_id.is_not(None), table(Account).c.tracked_since)),
    )


def _part(model: type[SQLModel], tenancy: Tenancy, *columns: ColumnElement[Any], source: Any = None) -> Select[Any]:
    named = [column.label(name) for name, column in zip(PART, columns, strict=True)]
    return scoped(model, tenancy, *named, source=source)


ACCOUNTS = Scope(parts=_account_parts, noun="Account", closings=AccountClosing, owner="account_id")
CREATORS = replace(ACCOUNTS, parts=_creator_parts, noun="Creator", rolls_up=True)
VIDEOS = Scope(parts=_video_parts, noun="Video", closings=PostClosing, owner="post_id", metrics=POST_METRICS)
ACCOUNT_VIDEOS = replace(VIDEOS, parts=_account_video_parts, noun="Account video")
ACCOUNT_VIDEOS_BY_POST = replace(ACCOUNT_VIDEOS, parts=_account_video_parts_by_post)
VIDEOS_OF_EITHER_KIND = replace(VIDEOS, parts=lambda tenancy: [*_video_parts(tenancy), *_account_video_parts(tenancy)])
