"""FastAPI over SQLModel as their documentation shows it: response models, a session a request, relationships."""

import datetime as dt
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal, Self

from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel
from sqlalchemy.orm import joinedload
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from benchmarks.peers.python import models

app = FastAPI()


class Account(BaseModel):
    """An account, as the v2 API shows it."""

    id: uuid.UUID
    platform: str
    username: str
    type: Literal["account"] = "account"
    name: str | None
    description: str | None
    profile_pic_url: str | None
    profile_pic_url_original: str | None
    is_verified: bool
    is_active: bool
    is_unavailable: bool
    link_in_bio: str | None
    creator_id: uuid.UUID | None
    creator_name: str | None
    category: str | None
    metadata: dict[str, Any]
    added_at: dt.datetime
    first_scrape_time: dt.datetime | None
    last_scrape_time: dt.datetime | None
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
    effective_max_recent_posts_per_account: int | None
    effective_post_lookback_days: int | None

    @classmethod
    def of(cls, row: models.Account) -> Self:
        defaults = row.organization
        posts, days = row.max_recent_posts_per_account, row.post_lookback_days
        return cls(
            **row.model_dump(exclude={"meta", "organization_id"}),
            creator_name=row.creator.name if row.creator else None,
            metadata=row.meta,
            effective_max_recent_posts_per_account=defaults.max_recent_posts_per_account if posts is None else posts,
            effective_post_lookback_days=defaults.post_lookback_days if days is None else days,
        )


class Pagination(BaseModel):
    """Where a page ends: the id of the last account on it."""

    next_cursor: uuid.UUID | None
    has_next: bool
    limit: int


class Accounts(BaseModel):
    """One page."""

    data: list[Account]
    pagination: Pagination
    filters: dict[str, str]


async def session() -> AsyncIterator[AsyncSession]:
    async with models.session() as opened:
        yield opened


@app.get("/accounts")
async def list_accounts(
    session: Annotated[AsyncSession, Depends(session)], limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Accounts:
    asked = (
        select(models.Account)
        .where(models.Account.organization_id == models.ORGANIZATION)
        .options(joinedload(models.Account.creator), joinedload(models.Account.organization))
        .order_by(models.Account.added_at.desc(), models.Account.id.desc())
        .limit(limit + 1)
    )
    rows = (await session.exec(asked)).all()
    has_next = len(rows) > limit
    return Accounts(
        data=[Account.of(row) for row in rows[:limit]],
        pagination=Pagination(next_cursor=rows[limit - 1].id if has_next else None, has_next=has_next, limit=limit),
        filters={},
    )
