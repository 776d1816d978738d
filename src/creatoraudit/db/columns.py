"""What the tables have in common: the names of constraints, and the columns of the models' fields."""

from typing import Any

from sqlalchemy import ForeignKey, MetaData
from sqlmodel import Field, SQLModel

from creatoraudit.db.types import BigInt, Id, Instant, JSONText

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata


def references(target: str, on_delete: str) -> tuple[ForeignKey]:
    return (ForeignKey(target, ondelete=on_delete),)


def identity() -> Any:
    return Field(primary_key=True, sa_type=Id)


def organization(**options: Any) -> Any:
    return Field(sa_type=Id, sa_column_args=references("organizations.id", "CASCADE"), **options)


def counter(default: int | None = 0) -> Any:
    return Field(default=default, sa_type=BigInt, nullable=default is None)


def moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=Instant, nullable=True) if nullable else Field(sa_type=Instant)


def json_object() -> Any:
    return Field(default_factory=dict, sa_type=JSONText, nullable=False)


def stale() -> Any:
    """What the last observation did not have: by name, when it was last observed, null for never."""
    return Field(default=None, sa_type=JSONText, nullable=True)
