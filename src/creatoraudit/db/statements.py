"""Statements that are built once per shape of question, compiled once per database, and only bound after that."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any, NamedTuple, ParamSpec

import orjson
from sqlalchemy import Boolean, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from creatoraudit.db.types import Day, Instant, JSONText, ListOf

P = ParamSpec("P")

SHAPES = 4096
"""Shapes remembered per builder; a shape is which filters, which sort, which direction, never a value."""


class ByDialect(NamedTuple):
    """One question that the two databases are asked differently."""

    sqlite: Select[Any]
    postgresql: Select[Any]


class Prepared(NamedTuple):
    """SQL for the driver: text, what is bound in which place, and which columns need converting."""

    sql: str
    binds: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    defaults: Mapping[str, Any]
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]

    def arguments(self, params: Mapping[str, Any]) -> list[Any]:
        """The driver's positional arguments; a parameter that the statement does not name is ignored."""
        values = []
        for name, convert in self.binds:
            value = params[name] if name in params else self.defaults[name]
            values.append(convert(value) if convert is not None else value)
        return values


class Statement:
    """A question of one shape, remembering its compiled form per dialect."""

    def __init__(self, question: Select[Any] | ByDialect) -> None:
        self._question = question
        self._prepared: dict[str, Prepared] = {}

    def select(self, dialect: Dialect) -> Select[Any]:
        """The SQLAlchemy statement for one database."""
        if isinstance(self._question, ByDialect):
            question: Select[Any] = getattr(self._question, dialect.name)
            return question
        return self._question

    def prepared(self, dialect: Dialect) -> Prepared:
        """The compiled form for one database."""
        if dialect.name not in self._prepared:
            self._prepared[dialect.name] = _prepare(self.select(dialect), dialect)
        return self._prepared[dialect.name]


def statement(build: Callable[P, Select[Any] | ByDialect]) -> Callable[P, Statement]:
    """Makes a function from a question's shape to a select remember its statements."""
    cached = lru_cache(maxsize=SHAPES)(lambda *args, **kwargs: Statement(build(*args, **kwargs)))

    @wraps(build)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> Statement:
        return cached(*args, **kwargs)  # type: ignore[arg-type]  # a shape is hashable

    return remembered


def _prepare(select: Select[Any], dialect: Dialect) -> Prepared:
    compiled = select.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - selects compile to SQL, which the types do not say
    names = compiled.positiontup or ()
    columns = compiled.statement.selected_columns if isinstance(compiled.statement, Select) else ()
    return Prepared(
        sql=str(compiled),
        binds=tuple((name, _binder(compiled.binds[name].type, dialect)) for name in names),
        defaults=dict(compiled.params),
        converters=tuple(
            (index, convert)
            for index, column in enumerate(columns)
            if (convert := _converter(column.type, dialect)) is not None
        ),
    )


def _binder(of: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(of, JSONText):
        return lambda value: orjson.dumps(value).decode()
    if dialect.name == "sqlite" and isinstance(of, Instant | Day | ListOf):
        return lambda value: of.process_bind_param(value, dialect)
    return None


def _converter(of: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(of, JSONText):
        return orjson.loads
    if dialect.name != "sqlite":
        return None
    if isinstance(of, Instant):
        return dt.datetime.fromisoformat
    if isinstance(of, Day):
        return dt.date.fromisoformat
    return bool if isinstance(of, Boolean) else None
