"""Keyset pages. A cursor holds the last row's place, and a digest that binds it to one question.

Null sort values come last in both directions, ties break on the id in the sort's direction, and a row inserted or
deleted between two pages never makes another one appear twice or go missing.
"""

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
from sqlalchemy import ColumnElement, FromClause, Integer, Select, bindparam, literal, select, tuple_, union_all
from sqlmodel import SQLModel

from creatoraudit.domain.validation import UUID
from creatoraudit.errors import ValidationFailed

R = TypeVar("R", bound=NamedTuple)

_VERSION = 1
_DIGEST_BYTES = 12
DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class Direction(StrEnum):
    """Which way a list runs."""

    ASC = "asc"
    DESC = "desc"

    @property
    def reverse(self) -> "Direction":
        """The other way."""
        return Direction.ASC if self is Direction.DESC else Direction.DESC


class Sort(NamedTuple):
    """An order: one of the list's keys and a direction."""

    key: str
    direction: Direction


class Home(NamedTuple):
    """Where rows are walked: a tenant's table, the joins to the rest of a row, and the row's id in the table.

    Outer joins cost nothing here: the databases leave out those whose table no condition or column looks at.
    """

    model: type[SQLModel]
    source: FromClause
    identity: ColumnElement[Any]


class SortKey(NamedTuple):
    """What a list can be ordered by, and whether rows may lack it.

    `home` is where the order is walked, if not at the list's own. `value` makes the column's value of what a row
    shows under the key's name.
    """

    column: ColumnElement[Any]
    nullable: bool = False
    home: Home | None = None
    value: Callable[[Any], Any] = lambda shown: shown


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: `limit` rows after a cursor, or, going backward, the `limit` rows before it."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    backward: bool = False
    include_total: bool = False


class Place(Enum):
    """Where a page starts: at the beginning, behind a row that has the sort value, behind one that lacks it."""

    START = "start"
    VALUE = "value"
    NULL = "null"


class Position(NamedTuple):
    """A cursor's content."""

    value: Any
    id: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a cursor is bound to: the list, the organization, the filters and the sort."""

    endpoint: str
    organization_id: str | None
    filters: Mapping[str, Any]
    sort: Sort
    value_type: type = str

    def cursor(self, position: Position) -> str:
        """The opaque cursor of a row's place in this list."""
        content = orjson.dumps([_VERSION, *_plain(position)])
        return base64.urlsafe_b64encode(self._digest(content) + content).rstrip(b"=").decode()

    def position(self, cursor: str) -> Position:
        """The place that a cursor of this very question names; ValidationFailed for any other."""
        raw = _unpadded(cursor)
        if raw is None:
            raise _not_ours()
        digest, content = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        if digest != self._digest(content):
            raise ValidationFailed.of(
                "cursor", "does not belong to this list, filters and sort; start again without a cursor"
            )
        try:
            version, value, identifier = orjson.loads(content)
            if self.value_type is dt.datetime and value is not None:
                value = dt.datetime.fromisoformat(value)
            if version == _VERSION and isinstance(value, self.value_type | None) and UUID.match(identifier):
                return Position(value, identifier)
        except (ValueError, TypeError):
            pass
        raise _not_ours()

    def _digest(self, content: bytes) -> bytes:
        asked = orjson.dumps(
            [self.endpoint, self.organization_id, self.filters, self.sort.key, self.sort.direction],
            option=orjson.OPT_SORT_KEYS,
            default=str,
        )
        return hashlib.sha256(asked + b"\0" + content).digest()[:_DIGEST_BYTES]


def _not_ours() -> ValidationFailed:
    return ValidationFailed.of("cursor", "must be a cursor that this list returned")


def _plain(position: Position) -> Position:
    if isinstance(position.value, dt.datetime):
        return position._replace(value=position.value.isoformat())
    return position


def _unpadded(cursor: str) -> bytes | None:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return raw if canonical == cursor and len(raw) > _DIGEST_BYTES else None


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of a list, in the list's order."""

    items: Sequence[R]
    limit: int
    has_next: bool
    has_previous: bool
    cursor_of: Callable[[R], str] = field(repr=False)
    total_count: int | None = None

    @property
    def next_cursor(self) -> str | None:
        """Where the following page starts, if there is one."""
        return self.cursor_of(self.items[-1]) if self.has_next and self.items else None


def cut(
    rows: Sequence[R], request: PageRequest, cursor_of: Callable[[R], str], total_count: int | None = None
) -> Page[R]:
    """Makes a page of the `limit + 1` rows that were read for it: the one too many says that there is more."""
    more = len(rows) > request.limit
    items = rows[: request.limit]
    if request.backward:
        return Page(items[::-1], request.limit, request.cursor is not None, more, cursor_of, total_count)
    return Page(items, request.limit, more, request.cursor is not None, cursor_of, total_count)


def walk(
    rows: Select[Any], identity: ColumnElement[Any], key: SortKey, direction: Direction, place: Place, *, backward: bool
) -> Select[Any]:
    """The first `limit` of the `rows` behind the bound `after_value` and `after_id`, by a key that no row lacks."""
    (found,) = _walks(rows, identity, key, direction, place, backward=backward)
    return found


def keyset(
    rows: Select[Any], identity: ColumnElement[Any], key: SortKey, direction: Direction, place: Place, *, backward: bool
) -> Select[Any]:
    """The identities of one page: at most `limit` of the `rows` behind the bound `after_value` and `after_id`.

    Rows with and without the sort value are two walks along one index, so that no direction ever sorts them all.
    """
    ids = rows.with_only_columns(identity.label("identity"), key.column.label("value"), maintain_column_froms=True)
    walks = _walks(ids, identity, key, direction, place, backward=backward)
    parts = [one.add_columns(literal(number).label("part")).subquery() for number, one in enumerate(walks)]
    found = union_all(*(part.select() for part in parts)).subquery() if len(parts) > 1 else parts[0]
    towards = direction.reverse if backward else direction
    return (
        select(found.c.identity)
        .order_by(found.c.part, *_run([found.c.value, found.c.identity], towards))
        .limit(_limit())
    )


def order(key: SortKey, identity: ColumnElement[Any], direction: Direction, *, backward: bool = False) -> list[Any]:
    """The ORDER BY of a list, or of the same list read backward."""
    towards = direction.reverse if backward else direction
    nulls = [key.column.is_(None)] if key.nullable else []
    return [*(term.desc() if backward else term for term in nulls), *_run([key.column, identity], towards)]


def place_of(position: Position | None) -> Place:
    """Which kind of place a page starts behind: part of its statement's shape."""
    if position is None:
        return Place.START
    return Place.NULL if position.value is None else Place.VALUE


def bound(position: Position | None) -> dict[str, Any]:
    """The parameters of a page's statement that say where it starts."""
    return {} if position is None else {"after_value": position.value, "after_id": position.id}


def _walks(
    rows: Select[Any], identity: ColumnElement[Any], key: SortKey, direction: Direction, place: Place, *, backward: bool
) -> list[Select[Any]]:
    towards = direction.reverse if backward else direction
    columns = {"after_value": key.column, "after_id": identity}

    def behind(some: Select[Any], *names: str) -> Select[Any]:
        if names:
            here = tuple_(*(columns[name] for name in names))
            there = tuple_(*(bindparam(name, type_=columns[name].type) for name in names))
            some = some.where(here > there if towards is Direction.ASC else here < there)
        # By both columns, even where one is null throughout: PostgreSQL knows the index's order by no other name.
        return some.order_by(*_run(columns.values(), towards)).limit(_limit())

    after_value, after_null = place is Place.VALUE, place is Place.NULL
    if not key.nullable:
        return [behind(rows, *(columns if after_value else ()))]
    values = behind(rows.where(key.column.is_not(None)), *(columns if after_value else ()))
    nulls = behind(rows.where(key.column.is_(None)), *(["after_id"] if after_null else ()))
    if backward:
        return [values] if after_value else [nulls, values]
    return [nulls] if after_null else [values, nulls]


def _run(columns: Iterable[ColumnElement[Any]], towards: Direction) -> list[Any]:
    return [column.asc() if towards is Direction.ASC else column.desc() for column in columns]


def _limit() -> Any:
    return bindparam("limit", type_=Integer())
