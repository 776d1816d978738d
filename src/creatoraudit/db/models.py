"""The schema. Nouns of the API and what stands behind them; `docs/decisions/` says why it is cut this way."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from creatoraudit.db.types import BigInt, Day, Folded, Id, Instant, JSONText

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata


def _references(target: str, on_delete: str) -> tuple[ForeignKey]:
    return (ForeignKey(target, ondelete=on_delete),)


def _id() -> Any:
    return Field(primary_key=True, sa_type=Id)


def _organization(**options: Any) -> Any:
    return Field(sa_type=Id, sa_column_args=_references("organizations.id", "CASCADE"), **options)


def _counter(default: int | None = 0) -> Any:
    return Field(default=default, sa_type=BigInt, nullable=default is None)


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=Instant, nullable=True) if nullable else Field(sa_type=Instant)


def _json() -> Any:
    return Field(default_factory=dict, sa_type=JSONText, nullable=False)


def _stale() -> Any:
    """What the last observation did not have: by name, when it was last observed, null for never."""
    return Field(default=None, sa_type=JSONText, nullable=True)


class Organization(SQLModel, table=True):
    """A tenant: everything else belongs to one."""

    __tablename__ = "organizations"

    id: str = _id()
    name: str
    is_active: bool = True
    has_subscription: bool = True
    account_quota: int | None = _counter(None)
    max_recent_posts_per_account: int | None = _counter(None)
    post_lookback_days: int | None = _counter(None)
    created_at: dt.datetime = _moment()


class ApiKey(SQLModel, table=True):
    """A key of an organization; only the SHA-256 of the key itself is stored."""

    __tablename__ = "api_keys"
    __table_args__ = (UniqueConstraint("key_hash"),)

    id: str = _id()
    organization_id: str = _organization(index=True)
    name: str
    key_hash: str
    key_hint: str
    scopes: list[str] = Field(sa_type=JSONText)
    is_enabled: bool = True
    rate_limit: int | None = _counter(None)
    expires_at: dt.datetime | None = _moment(nullable=True)
    created_at: dt.datetime = _moment()


class IdempotencyRecord(SQLModel, table=True):
    """What a create answered under a client's Idempotency-Key."""

    __tablename__ = "idempotency_records"

    organization_id: str = Field(
        primary_key=True, sa_type=Id, sa_column_args=_references("organizations.id", "CASCADE")
    )
    key: str = Field(primary_key=True)
    fingerprint: str
    resource_id: str = Field(sa_type=Id)
    created_at: dt.datetime = Field(sa_type=Instant, index=True)


class Creator(SQLModel, table=True):
    """A person or brand behind accounts."""

    __tablename__ = "creators"
    __table_args__ = (Index("ix_creators_by_name", "organization_id", "name_folded", "id"),)

    id: str = _id()
    organization_id: str = _organization()
    name: str
    name_folded: str = Field(sa_type=Folded)
    is_active: bool = True
    meta: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONText, nullable=False, sa_column_kwargs={"name": "metadata"}
    )
    added_at: dt.datetime = _moment()


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

    id: str = _id()
    organization_id: str = _organization()
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
        default=None, sa_type=Id, index=True, sa_column_args=_references("creators.id", "SET NULL")
    )
    category: str | None = None
    meta: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONText, nullable=False, sa_column_kwargs={"name": "metadata"}
    )
    added_at: dt.datetime = _moment()
    tracked_since: dt.date = Field(sa_type=Day)
    first_scrape_time: dt.datetime | None = _moment(nullable=True)
    last_scrape_time: dt.datetime | None = _moment(nullable=True)
    scrape_interval_hours: int = 24
    platform_account_id: str | None = None
    follower_count: int = _counter()
    following_count: int = _counter()
    profile_post_count: int = _counter()
    total_post_count: int = _counter()
    view_count: int = _counter()
    like_count: int = _counter()
    comment_count: int = _counter()
    share_count: int = _counter()
    play_count: int = _counter()
    saved_count: int | None = _counter(None)
    fb_play_count: int | None = _counter(None)
    ig_play_count: int | None = _counter(None)
    fb_like_count: int | None = _counter(None)
    max_recent_posts_per_account: int | None = _counter(None)
    post_lookback_days: int | None = _counter(None)
    stale: dict[str, int | None] | None = _stale()


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
    organization_id: str = _organization()
    platform: str
    external_id: str
    video_id: str | None = Field(default=None, sa_type=Id)
    account_video_id: str | None = Field(default=None, sa_type=Id)
    account_id: str | None = Field(default=None, sa_type=Id, sa_column_args=_references("accounts.id", "SET NULL"))
    shortcode: str | None = None
    account_username: str | None = Field(default=None, sa_type=Folded)
    platform_account_id: str | None = None
    description: str | None = None
    description_folded: str | None = Field(default=None, sa_type=Folded)
    create_time: dt.datetime | None = _moment(nullable=True)
    media_type: str | None = None
    duration: float | None = None
    is_unavailable: bool | None = None
    cover_image_url: str | None = None
    cover_image_url_original: str | None = None
    video_url: str | None = None
    video_url_original: str | None = None
    view_count: int | None = _counter(None)
    like_count: int | None = _counter(None)
    comment_count: int | None = _counter(None)
    share_count: int | None = _counter(None)
    play_count: int | None = _counter(None)
    saved_count: int | None = _counter(None)
    fb_play_count: int | None = _counter(None)
    fb_like_count: int | None = _counter(None)
    total_views: int | None = _counter(None)
    total_plays: int | None = _counter(None)
    platform_data: dict[str, Any] = _json()
    first_scrape_time: dt.datetime | None = _moment(nullable=True)
    last_scrape_time: dt.datetime | None = _moment(nullable=True)
    stale: dict[str, int | None] | None = _stale()
    updated_at: dt.datetime = _moment()


class Video(SQLModel, table=True):
    """A post that someone tracks by itself."""

    __tablename__ = "videos"
    __table_args__ = (UniqueConstraint("post_id"), Index("ix_videos_by_added_at", "organization_id", "added_at", "id"))

    id: str = _id()
    organization_id: str = _organization()
    post_id: int = Field(sa_type=BigInt, sa_column_args=_references("posts.id", "CASCADE"))
    is_active: bool = True
    scrape_interval_hours: int = 24
    meta: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONText, nullable=False, sa_column_kwargs={"name": "metadata"}
    )
    added_at: dt.datetime = _moment()
    updated_at: dt.datetime = _moment()


class AccountVideo(SQLModel, table=True):
    """A post that was discovered in a tracked account's feed; the account is the post's `account_id`."""

    __tablename__ = "account_videos"
    __table_args__ = (
        UniqueConstraint("post_id"),
        Index("ix_account_videos_by_added_at", "organization_id", "added_at", "id"),
    )

    id: str = _id()
    organization_id: str = _organization()
    post_id: int = Field(sa_type=BigInt, sa_column_args=_references("posts.id", "CASCADE"))
    added_at: dt.datetime = _moment()


class Caption(SQLModel, table=True):
    """A post's description as it is searched, folded; `published` is the earliest time there is where it is unknown.

    Kept apart from the post so that refreshing its counters never touches what finds it: a later migration indexes
    every three characters, by FTS5 on SQLite and pg_trgm on PostgreSQL.
    """

    __tablename__ = "captions"
    __table_args__ = (Index("ix_captions_by_published", "organization_id", "published", "post_id"),)

    post_id: int = Field(primary_key=True, sa_type=BigInt, sa_column_args=_references("posts.id", "CASCADE"))
    organization_id: str = _organization()
    published: dt.datetime = _moment()
    text: str = Field(sa_type=Folded)


class PostClosing(SQLModel, table=True):
    """A post at the end of a UTC day on which it was observed.

    `views` … are the last known totals, `gained_views` … the gains since tracking began, cumulative: a window's sum
    is the difference of two of them, found by two index seeks whatever the window's length. `second` is the second of
    the day at which the post was last observed; `stale` names the counters that this observation did not have, with
    the second at which the day last showed them, null where the value is carried over from an earlier day.
    """

    __tablename__ = "post_closings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    post_id: int = Field(primary_key=True, sa_type=BigInt, sa_column_args=_references("posts.id", "CASCADE"))
    day: dt.date = Field(primary_key=True, sa_type=Day)
    second: int
    observed_days: int
    views: int | None = _counter(None)
    plays: int | None = _counter(None)
    likes: int | None = _counter(None)
    comments: int | None = _counter(None)
    shares: int | None = _counter(None)
    saves: int | None = _counter(None)
    gained_views: int = _counter()
    gained_plays: int = _counter()
    gained_likes: int = _counter()
    gained_comments: int = _counter()
    gained_shares: int = _counter()
    gained_saves: int = _counter()
    stale: dict[str, int | None] | None = _stale()


class AccountClosing(SQLModel, table=True):
    """An account at the end of a UTC day on which it or one of its posts was observed.

    Totals and cumulative gains are the sums over its account videos; `observed_days` counts the days up to this one
    on which the profile itself was observed, `second` is when, null on a day that only showed posts; `stale` speaks of
    `followers`.
    """

    __tablename__ = "account_closings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    account_id: str = Field(primary_key=True, sa_type=Id, sa_column_args=_references("accounts.id", "CASCADE"))
    day: dt.date = Field(primary_key=True, sa_type=Day)
    second: int | None = None
    observed_days: int
    followers: int | None = _counter(None)
    gained_followers: int = _counter()
    views: int | None = _counter(None)
    plays: int | None = _counter(None)
    likes: int | None = _counter(None)
    comments: int | None = _counter(None)
    shares: int | None = _counter(None)
    saves: int | None = _counter(None)
    gained_views: int = _counter()
    gained_plays: int = _counter()
    gained_likes: int = _counter()
    gained_comments: int = _counter()
    gained_shares: int = _counter()
    gained_saves: int = _counter()
    stale: dict[str, int | None] | None = _stale()


class OrganizationDay(SQLModel, table=True):
    """What one UTC day changed about an organization: differences, which add up over days and over slots.

    The counters are those of its accounts' closings and of the closings of posts that stand in nobody's feed, each
    less the closing before it; `known_views` … count how many of these began to know their counter. `entities` counts
    the accounts and individual videos that are expected to be observed from this day on, `observed_days` their
    observed days; accounts, discovered posts and individual videos are counted on the day they were added. Writers
    that meet on a day are spread over slots.
    """

    __tablename__ = "organization_days"
    __table_args__ = ({"sqlite_with_rowid": False},)

    organization_id: str = _organization(primary_key=True)
    day: dt.date = Field(primary_key=True, sa_type=Day)
    slot: int = Field(primary_key=True)
    views: int = _counter()
    plays: int = _counter()
    likes: int = _counter()
    comments: int = _counter()
    shares: int = _counter()
    saves: int = _counter()
    gained_views: int = _counter()
    gained_plays: int = _counter()
    gained_likes: int = _counter()
    gained_comments: int = _counter()
    gained_shares: int = _counter()
    gained_saves: int = _counter()
    known_views: int = _counter()
    known_plays: int = _counter()
    known_likes: int = _counter()
    known_comments: int = _counter()
    known_shares: int = _counter()
    known_saves: int = _counter()
    followers: int = _counter()
    gained_followers: int = _counter()
    known_followers: int = _counter()
    observed_days: int = _counter()
    entities: int = _counter()
    active_accounts: int = _counter()
    account_videos: int = _counter()
    tracked_videos: int = _counter()


def stored(row: SQLModel) -> dict[str, Any]:
    """A row's values by column name, for Core inserts."""
    values = row.model_dump()
    return {"metadata" if name == "meta" else name: value for name, value in values.items()}
