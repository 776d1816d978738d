"""Writes of many rows at once: compiled once, converted by column, and handed to the driver as few statements.

SQLite takes some dozens of rows in one statement, PostgreSQL copies what is new, and takes what may be there already
as an array for each column: either is about half the work that as many statements of one row are.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Table, bindparam, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.types import TypeEngine

from creatoraudit.db import dialect as dialects
from creatoraudit.db.connections import Call
from creatoraudit.db.types import Day, Instant

_KEY = "key_"
_AT_ONCE = 64
"""Rows in one of SQLite's statements: fewer are slower, and more are not quicker."""

Convert = Callable[[Sequence[Any]], Iterable[Any]]
"""Converts a column, all of its values at once."""


class Prepared(NamedTuple):
    """SQL for the driver, which column of the rows goes into which place, and how it is converted."""

    sql: str
    places: tuple[tuple[int, Convert | None], ...]
    at_once: str | None
    """SQLite's SQL for some dozens of rows; None where there is none."""
    by_column: bool
    """Whether a place takes a whole column."""
    copied_to: Table | None
    """The table that PostgreSQL copies the rows to, without a statement."""

    def calls(self, rows: Iterable[Sequence[Any]]) -> list[Call]:
        """What writes the rows."""
        columns = list(zip(*rows, strict=True))
        placed = [columns[index] if convert is None else convert(columns[index]) for index, convert in self.places]
        if self.by_column:
            return [(self.sql, [list(map(list, placed))])]
        if self.at_once is None or len(columns[0]) < _AT_ONCE:
            return [(self.sql, list(zip(*placed, strict=True)))]
        values = list(chain.from_iterable(zip(*placed, strict=True)))
        width = len(placed)
        many = width * _AT_ONCE
        rest = len(values) - len(values) % many
        calls: list[Call] = [(self.at_once, [values[start : start + many] for start in range(0, rest, many)])]
        if rest < len(values):
            calls.append((self.sql, [values[start : start + width] for start in range(rest, len(values), width)]))
        return calls


class Bulk:
    """A write of one shape: it is given rows with the values of `names`, in their order."""

    def __init__(
        self, names: Sequence[str], build: Callable[[Dialect], Insert | Update], *, added_to: Table | None = None
    ) -> None:
        self.names = tuple(names)
        self._build = build
        self._added_to = added_to
        self._prepared: dict[str, Prepared] = {}

    def prepared(self, dialect: Dialect) -> Prepared:
        """The compiled form for one database."""
        if dialect.name not in self._prepared:
            self._prepared[dialect.name] = self._prepare(dialect)
        return self._prepared[dialect.name]

    def _prepare(self, dialect: Dialect) -> Prepared:
        table = self._added_to
        if table is not None and dialect.name == "postgresql":
            places = [(place, _converter(table.c[name].type, dialect)) for place, name in enumerate(self.names)]
            return Prepared(f"COPY {table.name} ({', '.join(self.names)})", tuple(places), None, False, table)
        compiled = self._build(dialect).compile(dialect=dialect, column_keys=list(self.names))
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - writes compile to SQL, which the types do not say
        sql, names = str(compiled), compiled.positiontup or ()
        types = [compiled.binds[name].type for name in names]
        by_column = all(isinstance(of, ARRAY) for of in types)
        row = f"({', '.join('?' * len(names))})"
        return Prepared(
            sql,
            tuple(
                (self.names.index(name), _converter(of.item_type if isinstance(of, ARRAY) else of, dialect))
                for name, of in zip(names, types, strict=True)
            ),
            sql.replace(row, ", ".join([row] * _AT_ONCE)) if f"VALUES {row}" in sql else None,
            by_column,
            None,
        )


def insert(table: Table, names: Sequence[str]) -> Bulk:
    """Adds rows."""
    return Bulk(names, lambda _: insert_into(table), added_to=table)


def upsert(table: Table, names: Sequence[str]) -> Bulk:
    """Adds rows, each in the place of the one with the same primary key where there is one."""

    def build(dialect: Dialect) -> Insert:
        inserted = _insert(dialect, table, names)
        replaced = {column.name: inserted.excluded[column.name] for column in table.c if not column.primary_key}
        return inserted.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=replaced)

    return Bulk(names, build)


def add(table: Table, names: Sequence[str]) -> Bulk:
    """Adds rows, or adds what they count to the one with the same primary key where there is one."""

    def build(dialect: Dialect) -> Insert:
        inserted = _insert(dialect, table, names)
        summed = {column.name: column + inserted.excluded[column.name] for column in table.c if not column.primary_key}
        return inserted.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=summed)

    return Bulk(names, build)


def update(table: Table, names: Sequence[str]) -> Bulk:
    """Changes the named columns of rows; the first value of each row is its id."""

    def build(dialect: Dialect) -> Update:
        if dialect.name == "sqlite":
            return update_of(table).where(table.c.id == bindparam(_KEY, type_=table.c.id.type))
        rows = dialects.columns({_KEY: table.c.id.type, **{name: table.c[name].type for name in names}})
        return update_of(table).values({name: rows.c[name] for name in names}).where(table.c.id == rows.c[_KEY])

    return Bulk((_KEY, *names), build)


def _insert(dialect: Dialect, table: Table, names: Sequence[str]) -> sqlite.Insert | postgresql.Insert:
    inserted = dialects.insert(dialect, table)
    if dialect.name == "sqlite":
        return inserted
    rows = dialects.columns({name: table.c[name].type for name in names})
    return inserted.from_select(list(names), select(rows))


def _converter(of: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What a type makes of a column: of times and days every different one once, and of nothing at all nothing."""
    convert = of.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return None
    if isinstance(of, Day | Instant):
        return lambda values: map({value: convert(value) for value in set(values)}.__getitem__, values)
    return lambda values: values if values.count(None) == len(values) else map(convert, values)
