"""What SQLite and PostgreSQL say differently: nobody else writes SQL for one of them."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Dialect,
    Executable,
    FromClause,
    Integer,
    Select,
    Subquery,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from creatoraudit.db.connections import LOCK_NOT_AVAILABLE
from creatoraudit.db.statements import ByDialect
from creatoraudit.db.types import Day, Instant, JSONText, ListOf

if TYPE_CHECKING:
    from creatoraudit.db.engine import Transaction


class position(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it stands for
    """Where a text literally contains another, from 1; 0 where it does not. `%` and `_` are plain characters."""

    inherit_cache = True
    type = Integer()


@compiles(position, "sqlite")
def _instr(element: position, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(position, "postgresql")
def _strpos(element: position, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


class utc_day(FunctionElement[dt.date]):  # noqa: N801
    """The UTC date of an instant."""

    inherit_cache = True
    type = Day()


@compiles(utc_day, "sqlite")
def _first_ten(element: utc_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 10)"


@compiles(utc_day, "postgresql")
def _date_there(element: utc_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AT TIME ZONE 'UTC' AS DATE)"


class month_of(FunctionElement[dt.date]):  # noqa: N801
    """The first day of a date's month."""

    inherit_cache = True
    type = Day()


@compiles(month_of, "sqlite")
def _first_of_month(element: month_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"(substr({compiler.process(element.clauses, **options)}, 1, 8) || '01')"


@compiles(month_of, "postgresql")
def _truncated(element: month_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(date_trunc('month', {compiler.process(element.clauses, **options)}) AS DATE)"


class earliest(FunctionElement[dt.date]):  # noqa: N801
    """The earliest of several dates that may be null; null if all are."""

    inherit_cache = True
    type = Day()


@compiles(earliest, "sqlite")
def _min_of_known(element: earliest, compiler: SQLCompiler, **options: Any) -> str:
    dates = (f"coalesce({compiler.process(date, **options)}, '9999-12-31')" for date in element.clauses)
    return f"nullif(min({', '.join(dates)}), '9999-12-31')"


@compiles(earliest, "postgresql")
def _least(element: earliest, compiler: SQLCompiler, **options: Any) -> str:
    return f"least({compiler.process(element.clauses, **options)})"


class days_from(FunctionElement[int]):  # noqa: N801
    """How many days after a date another one is."""

    inherit_cache = True
    type = Integer()


@compiles(days_from, "sqlite")
def _julian_days(element: days_from, compiler: SQLCompiler, **options: Any) -> str:
    earlier, later = (compiler.process(date, **options) for date in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(days_from, "postgresql")
def _difference(element: days_from, compiler: SQLCompiler, **options: Any) -> str:
    earlier, later = (compiler.process(date, **options) for date in element.clauses)
    return f"({later} - {earlier})"


class later(FunctionElement[dt.datetime]):  # noqa: N801
    """An instant and a number of hours after it."""

    inherit_cache = True
    type = Instant()


@compiles(later, "sqlite")
def _modified(element: later, compiler: SQLCompiler, **options: Any) -> str:
    instant, hours = (compiler.process(clause, **options) for clause in element.clauses)
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {instant}, {hours} || ' hours')"


@compiles(later, "postgresql")
def _plus_hours(element: later, compiler: SQLCompiler, **options: Any) -> str:
    instant, hours = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({instant} + CAST({hours} AS INTEGER) * INTERVAL '1 hour')"


class _checked(FunctionElement[Any]):  # noqa: N801
    inherit_cache = True


@compiles(_checked, "sqlite")
def _unary_plus(element: _checked, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(_checked, "postgresql")
def _as_it_is(element: _checked, compiler: SQLCompiler, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


def checked(tested: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column that rows are only checked by, never sought by.

    SQLite takes every equality for ten rows until it has statistics, PostgreSQL keeps them by itself.
    """
    element = _checked(tested)
    element.type = tested.type
    return element


class _json_elements(FunctionElement[str]):  # noqa: N801
    """The elements of a JSON array as rows with one text column, `value`."""

    inherit_cache = True


@compiles(_json_elements, "postgresql")
def _json_array_elements(element: _json_elements, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements_text({compiler.process(element.clauses, **options)})"


class _elements(FunctionElement[Any]):  # noqa: N801
    """The elements of a list parameter as rows with one column, `value`."""

    inherit_cache = True


@compiles(_elements, "sqlite")
@compiles(_json_elements, "sqlite")
def _json_each(element: _elements | _json_elements, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_elements, "postgresql")
def _unnest(element: _elements, compiler: SQLCompiler, **options: Any) -> str:
    (bound,) = element.clauses
    return f"(SELECT unnest({compiler.process(cast(bound, bound.type), **options)}) AS value)"


def listed(name: str, of: TypeEngine[Any]) -> Subquery:
    """A list parameter as a table of one column, `value`: one statement however many values are bound."""
    rows = _elements(bindparam(name, type_=ListOf(of))).table_valued(column("value", of))
    return select(cast(rows.c.value, of).label("value")).subquery()


def columns(types: Mapping[str, TypeEngine[Any]]) -> TableValuedAlias:
    """List parameters, one for each column of these names and types, as the rows of a table: PostgreSQL's alone."""
    bound = [cast(bindparam(name, type_=(of := postgresql.ARRAY(type_))), of) for name, type_ in types.items()]
    return func.unnest(*bound).table_valued(*(column(name, of) for name, of in types.items())).render_derived()


class _one_of(FunctionElement[bool]):  # noqa: N801
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: OperatorType | None = None) -> Self:  # noqa: ARG002 - SQLAlchemy's signature
        """Stays as it is: compared with 1, as SQLite's booleans are, it would no longer be sought by an index."""
        return self


@compiles(_one_of, "sqlite")
def _in_json(element: _one_of, compiler: SQLCompiler, **options: Any) -> str:
    tested, bound = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{tested} IN (SELECT value FROM json_each({bound}))"  # noqa: S608 - compiled expressions, not text


@compiles(_one_of, "postgresql")
def _any(element: _one_of, compiler: SQLCompiler, **options: Any) -> str:
    tested, bound = element.clauses
    values = compiler.process(cast(bound, bound.type), **options)
    return f"{compiler.process(tested, **options)} = ANY({values})"


def one_of(tested: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a column is one of the values of a list parameter: an index is sought, with statistics or without."""
    return _one_of(tested, bindparam(name, type_=ListOf(tested.type)))


class _item(FunctionElement[str]):  # noqa: N801
    """One item of a JSON array, as text or as the number it is."""

    inherit_cache = True


@compiles(_item, "sqlite")
def _json_extract(element: _item, compiler: SQLCompiler, **options: Any) -> str:
    array, place = element.clauses
    return f"json_extract({compiler.process(array, **options)}, '$[{place.value}]')"


@compiles(_item, "postgresql")
def _arrow(element: _item, compiler: SQLCompiler, **options: Any) -> str:
    array, place = element.clauses
    return f"({compiler.process(array, **options)}::json ->> {place.value})"


def paired(name: str, key: TypeEngine[Any], value: TypeEngine[Any]) -> Subquery:
    """A list parameter of pairs as a table of two columns, `key` and `value`."""
    rows = _json_elements(bindparam(name, type_=JSONText())).table_valued(column("value", Text()))
    first, second = (_item(rows.c.value, literal(place)) for place in range(2))
    return select(cast(first, key).label("key"), cast(second, value).label("value")).subquery()


def per_parent(
    rows: Select[Any], key: ColumnElement[Any], parents: Subquery, children: Select[Any], order: Sequence[Any]
) -> ByDialect:
    """The rows whose `key` is among the few `children` selected for each of the `parents`, with their `parent`.

    `children` is correlated to `parents` and limited: every parent costs an index seek, never a sort of all its
    children. PostgreSQL runs it as a lateral join, SQLite as a correlated list of keys.
    """
    labelled = rows.add_columns(parents.c.value.label("parent")).order_by(*order)
    lateral = children.lateral()
    return ByDialect(
        sqlite=labelled.select_from(parents).where(key.in_(children)),
        postgresql=labelled.select_from(parents.join(lateral, true())).where(key == next(iter(lateral.c))),
    )


def insert(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say what happens where a row with the same key is already there."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def insert_or_ignore(dialect: Dialect, table: Table) -> Executable:
    """An insert that does nothing where a row with the same key is already there; `rowcount` tells."""
    return insert(dialect, table).on_conflict_do_nothing()


async def number_on(tx: "Transaction", numbered: Table) -> None:
    """Has the database number what comes next beyond all ids there are; SQLite does so by itself."""
    if tx.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(numbered.name, "id")
        highest = literal_column(f"(SELECT max(id) FROM {numbered.name})", BigInteger)  # noqa: S608 - a table of ours
        await tx.execute(select(func.setval(sequence, func.greatest(func.nextval(sequence), highest))))


def parallel_writers(dialect: Dialect) -> int:
    """Among how many rows those are spread who would else wait for each other at one: SQLite has a single writer."""
    return 1 if dialect.name == "sqlite" else 4


def clashed(error: Exception) -> bool:
    """Whether two transactions got into each other's way, so that the one that failed may be tried again."""
    return getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None) in _CLASHES


_CLASHES = frozenset({"23503", "23505", "40001", "40P01"})  # a row vanished, a row appeared, no order, deadlock


@asynccontextmanager
async def waiting(tx: "Transaction", seconds: int, too_long: Exception) -> AsyncIterator[None]:
    """Bounds how long the statements inside wait for another transaction's rows.

    SQLite needs no bound of its own: its one writer has already been waited for when a transaction begins.
    """
    if tx.dialect.name == "sqlite":
        yield
        return
    await tx.execute(text(f"SET LOCAL lock_timeout = '{seconds}s'"))
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise too_long from error
        raise
    await tx.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


async def exclusively(tx: "Transaction", *names: str) -> None:
    """Lets no other transaction past the same names until this one ends; SQLite has one writer anyway."""
    if tx.dialect.name == "postgresql":
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(" ".join(names), 0))))


def for_update(rows: Select[Any], of: Table | None = None, *, skip_locked: bool = False) -> ByDialect:
    """The rows, locked until the transaction ends; on SQLite the transaction already has the only write lock.

    `of` is the table whose rows are locked, where the question joins several. Others may still refer to the rows: no
    lock here is about to change what they refer by. Rows that someone else has locked are waited for, or left out.
    """
    return ByDialect(sqlite=rows, postgresql=rows.with_for_update(of=of, key_share=True, skip_locked=skip_locked))


Columns = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]
JoinLast = Callable[[FromClause, Table, str, ColumnElement[Any], str, ColumnElement[Any]], tuple[FromClause, Columns]]
"""Joins each row to at most one of another table, the last along one of its columns up to a bound.

Takes the rows so far, the other table, its column that names the owner and the owner's value, the column that orders
and the bound; returns the join and the other table's columns, null where there is none.
"""


def by_last_rows(build: Callable[[JoinLast], Select[Any]]) -> ByDialect:
    """A statement that joins last rows: PostgreSQL seeks each at once, SQLite, without LATERAL, its key first."""
    return ByDialect(sqlite=build(_join_last_by_key), postgresql=build(_join_last_laterally))


def _join_last_by_key(
    source: FromClause, rows: Table, owner: str, owned_by: ColumnElement[Any], along: str, until: ColumnElement[Any]
) -> tuple[FromClause, Columns]:
    row, earlier = rows.alias(), rows.alias()
    last = select(func.max(earlier.c[along])).where(earlier.c[owner] == owned_by, earlier.c[along] <= until)
    found = last.correlate_except(earlier).scalar_subquery()
    return source.outerjoin(row, and_(row.c[owner] == owned_by, row.c[along] == found)), row.c


def _join_last_laterally(
    source: FromClause, rows: Table, owner: str, owned_by: ColumnElement[Any], along: str, until: ColumnElement[Any]
) -> tuple[FromClause, Columns]:
    earlier = rows.alias()
    last = select(earlier).where(earlier.c[owner] == owned_by, earlier.c[along] <= until)
    found = last.order_by(earlier.c[along].desc()).limit(1).correlate_except(earlier).lateral()
    return source.outerjoin(found, true()), found.c
