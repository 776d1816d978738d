"""The search of captions.

Revision ID: 0002
Revises: 0001
"""

from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# An entry's rowid is the time of publication before the post's id of 31 bits: matches come newest first from the index
# itself. In front of each caption stands a mark of its organization, so that what is frequent elsewhere is skipped.
_ADDED = """
    INSERT INTO caption_index (rowid, text) VALUES (
        (CAST(strftime('%s', new.published) AS INTEGER) << 31) | new.post_id,
        char(57344) || substr(new.organization_id, -2) || new.text
    );
"""
_REMOVED = """
    INSERT INTO caption_index (caption_index, rowid, text) VALUES (
        'delete',
        (CAST(strftime('%s', old.published) AS INTEGER) << 31) | old.post_id,
        char(57344) || substr(old.organization_id, -2) || old.text
    );
"""
_TRIGGERS = {"INSERT": _ADDED, "DELETE": _REMOVED, "UPDATE": _REMOVED + _ADDED}


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE caption_index"
            " USING fts5(text, content='', detail=none, tokenize='trigram case_sensitive 1')"
        )
        for event, kept in _TRIGGERS.items():
            op.execute(f"CREATE TRIGGER captions_{event.lower()} AFTER {event} ON captions BEGIN {kept} END")
        return
    try:
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DBAPIError as error:
        raise RuntimeError(
            "search needs PostgreSQL's extension pg_trgm, which could not be created: install it on the server, or let "
            "a role that may do so run CREATE EXTENSION pg_trgm in this database, then upgrade again"
        ) from error
    op.create_index(
        "ix_captions_by_text",
        "captions",
        ["text"],
        postgresql_using="gin",
        postgresql_ops={"text": "gin_trgm_ops"},
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in _TRIGGERS:
            op.execute(f"DROP TRIGGER captions_{event.lower()}")
        op.execute("DROP TABLE caption_index")
    else:
        op.drop_index("ix_captions_by_text", "captions")
