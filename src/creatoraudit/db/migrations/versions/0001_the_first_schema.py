"""The first schema."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from creatoraudit.db import types

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("has_subscription", sa.Boolean(), nullable=False),
        sa.Column("account_quota", types.BigInt, nullable=True),
        sa.Column("max_recent_posts_per_account", types.BigInt, nullable=True),
        sa.Column("post_lookback_days", types.BigInt, nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organization_id", types.Id(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("key_hint", sa.String(), nullable=False),
        sa.Column("scopes", types.JSONText(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("rate_limit", types.BigInt, nullable=True),
        sa.Column("expires_at", types.Instant(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_api_keys_organization_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_index(op.f("ix_api_keys_organization_id"), "api_keys", ["organization_id"], unique=False)
    op.create_table(
        "creators",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organization_id", types.Id(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_folded", types.Folded(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("metadata", types.JSONText(), nullable=False),
        sa.Column("added_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_creators_organization_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creators")),
    )
    op.create_index("ix_creators_by_name", "creators", ["organization_id", "name_folded", "id"], unique=False)
    op.create_table(
        "idempotency_records",
        sa.Column("organization_id", types.Id(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("resource_id", types.Id(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_idempotency_records_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "key", name=op.f("pk_idempotency_records")),
    )
    op.create_index(op.f("ix_idempotency_records_created_at"), "idempotency_records", ["created_at"], unique=False)
    op.create_table(
        "organization_days",
        sa.Column("organization_id", types.Id(), nullable=False),
        sa.Column("day", types.Day(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("views", types.BigInt, nullable=False),
        sa.Column("plays", types.BigInt, nullable=False),
        sa.Column("likes", types.BigInt, nullable=False),
        sa.Column("comments", types.BigInt, nullable=False),
        sa.Column("shares", types.BigInt, nullable=False),
        sa.Column("saves", types.BigInt, nullable=False),
        sa.Column("gained_views", types.BigInt, nullable=False),
        sa.Column("gained_plays", types.BigInt, nullable=False),
        sa.Column("gained_likes", types.BigInt, nullable=False),
        sa.Column("gained_comments", types.BigInt, nullable=False),
        sa.Column("gained_shares", types.BigInt, nullable=False),
        sa.Column("gained_saves", types.BigInt, nullable=False),
        sa.Column("known_views", types.BigInt, nullable=False),
        sa.Column("known_plays", types.BigInt, nullable=False),
        sa.Column("known_likes", types.BigInt, nullable=False),
        sa.Column("known_comments", types.BigInt, nullable=False),
        sa.Column("known_shares", types.BigInt, nullable=False),
        sa.Column("known_saves", types.BigInt, nullable=False),
        sa.Column("followers", types.BigInt, nullable=False),
        sa.Column("gained_followers", types.BigInt, nullable=False),
        sa.Column("known_followers", types.BigInt, nullable=False),
        sa.Column("observed_days", types.BigInt, nullable=False),
        sa.Column("entities", types.BigInt, nullable=False),
        sa.Column("active_accounts", types.BigInt, nullable=False),
        sa.Column("account_videos", types.BigInt, nullable=False),
        sa.Column("tracked_videos", types.BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_organization_days_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "day", "slot", name=op.f("pk_organization_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "accounts",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organization_id", types.Id(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("username", types.Folded(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("profile_pic_url", sa.String(), nullable=True),
        sa.Column("profile_pic_url_original", sa.String(), nullable=True),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_unavailable", sa.Boolean(), nullable=False),
        sa.Column("link_in_bio", sa.String(), nullable=True),
        sa.Column("creator_id", types.Id(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("metadata", types.JSONText(), nullable=False),
        sa.Column("added_at", types.Instant(), nullable=False),
        sa.Column("tracked_since", types.Day(), nullable=False),
        sa.Column("first_scrape_time", types.Instant(), nullable=True),
        sa.Column("last_scrape_time", types.Instant(), nullable=True),
        sa.Column("scrape_interval_hours", sa.Integer(), nullable=False),
        sa.Column("platform_account_id", sa.String(), nullable=True),
        sa.Column("follower_count", types.BigInt, nullable=False),
        sa.Column("following_count", types.BigInt, nullable=False),
        sa.Column("profile_post_count", types.BigInt, nullable=False),
        sa.Column("total_post_count", types.BigInt, nullable=False),
        sa.Column("view_count", types.BigInt, nullable=False),
        sa.Column("like_count", types.BigInt, nullable=False),
        sa.Column("comment_count", types.BigInt, nullable=False),
        sa.Column("share_count", types.BigInt, nullable=False),
        sa.Column("play_count", types.BigInt, nullable=False),
        sa.Column("saved_count", types.BigInt, nullable=True),
        sa.Column("fb_play_count", types.BigInt, nullable=True),
        sa.Column("ig_play_count", types.BigInt, nullable=True),
        sa.Column("fb_like_count", types.BigInt, nullable=True),
        sa.Column("max_recent_posts_per_account", types.BigInt, nullable=True),
        sa.Column("post_lookback_days", types.BigInt, nullable=True),
        sa.Column("stale", types.JSONText(), nullable=True),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.id"], name=op.f("fk_accounts_creator_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_accounts_organization_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint(
            "organization_id", "platform", "username", name=op.f("uq_accounts_organization_id_platform_username")
        ),
    )
    op.create_index("ix_accounts_by_added_at", "accounts", ["organization_id", "added_at", "id"], unique=False)
    op.create_index(
        "ix_accounts_by_follower_count", "accounts", ["organization_id", "follower_count", "id"], unique=False
    )
    op.create_index(
        "ix_accounts_by_last_scrape_time", "accounts", ["organization_id", "last_scrape_time", "id"], unique=False
    )
    op.create_index("ix_accounts_by_like_count", "accounts", ["organization_id", "like_count", "id"], unique=False)
    op.create_index("ix_accounts_by_play_count", "accounts", ["organization_id", "play_count", "id"], unique=False)
    op.create_index("ix_accounts_by_username", "accounts", ["organization_id", "username", "id"], unique=False)
    op.create_index("ix_accounts_by_view_count", "accounts", ["organization_id", "view_count", "id"], unique=False)
    op.create_index(op.f("ix_accounts_creator_id"), "accounts", ["creator_id"], unique=False)
    op.create_table(
        "account_closings",
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("day", types.Day(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=True),
        sa.Column("observed_days", sa.Integer(), nullable=False),
        sa.Column("followers", types.BigInt, nullable=True),
        sa.Column("gained_followers", types.BigInt, nullable=False),
        sa.Column("views", types.BigInt, nullable=True),
        sa.Column("plays", types.BigInt, nullable=True),
        sa.Column("likes", types.BigInt, nullable=True),
        sa.Column("comments", types.BigInt, nullable=True),
        sa.Column("shares", types.BigInt, nullable=True),
        sa.Column("saves", types.BigInt, nullable=True),
        sa.Column("gained_views", types.BigInt, nullable=False),
        sa.Column("gained_plays", types.BigInt, nullable=False),
        sa.Column("gained_likes", types.BigInt, nullable=False),
        sa.Column("gained_comments", types.BigInt, nullable=False),
        sa.Column("gained_shares", types.BigInt, nullable=False),
        sa.Column("gained_saves", types.BigInt, nullable=False),
        sa.Column("stale", types.JSONText(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_closings_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_account_closings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "posts",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("organization_id", types.Id(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("video_id", types.Id(), nullable=True),
        sa.Column("account_video_id", types.Id(), nullable=True),
        sa.Column("account_id", types.Id(), nullable=True),
        sa.Column("shortcode", sa.String(), nullable=True),
        sa.Column("account_username", types.Folded(), nullable=True),
        sa.Column("platform_account_id", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("description_folded", types.Folded(), nullable=True),
        sa.Column("create_time", types.Instant(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=True),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.Column("is_unavailable", sa.Boolean(), nullable=True),
        sa.Column("cover_image_url", sa.String(), nullable=True),
        sa.Column("cover_image_url_original", sa.String(), nullable=True),
        sa.Column("video_url", sa.String(), nullable=True),
        sa.Column("video_url_original", sa.String(), nullable=True),
        sa.Column("view_count", types.BigInt, nullable=True),
        sa.Column("like_count", types.BigInt, nullable=True),
        sa.Column("comment_count", types.BigInt, nullable=True),
        sa.Column("share_count", types.BigInt, nullable=True),
        sa.Column("play_count", types.BigInt, nullable=True),
        sa.Column("saved_count", types.BigInt, nullable=True),
        sa.Column("fb_play_count", types.BigInt, nullable=True),
        sa.Column("fb_like_count", types.BigInt, nullable=True),
        sa.Column("total_views", types.BigInt, nullable=True),
        sa.Column("total_plays", types.BigInt, nullable=True),
        sa.Column("platform_data", types.JSONText(), nullable=False),
        sa.Column("first_scrape_time", types.Instant(), nullable=True),
        sa.Column("last_scrape_time", types.Instant(), nullable=True),
        sa.Column("stale", types.JSONText(), nullable=True),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_posts_account_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_posts_organization_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint(
            "organization_id", "platform", "external_id", name=op.f("uq_posts_organization_id_platform_external_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_posts_account_videos_by_create_time",
        "posts",
        ["organization_id", "create_time", "account_video_id"],
        unique=False,
        sqlite_where=sa.text("account_video_id IS NOT NULL"),
        postgresql_where=sa.text("account_video_id IS NOT NULL"),
    )
    op.create_index(
        "ix_posts_account_videos_by_like_count",
        "posts",
        ["organization_id", "like_count", "account_video_id"],
        unique=False,
        sqlite_where=sa.text("account_video_id IS NOT NULL"),
        postgresql_where=sa.text("account_video_id IS NOT NULL"),
    )
    op.create_index(
        "ix_posts_account_videos_by_play_count",
        "posts",
        ["organization_id", "play_count", "account_video_id"],
        unique=False,
        sqlite_where=sa.text("account_video_id IS NOT NULL"),
        postgresql_where=sa.text("account_video_id IS NOT NULL"),
    )
    op.create_index(
        "ix_posts_account_videos_by_view_count",
        "posts",
        ["organization_id", "view_count", "account_video_id"],
        unique=False,
        sqlite_where=sa.text("account_video_id IS NOT NULL"),
        postgresql_where=sa.text("account_video_id IS NOT NULL"),
    )
    op.create_index("ix_posts_by_account", "posts", ["account_id", "create_time", "account_video_id"], unique=False)
    op.create_index(
        "ix_posts_by_poster",
        "posts",
        ["organization_id", "platform", "account_username"],
        unique=False,
        sqlite_where=sa.text("account_id IS NULL"),
        postgresql_where=sa.text("account_id IS NULL"),
    )
    op.create_index(
        "ix_posts_videos_by_create_time",
        "posts",
        ["organization_id", "create_time", "video_id"],
        unique=False,
        sqlite_where=sa.text("video_id IS NOT NULL"),
        postgresql_where=sa.text("video_id IS NOT NULL"),
    )
    op.create_index(
        "ix_posts_videos_by_like_count",
        "posts",
        ["organization_id", "like_count", "video_id"],
        unique=False,
        sqlite_where=sa.text("video_id IS NOT NULL"),
        postgresql_where=sa.text("video_id IS NOT NULL"),
    )
    op.create_index(
        "ix_posts_videos_by_play_count",
        "posts",
        ["organization_id", "play_count", "video_id"],
        unique=False,
        sqlite_where=sa.text("video_id IS NOT NULL"),
        postgresql_where=sa.text("video_id IS NOT NULL"),
    )
    op.create_index(
        "ix_posts_videos_by_view_count",
        "posts",
        ["organization_id", "view_count", "video_id"],
        unique=False,
        sqlite_where=sa.text("video_id IS NOT NULL"),
        postgresql_where=sa.text("video_id IS NOT NULL"),
    )
    op.create_table(
        "account_videos",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organization_id", types.Id(), nullable=False),
        sa.Column("post_id", types.BigInt, nullable=False),
        sa.Column("added_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_account_videos_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_account_videos_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_videos")),
        sa.UniqueConstraint("post_id", name=op.f("uq_account_videos_post_id")),
    )
    op.create_index(
        "ix_account_videos_by_added_at", "account_videos", ["organization_id", "added_at", "id"], unique=False
    )
    op.create_table(
        "captions",
        sa.Column("post_id", types.BigInt, nullable=False),
        sa.Column("organization_id", types.Id(), nullable=False),
        sa.Column("published", types.Instant(), nullable=False),
        sa.Column("text", types.Folded(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_captions_organization_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_captions_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_captions")),
    )
    op.create_index("ix_captions_by_published", "captions", ["organization_id", "published", "post_id"], unique=False)
    op.create_table(
        "post_closings",
        sa.Column("post_id", types.BigInt, nullable=False),
        sa.Column("day", types.Day(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("observed_days", sa.Integer(), nullable=False),
        sa.Column("views", types.BigInt, nullable=True),
        sa.Column("plays", types.BigInt, nullable=True),
        sa.Column("likes", types.BigInt, nullable=True),
        sa.Column("comments", types.BigInt, nullable=True),
        sa.Column("shares", types.BigInt, nullable=True),
        sa.Column("saves", types.BigInt, nullable=True),
        sa.Column("gained_views", types.BigInt, nullable=False),
        sa.Column("gained_plays", types.BigInt, nullable=False),
        sa.Column("gained_likes", types.BigInt, nullable=False),
        sa.Column("gained_comments", types.BigInt, nullable=False),
        sa.Column("gained_shares", types.BigInt, nullable=False),
        sa.Column("gained_saves", types.BigInt, nullable=False),
        sa.Column("stale", types.JSONText(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_closings_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "day", name=op.f("pk_post_closings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "videos",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("organization_id", types.Id(), nullable=False),
        sa.Column("post_id", types.BigInt, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("scrape_interval_hours", sa.Integer(), nullable=False),
        sa.Column("metadata", types.JSONText(), nullable=False),
        sa.Column("added_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_videos_organization_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_videos_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_videos")),
        sa.UniqueConstraint("post_id", name=op.f("uq_videos_post_id")),
    )
    op.create_index("ix_videos_by_added_at", "videos", ["organization_id", "added_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_videos_by_added_at", table_name="videos")
    op.drop_table("videos")
    op.drop_table("post_closings")
    op.drop_index("ix_captions_by_published", table_name="captions")
    op.drop_table("captions")
    op.drop_index("ix_account_videos_by_added_at", table_name="account_videos")
    op.drop_table("account_videos")
    op.drop_index(
        "ix_posts_videos_by_view_count",
        table_name="posts",
        sqlite_where=sa.text("video_id IS NOT NULL"),
        postgresql_where=sa.text("video_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_posts_videos_by_play_count",
        table_name="posts",
        sqlite_where=sa.text("video_id IS NOT NULL"),
        postgresql_where=sa.text("video_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_posts_videos_by_like_count",
        table_name="posts",
        sqlite_where=sa.text("video_id IS NOT NULL"),
        postgresql_where=sa.text("video_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_posts_videos_by_create_time",
        table_name="posts",
        sqlite_where=sa.text("video_id IS NOT NULL"),
        postgresql_where=sa.text("video_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_posts_by_poster",
        table_name="posts",
        sqlite_where=sa.text("account_id IS NULL"),
        postgresql_where=sa.text("account_id IS NULL"),
    )
    op.drop_index("ix_posts_by_account", table_name="posts")
    op.drop_index(
        "ix_posts_account_videos_by_view_count",
        table_name="posts",
        sqlite_where=sa.text("account_video_id IS NOT NULL"),
        postgresql_where=sa.text("account_video_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_posts_account_videos_by_play_count",
        table_name="posts",
        sqlite_where=sa.text("account_video_id IS NOT NULL"),
        postgresql_where=sa.text("account_video_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_posts_account_videos_by_like_count",
        table_name="posts",
        sqlite_where=sa.text("account_video_id IS NOT NULL"),
        postgresql_where=sa.text("account_video_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_posts_account_videos_by_create_time",
        table_name="posts",
        sqlite_where=sa.text("account_video_id IS NOT NULL"),
        postgresql_where=sa.text("account_video_id IS NOT NULL"),
    )
    op.drop_table("posts")
    op.drop_table("account_closings")
    op.drop_index(op.f("ix_accounts_creator_id"), table_name="accounts")
    op.drop_index("ix_accounts_by_view_count", table_name="accounts")
    op.drop_index("ix_accounts_by_username", table_name="accounts")
    op.drop_index("ix_accounts_by_play_count", table_name="accounts")
    op.drop_index("ix_accounts_by_like_count", table_name="accounts")
    op.drop_index("ix_accounts_by_last_scrape_time", table_name="accounts")
    op.drop_index("ix_accounts_by_follower_count", table_name="accounts")
    op.drop_index("ix_accounts_by_added_at", table_name="accounts")
    op.drop_table("accounts")
    op.drop_table("organization_days")
    op.drop_index(op.f("ix_idempotency_records_created_at"), table_name="idempotency_records")
    op.drop_table("idempotency_records")
    op.drop_index("ix_creators_by_name", table_name="creators")
    op.drop_table("creators")
    op.drop_index(op.f("ix_api_keys_organization_id"), table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_table("organizations")
