"""The tables as SQLModel sees them, and sessions on them: what stock Strawberry and FastAPI are served from."""

import datetime as dt
import os
import uuid
from typing import Any

from sqlalchemy import JSON, DateTime
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, Relationship, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

ORGANIZATION = uuid.UUID(os.environ["ORGANIZATION"])
_ENGINE = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+asyncpg:"),
    pool_size=int(os.environ["CONNECTIONS"]),
    max_overflow=0,
)


def session() -> AsyncSession:
    return AsyncSession(_ENGINE, expire_on_commit=False)


def _moment() -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True))


class Organization(SQLModel, table=True):
    __tablename__ = "organizations"

    id: uuid.UUID = Field(primary_key=True)
    max_recent_posts_per_account: int | None
    post_lookback_days: int | None


class Creator(SQLModel, table=True):
    __tablename__ = "creators"

    id: uuid.UUID = Field(primary_key=True)
    organization_id: uuid.UUID
    name: str
    name_folded: str
    is_active: bool


class Account(SQLModel, table=True):
    __tablename__ = "accounts"

    id: uuid.UUID = Field(primary_key=True)
    organization_id: uuid.UUID = Field(foreign_key="organizations.id")
    platform: str
    username: str
    name: str | None
    description: str | None
    profile_pic_url: str | None
    profile_pic_url_original: str | None
    is_verified: bool
    is_active: bool
    is_unavailable: bool
    link_in_bio: str | None
    creator_id: uuid.UUID | None = Field(foreign_key="creators.id")
    category: str | None
    meta: dict[str, Any] = Field(sa_type=JSON, sa_column_kwargs={"name": "metadata"})
    added_at: dt.datetime = _moment()
    first_scrape_time: dt.datetime | None = _moment()
    last_scrape_time: dt.datetime | None = _moment()
    scrape_interval_hours: int
    follower_count: int
    following_count: int
    profile_post_count: int
    total_post_count: int
    view_count: int
    like_count: int
    comment_count: int
    share_count: int
    play_count: int
    saved_count: int | None
    fb_play_count: int | None
    ig_play_count: int | None
    fb_like_count: int | None
    max_recent_posts_per_account: int | None
    post_lookback_days: int | None

    creator: Creator | None = Relationship()
    organization: Organization = Relationship()


class Post(SQLModel, table=True):
    __tablename__ = "posts"

    id: int = Field(primary_key=True)
    organization_id: uuid.UUID
    account_id: uuid.UUID | None
    account_video_id: uuid.UUID | None
    create_time: dt.datetime | None = _moment()
    view_count: int | None
    like_count: int | None


class PostClosing(SQLModel, table=True):
    __tablename__ = "post_closings"

    post_id: int = Field(primary_key=True)
    day: dt.date = Field(primary_key=True)
    gained_views: int
    gained_likes: int
    gained_comments: int
    views: int | None
