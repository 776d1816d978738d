"""Strawberry as its documentation shows it: its ASGI app, SQLModel's ORM, DataLoaders, caches of documents."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, NewType

import strawberry
from sqlalchemy import Integer, Uuid, column, func, select, true, values
from sqlalchemy.orm import aliased
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from benchmarks.peers.python import models

Info = strawberry.Info[dict[str, Any], None]
BigInt = NewType("BigInt", int)
SCALARS = {
    BigInt: strawberry.scalar(name="BigInt", serialize=lambda value: value, parse_value=int),
    dt.datetime: strawberry.scalar(
        name="DateTime",
        serialize=lambda value: f"{value:%Y-%m-%dT%H:%M:%SZ}",
        parse_value=dt.datetime.fromisoformat,
    ),
}


@strawberry.enum
class Platform(Enum):
    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"


@strawberry.enum
class AccountOrderField(Enum):
    ADDED_AT = "added_at"
    FOLLOWER_COUNT = "follower_count"
    VIEW_COUNT = "view_count"
    LIKE_COUNT = "like_count"
    PLAY_COUNT = "play_count"


@strawberry.enum
class Period(Enum):
    LAST_7_DAYS = 7
    LAST_30_DAYS = 30
    LAST_90_DAYS = 90


@strawberry.input
class AccountOrder:
    field: AccountOrderField


@strawberry.input
class WindowInput:
    period: Period


@strawberry.type
class PostSeriesPoint:
    date: dt.date
    views: BigInt
    likes: BigInt
    comments: BigInt
    total_views: BigInt | None


@strawberry.type
class PostSeries:
    points: list[PostSeriesPoint]


@strawberry.type
class AccountVideo:
    account_video_id: uuid.UUID = strawberry.field(name="databaseId")
    create_time: dt.datetime | None
    view_count: BigInt | None
    like_count: BigInt | None

    @strawberry.field
    async def series(self, info: Info, window: WindowInput) -> PostSeries | None:
        return await info.context["series"].load((self.id, window.period.value))


@strawberry.type
class AccountVideoConnection:
    nodes: list[AccountVideo]


@strawberry.type
class Creator:
    id: uuid.UUID = strawberry.field(name="databaseId")
    name: str
    is_active: bool

    @strawberry.field
    async def accounts(self, info: Info, first: int = 50) -> "AccountConnection | None":
        return AccountConnection(nodes=await info.context["accounts"].load((self.id, first)))


@strawberry.type
class CreatorConnection:
    nodes: list[Creator]


@strawberry.type
class Account:
    id: uuid.UUID = strawberry.field(name="databaseId")
    platform: Platform
    username: str
    name: str | None
    description: str | None
    category: str | None
    link_in_bio: str | None
    is_active: bool
    is_verified: bool
    is_unavailable: bool
    added_at: dt.datetime
    follower_count: BigInt
    following_count: BigInt
    profile_post_count: BigInt
    total_post_count: BigInt
    view_count: BigInt
    like_count: BigInt
    comment_count: BigInt
    share_count: BigInt
    play_count: BigInt

    @strawberry.field
    async def creator(self, info: Info) -> Creator | None:
        return self.creator_id and await info.context["creators"].load(self.creator_id)

    @strawberry.field
    async def videos(self, info: Info, first: int = 50) -> AccountVideoConnection | None:
        return AccountVideoConnection(nodes=await info.context["videos"].load((self.id, first)))


@strawberry.type
class AccountConnection:
    nodes: list[Account]


@strawberry.type
class Query:
    @strawberry.field
    async def account(self, id: strawberry.ID) -> Account | None:  # noqa: A002
        async with models.session() as session:
            found = await session.get(models.Account, uuid.UUID(id))
        return found if found and found.organization_id == models.ORGANIZATION else None

    @strawberry.field
    async def accounts(self, first: int = 50, order_by: AccountOrder | None = None) -> AccountConnection | None:
        key = getattr(models.Account, order_by.field.value if order_by else "added_at")
        rows = select(models.Account).where(models.Account.organization_id == models.ORGANIZATION)
        return AccountConnection(nodes=await _all(rows.order_by(key.desc(), models.Account.id.desc()).limit(first)))

    @strawberry.field
    async def creators(self, first: int = 50) -> CreatorConnection | None:
        rows = select(models.Creator).where(models.Creator.organization_id == models.ORGANIZATION)
        ordered = rows.order_by(models.Creator.name_folded, models.Creator.id)
        return CreatorConnection(nodes=await _all(ordered.limit(first)))


async def _all(rows: Any) -> Sequence[Any]:
    async with models.session() as session:
        return (await session.scalars(rows)).all()


async def _creators(ids: list[uuid.UUID]) -> list[models.Creator | None]:
    own = models.Creator.organization_id == models.ORGANIZATION
    found = {one.id: one for one in await _all(select(models.Creator).where(models.Creator.id.in_(ids), own))}
    return [found.get(one) for one in ids]


def _children(model: Any, owner: Any, order: Sequence[Any], *conditions: Any) -> Callable[..., Any]:
    """Loads the first so many children of each parent, by pairs of both."""

    async def load(asked: list[tuple[uuid.UUID, int]]) -> list[list[Any]]:
        columns = column("place", Integer), column("id", Uuid), column("first", Integer)
        rows = [(place, one, first) for place, (one, first) in enumerate(asked)]
        parents = values(*columns, name="parents").data(rows)
        own = owner == parents.c.id, model.organization_id == models.ORGANIZATION
        children = select(model).where(*own, *conditions).order_by(*order).limit(parents.c.first).lateral()
        child = aliased(model, children)
        found: list[list[Any]] = [[] for _ in asked]
        async with models.session() as session:
            for place, row in await session.execute(select(parents.c.place, child).join(children, true())):
                found[place].append(row)
        return found

    return load


_accounts = _children(
    models.Account, models.Account.creator_id, (models.Account.added_at.desc(), models.Account.id.desc())
)
_videos = _children(
    models.Post,
    models.Post.account_id,
    (models.Post.create_time.desc(), models.Post.account_video_id.desc()),
    models.Post.account_video_id.is_not(None),
)


async def _series(asked: list[tuple[int, int]]) -> list[PostSeries]:
    today = dt.datetime.now(dt.UTC).date()
    first = today - dt.timedelta(days=max(days for _, days in asked) - 1)
    closing, before = models.PostClosing, aliased(models.PostClosing)
    last = select(func.max(before.day)).where(before.post_id == closing.post_id, before.day < first).scalar_subquery()
    rows = select(closing).where(
        closing.post_id.in_([post for post, _ in asked]),
        closing.day >= func.coalesce(last, first),
        closing.day <= today,
    )
    closings: dict[int, list[models.PostClosing]] = {}
    for row in await _all(rows.order_by(closing.post_id, closing.day)):
        closings.setdefault(row.post_id, []).append(row)
    windows = {days: [today - dt.timedelta(days=ago) for ago in reversed(range(days))] for _, days in asked}
    return [PostSeries(points=_points(windows[days], closings.get(post, ()))) for post, days in asked]


def _points(days: list[dt.date], closings: Sequence[models.PostClosing]) -> list[PostSeriesPoint]:
    by_day = {closing.day: closing for closing in closings}
    last = max((day for day in by_day if day < days[0]), default=None)
    before = by_day[last] if last else _NOTHING
    points = []
    for day in days:
        close = by_day.get(day, before)
        points.append(
            PostSeriesPoint(
                date=day,
                views=close.gained_views - before.gained_views,
                likes=close.gained_likes - before.gained_likes,
                comments=close.gained_comments - before.gained_comments,
                total_views=close.views,
            )
        )
        before = close
    return points


_NOTHING = models.PostClosing(gained_views=0, gained_likes=0, gained_comments=0, views=None)


class _App(GraphQL):
    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:  # noqa: ARG002
        loads = {"creators": _creators, "accounts": _accounts, "videos": _videos, "series": _series}
        return {name: DataLoader(load_fn=load) for name, load in loads.items()}


app = _App(
    strawberry.Schema(
        Query,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[lambda: ParserCache(maxsize=100), lambda: ValidationCache(maxsize=100)],
    ),
    graphql_ide=None,
)
