"""When everything that is tracked is looked at next."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from creatoraudit.db import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What is tracked already is due an interval after it was last seen, and at once if it never was.
_DUE = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%SZ', {seen}, '+' || {interval} || ' hours')",
    "postgresql": "{seen} + {interval} * interval '1 hour'",
}
_ACCOUNTS = """
    INSERT INTO refreshes (organization_id, platform, account_id, due_at, is_awaited, attempts)
    SELECT organization_id, platform, id, CASE WHEN is_active THEN coalesce({due}, :now) END, :awaited, 0
    FROM accounts ORDER BY added_at, id
"""
_VIDEOS = """
    INSERT INTO refreshes (organization_id, platform, video_id, due_at, is_awaited, attempts)
    SELECT v.organization_id, p.platform, v.id, CASE WHEN v.is_active THEN coalesce({due}, :now) END, :awaited, 0
    FROM videos v JOIN posts p ON p.id = v.post_id ORDER BY v.added_at, v.id
"""


def upgrade() -> None:
    op.create_table(
        "refreshes",
        sa.Column("id", types.BigInt, nullable=False),
        sa.Column("organization_id", types.Id(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=True),
        sa.Column("video_id", types.Id(), nullable=True),
        sa.Column("due_at", types.Instant(), nullable=True),
        sa.Column("is_awaited", sa.Boolean(), nullable=False),
        sa.Column("lease", types.Id(), nullable=True),
        sa.Column("leased_until", types.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("requested_at", types.Instant(), nullable=True),
        sa.CheckConstraint("(account_id IS NULL) <> (video_id IS NULL)", name=op.f("ck_refreshes_one_of_both")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_refreshes_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_refreshes_organization_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_refreshes_video_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refreshes")),
        sa.UniqueConstraint("account_id", name=op.f("uq_refreshes_account_id")),
        sa.UniqueConstraint("video_id", name=op.f("uq_refreshes_video_id")),
    )
    connection = op.get_bind()
    now, awaited = sa.bindparam("now", type_=types.Instant()), sa.bindparam("awaited", type_=sa.Boolean())
    for rows, seen, interval in (
        (_ACCOUNTS, "last_scrape_time", "scrape_interval_hours"),
        (_VIDEOS, "p.last_scrape_time", "v.scrape_interval_hours"),
    ):
        due = _DUE[connection.dialect.name].format(seen=seen, interval=interval)
        filled = sa.text(rows.format(due=due)).bindparams(now, awaited)
        connection.execute(filled, {"now": dt.datetime.now(dt.UTC), "awaited": False})
    op.create_index("ix_refreshes_by_due_at", "refreshes", ["platform", "due_at"], unique=False)
    op.create_index(
        "ix_refreshes_awaited",
        "refreshes",
        ["platform", "due_at"],
        unique=False,
        sqlite_where=sa.text("is_awaited = 1"),
        postgresql_where=sa.text("is_awaited"),
    )


def downgrade() -> None:
    op.drop_table("refreshes")
