"""Runs migrations on the connection that `creatoraudit.db.migrate` opened."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import BigInteger
from sqlmodel.sql.sqltypes import AutoString

from creatoraudit.db import history, models, types  # noqa: F401 - the tables are declared there
from creatoraudit.db.columns import metadata


def render(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Names our column types in a new migration as the models name them."""
    if kind != "type":
        return False
    if isinstance(thing, AutoString):
        return "sa.String()"
    if isinstance(thing, BigInteger):
        return "types.BigInt"
    return f"types.{type(thing).__name__}()" if type(thing).__module__ == types.__name__ else False


def declared(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the models say what something in the database is: the index of captions is SQL that only SQLite knows."""
    return kind != "table" or name is None or not name.startswith("caption_index")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render,
    include_name=declared,
)
with context.begin_transaction():
    context.run_migrations()
