"""Writes of many rows at once: compiled once, converted by column, and handed to the driver in one call."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Table, bindparam
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.types import TypeEngine

from creatoraudit.db import dialect as dialects
from creatoraudit.db.types import Day, Instant

_KEY = "key_"


Convert = Callable[[Sequence[Any]], Iterable[Any]]
"""Converts a column, all of its values at once."""


class Prepared(NamedTuple):
    """SQL for the driver, which column of the rows goes into which place, and how it is converted."""

    sql: str
    places: tuple[tuple[int, Convert | None], ...]

    def arguments(self, rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """The driver's positional arguments for each row."""
        columns = list(zip(*rows, strict=True))
        placed = [columns[index] if convert is None else convert(columns[index]) for index, convert in self.places]
        return list(zip(*placed, strict=True))


class Bulk:
    """A write of one shape: it is given rows with the values of `names`, in their order."""

    def __init__(self, names: Sequence[str], build: Callable[[Dialect], Insert | Update]) -> None:
        self.names = tuple(names)
        self._build = build
        self._prepared: dict[str, Prepared] = {}

    def prepared(self, dialect: Dialect) -> Prepared:
        """The compiled form for one database."""
        if dialect.name not in self._prepared:
            compiled = self._build(dialect).compile(dialect=dialect, column_keys=list(self.names))
            assert isinstance(compiled, SQLCompiler)  # noqa: S101 - writes compile to SQL, which the types do not say
            self._prepared[dialect.name] = Prepared(
                str(compiled),
                tuple(
                    (self.names.index(name), _converter(compiled.binds[name].type, dialect))
                    for name in compiled.positiontup or ()
                ),
            )
        return self._prepared[dialect.name]


def insert(table: Table, names: Sequence[str]) -> Bulk:
    """Adds rows."""
    return Bulk(names, lambda _: insert_into(table))


def upsert(table: Table, names: Sequence[str]) -> Bulk:
    """Adds rows, each in the place of the one with the same primary key where there is one."""

    def build(dialect: Dialect) -> Insert:
        inserted = dialects.insert(dialect, table)
        replaced = {column.name: inserted.excluded[column.name] for column in table.c if not column.primary_key}
        return inserted.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=replaced)

    return Bulk(names, build)


def add(table: Table, names: Sequence[str]) -> Bulk:
    """Adds rows, or adds what they count to the one with the same primary key where there is one."""

    def build(dialect: Dialect) -> Insert:
        inserted = dialects.insert(dialect, table)
        summed = {column.name: column + inserted.excluded[column.name] for column in table.c if not column.primary_key}
        return inserted.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=summed)

    return Bulk(names, build)


def update(table: Table, names: Sequence[str]) -> Bulk:
    """Changes the named columns of rows; the first value of each row is its id."""
    key = bindparam(_KEY, type_=table.c.id.type)
    return Bulk((_KEY, *names), lambda _: update_of(table).where(table.c.id == key))


def _converter(of: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What a type makes of a column: of times and days every different one once, and of nothing at all nothing."""
    convert = of.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return None
    if isinstance(of, Day | Instant):
        return lambda values: map({value: convert(value) for value in set(values)}.__getitem__, values)
    return lambda values: values if values.count(None) == len(values) else map(convert, values)
