"""Column types that travel the same way through SQLite and PostgreSQL."""

import datetime as dt
from typing import Any

import orjson
from sqlalchemy import BigInteger, Date, DateTime, Dialect, Integer, String, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

BigInt = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits everywhere: SQLite's INTEGER is, and only INTEGER can be its rowid."""


class Id(TypeDecorator[str]):
    """A UUID as its canonical lower-case text: PostgreSQL's uuid, SQLite's TEXT."""

    impl = String(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=False))
        return dialect.type_descriptor(String(36))


class Instant(TypeDecorator[dt.datetime]):
    """An aware UTC time of whole seconds: timestamptz, or ISO 8601 text on SQLite, which sorts as time does."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(20))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(dt.UTC).isoformat()[: len("2026-06-14T09:30:00")] + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        return dt.datetime.fromisoformat(value) if isinstance(value, str) else value


class Day(TypeDecorator[dt.date]):
    """A UTC date: PostgreSQL's date, ISO 8601 text on SQLite."""

    impl = Date()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Date() if dialect.name == "postgresql" else String(10))

    def process_bind_param(self, value: dt.date | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.date | None:  # noqa: ARG002 - SQLAlchemy's signature
        return dt.date.fromisoformat(value) if isinstance(value, str) else value


class Folded(TypeDecorator[str]):
    """Casefolded text, ordered by code point on every database."""

    impl = Text()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())


class JSONText(TypeDecorator[Any]):
    """JSON with its keys in the order they came in: PostgreSQL's json, SQLite's TEXT."""

    impl = Text()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.JSON(none_as_null=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        return orjson.loads(value) if isinstance(value, str) else value


class ListOf(TypeDecorator[list[Any]]):
    """Values of one type, bound as one parameter: PostgreSQL's array, JSON text on SQLite."""

    impl = Text()
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.ARRAY(self.item) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else orjson.dumps(value).decode()
