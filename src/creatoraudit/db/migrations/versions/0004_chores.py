"""What is done once in a while, by one process.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from creatoraudit.db import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chores",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("lease", types.Id(), nullable=True),
        sa.Column("leased_until", types.Instant(), nullable=True),
        sa.Column("reached", types.Day(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chores")),
    )


def downgrade() -> None:
    op.drop_table("chores")
