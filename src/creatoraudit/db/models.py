"""The schema: the API's nouns and what stands behind them. `docs/decisions/` says why it is cut this way."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from creatoraudit.db import columns
from creatoraudit.db.types import BigInt, Day, Folded, Id, Instant, JSONText


class Organization(SQLModel, table=True):
    """A tenant: everything else belongs to one."""

    __tablename__ = "organizations"

    id: str = columns.identity()
    name: str
    is_active: bool = True
    has_subscription: bool = True
    account_quota: int | None = columns.counter(None)
    max_recent_posts_per_account: int | None = columns.counter(None)
    post_lookback_days: int | None = columns.counter(None)
    created_at: dt.datetime = columns.moment()


class ApiKey(SQLModel, table=True):
    """A key of an organization; only the SHA-256 of the key itself is stored."""

    __tablename__ = "api_keys"
    __table_args__ = (UniqueConstraint("key_hash"),)

    id: str = columns.identity()
    organization_id: str = columns.organization(index=True)
    name: str
    key_hash: str
    key_hint: str
    scopes: list[str] = Field(sa_type=JSONText)
    is_enabled: bool = True
    rate_limit: int | None = columns.counter(None)
    expires_at: dt.datetime | None = columns.moment(nullable=True)
    created_at: dt.datetime = columns.moment()


class IdempotencyRecord(SQLModel, table=True):
    """What a create answered under a client's Idempotency-Key."""

    __tablename__ = "idempotency_records"

    organization_id: str = Field(
        primary_key=True, sa_type=Id, sa_column_args=columns.references("organizations.id", "CASCADE")
    )
    key: str = Field(primary_key=True)
    fingerprint: str
    resource_id: str = Field(sa_type=Id)
    created_at: dt.datetime = Field(sa_type=Instant, index=True)


class Creator(SQLModel, table=True):
    """A person or brand behind accounts."""

    __tablename__ = "creators"
    __table_args__ = (Index("ix_creators_by_name", "organization_id", "name_folded", "id"),)

    id: str = columns.identity()
    organization_id: str = columns.organization()
    name: str
    name_folded: str = Field(sa_type=Folded)
    is_active: bool = True
    meta: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONText, nullable=False, sa_column_kwargs={"name": "metadata"}
    )
    added_at: dt.datetime = columns.moment()


class Account(SQLModel, table=True):
    """A tracked profile; its counters are totals over the posts collected from it."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("organization_id", "platform", "username"),
        *(
            Index(f"ix_accounts_by_{key}", "organization_id", key, "id")
            for key in (
                "added_at",
                "username",
                "last_scrape_time",
                "follower_count",
                "view_count",
                "like_count",
                "play_count",
            )
        ),
    )

    id: str = columns.identity()
    organization_id: str = columns.organization()
    platform: str
    username: str = Field(sa_type=Folded)
    name: str | None = None
    description: str | None = None
    profile_pic_url: str | None = None
    profile_pic_url_original: str | None = None
    is_verified: bool = False
    is_active: bool = True
    is_unavailable: bool = False
    link_in_bio: str | None = None
    creator_id: str | None = Field(
        default=None, sa_type=Id, index=True, sa_column_args=columns.references("creators.id", "SET NULL")
    )
    category: str | None = None
    meta: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONText, nullable=False, sa_column_kwargs={"name": "metadata"}
    )
    added_at: dt.datetime = columns.moment()
    tracked_since: dt.date = Field(sa_type=Day)
    first_scrape_time: dt.datetime | None = columns.moment(nullable=True)
    last_scrape_time: dt.datetime | None = columns.moment(nullable=True)
    scrape_interval_hours: int = 24
    platform_account_id: str | None = None
    follower_count: int = columns.counter()
    following_count: int = columns.counter()
    profile_post_count: int = columns.counter()
    total_post_count: int = columns.counter()
    view_count: int = columns.counter()
    like_count: int = columns.counter()
    comment_count: int = columns.counter()
    share_count: int = columns.counter()
    play_count: int = columns.counter()
    saved_count: int | None = columns.counter(None)
    fb_play_count: int | None = columns.counter(None)
    ig_play_count: int | None = columns.counter(None)
    fb_like_count: int | None = columns.counter(None)
    max_recent_posts_per_account: int | None = columns.counter(None)
    post_lookback_days: int | None = columns.counter(None)
    stale: dict[str, int | None] | None = columns.stale()


_POST_SORT_KEYS = ("create_time", "view_count", "like_count", "play_count")


class Post(SQLModel, table=True):
    """What was published, once per organization: one set of counters and one series.

    It lives as long as a record points to it: `video_id` while someone tracks it by itself, `account_video_id`
    while it stands in a tracked account's feed. Both are repeated here so that a list of either kind is one walk
    along one partial index, in every order.
    """

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("organization_id", "platform", "external_id"),
        Index("ix_posts_by_account", "account_id", "create_time", "account_video_id"),
        Index(
            "ix_posts_by_poster",
            "organization_id",
            "platform",
            "account_username",
            sqlite_where=text("account_id IS NULL"),
            postgresql_where=text("account_id IS NULL"),
        ),
        *(
            Index(
                f"ix_posts_{kind}s_by_{key}",
                "organization_id",
                key,
                f"{kind}_id",
                sqlite_where=text(f"{kind}_id IS NOT NULL"),
                postgresql_where=text(f"{kind}_id IS NOT NULL"),
            )
            for kind in ("video", "account_video")
            for key in _POST_SORT_KEYS
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInt)
    organization_id: str = columns.organization()
    platform: str
    external_id: str
    video_id: str | None = Field(default=None, sa_type=Id)
    account_video_id: str | None = Field(default=None, sa_type=Id)
    account_id: str | None = Field(
        default=None, sa_type=Id, sa_column_args=columns.references("accounts.id", "SET NULL")
    )
    shortcode: str | None = None
    account_username: str | None = Field(default=None, sa_type=Folded)
    platform_account_id: str | None = None
    description: str | None = None
    description_folded: str | None = Field(default=None, sa_type=Folded)
    create_time: dt.datetime | None = columns.moment(nullable=True)
    media_type: str | None = None
    duration: float | None = None
    is_unavailable: bool | None = None
    cover_image_url: str | None = None
    cover_image_url_original: str | None = None
    video_url: str | None = None
    video_url_original: str | None = None
    view_count: int | None = columns.counter(None)
    like_count: int | None = columns.counter(None)
    comment_count: int | None = columns.counter(None)
    share_count: int | None = columns.counter(None)
    play_count: int | None = columns.counter(None)
    saved_count: int | None = columns.counter(None)
    fb_play_count: int | None = columns.counter(None)
    fb_like_count: int | None = columns.counter(None)
    total_views: int | None = columns.counter(None)
    total_plays: int | None = columns.counter(None)
    platform_data: dict[str, Any] = columns.json_object()
    first_scrape_time: dt.datetime | None = columns.moment(nullable=True)
    last_scrape_time: dt.datetime | None = columns.moment(nullable=True)
    stale: dict[str, int | None] | None = columns.stale()
    updated_at: dt.datetime = columns.moment()


class Video(SQLModel, table=True):
    """A post that someone tracks by itself."""

    __tablename__ = "videos"
    __table_args__ = (UniqueConstraint("post_id"), Index("ix_videos_by_added_at", "organization_id", "added_at", "id"))

    id: str = columns.identity()
    organization_id: str = columns.organization()
    post_id: int = Field(sa_type=BigInt, sa_column_args=columns.references("posts.id", "CASCADE"))
    is_active: bool = True
    scrape_interval_hours: int = 24
    meta: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONText, nullable=False, sa_column_kwargs={"name": "metadata"}
    )
    added_at: dt.datetime = columns.moment()
    updated_at: dt.datetime = columns.moment()


class AccountVideo(SQLModel, table=True):
    """A post that was discovered in a tracked account's feed; the account is the post's `account_id`."""

    __tablename__ = "account_videos"
    __table_args__ = (
        UniqueConstraint("post_id"),
        Index("ix_account_videos_by_added_at", "organization_id", "added_at", "id"),
    )

    id: str = columns.identity()
    organization_id: str = columns.organization()
    post_id: int = Field(sa_type=BigInt, sa_column_args=columns.references("posts.id", "CASCADE"))
    added_at: dt.datetime = columns.moment()


class Caption(SQLModel, table=True):
    """A post's description as it is searched, folded; `published` is the earliest time there is where it is unknown.

    Kept apart from the post so that refreshing its counters never touches what finds it: a later migration indexes
    every three characters, by FTS5 on SQLite and pg_trgm on PostgreSQL.
    """

    __tablename__ = "captions"
    __table_args__ = (Index("ix_captions_by_published", "organization_id", "published", "post_id"),)

    post_id: int = Field(primary_key=True, sa_type=BigInt, sa_column_args=columns.references("posts.id", "CASCADE"))
    organization_id: str = columns.organization()
    published: dt.datetime = columns.moment()
    text: str = Field(sa_type=Folded)


class Refresh(SQLModel, table=True):
    """When a tracked account or video is looked at next: `due_at` is null while it is paused.

    Whoever looks at it holds the `lease` until `leased_until`; after that it is anyone's again. `attempts` counts the
    looks that told nothing since the last one that did. What `is_awaited`, because someone has just tracked it or
    asked for it at `requested_at`, goes before everything else that is due.
    """

    __tablename__ = "refreshes"
    __table_args__ = (
        UniqueConstraint("account_id"),
        UniqueConstraint("video_id"),
        CheckConstraint("(account_id IS NULL) <> (video_id IS NULL)", name="one_of_both"),
        Index("ix_refreshes_by_due_at", "platform", "due_at"),
        Index(
            "ix_refreshes_awaited",
            "platform",
            "due_at",
            sqlite_where=text("is_awaited = 1"),
            postgresql_where=text("is_awaited"),
        ),
        Index(
            "ix_refreshes_leased",
            "platform",
            "leased_until",
            sqlite_where=text("leased_until IS NOT NULL"),
            postgresql_where=text("leased_until IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInt)
    organization_id: str = columns.organization()
    platform: str
    account_id: str | None = Field(
        default=None, sa_type=Id, sa_column_args=columns.references("accounts.id", "CASCADE")
    )
    video_id: str | None = Field(default=None, sa_type=Id, sa_column_args=columns.references("videos.id", "CASCADE"))
    due_at: dt.datetime | None = columns.moment(nullable=True)
    is_awaited: bool = False
    lease: str | None = Field(default=None, sa_type=Id)
    leased_until: dt.datetime | None = columns.moment(nullable=True)
    attempts: int = 0
    requested_at: dt.datetime | None = columns.moment(nullable=True)


class Chore(SQLModel, table=True):
    """What one process does once in a while: it is due at `due_at`, and `reached` says how far it got the last time."""

    __tablename__ = "chores"

    name: str = Field(primary_key=True)
    due_at: dt.datetime = columns.moment()
    lease: str | None = Field(default=None, sa_type=Id)
    leased_until: dt.datetime | None = columns.moment(nullable=True)
    reached: dt.date | None = Field(default=None, sa_type=Day)


def stored(row: SQLModel) -> dict[str, Any]:
    """A row's values by column name, for Core inserts."""
    values = row.model_dump()
    return {"metadata" if name == "meta" else name: value for name, value in values.items()}
