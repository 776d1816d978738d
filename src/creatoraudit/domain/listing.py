"""Lists as data: a noun declares its rows, filters and sort keys once, and is paged flat or per parent alike."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, FromClause, Integer, Select, bindparam, func
from sqlmodel import SQLModel

from creatoraudit.db import dialect
from creatoraudit.db.engine import Reader
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.db.types import Instant
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.paging import (
    Home,
    Page,
    PageRequest,
    Place,
    Position,
    Question,
    Sort,
    SortKey,
    bound,
    cut,
    keyset,
    order,
    place_of,
    walk,
)
from creatoraudit.domain.rows import maker
from creatoraudit.domain.scope import scoped
from creatoraudit.domain.text import folded
from creatoraudit.domain.validation import Input
from creatoraudit.errors import CreatorAuditError

R = TypeVar("R", bound=NamedTuple)
Names = tuple[str, ...]
"""Columns of a row, in its order."""


@dataclass(frozen=True, eq=False)
class Listing(Generic[R]):
    """A list of the API: where its rows come from and what they can be filtered and ordered by.

    A filter is a condition on a bound parameter of the filter's own name.
    """

    endpoint: str
    model: type[SQLModel]
    row: type[R]
    columns: Sequence[ColumnElement[Any]]
    source: FromClause
    identity: ColumnElement[Any]
    filters: Mapping[str, ColumnElement[bool]]
    keys: Mapping[str, SortKey]
    default_sort: Sort
    parents: Mapping[str, ColumnElement[Any]]

    @property
    def home(self) -> Home:
        """Where the rows live."""
        return Home(self.model, self.source, self.identity)

    def rows(
        self,
        tenancy: Tenancy,
        filters: frozenset[str] = frozenset(),
        *,
        home: Home | None = None,
        led: bool = False,
        names: Names | None = None,
    ) -> Select[Any]:
        """Every row of the organization that passes the named filters, seen from its home or from another one.

        `led` says that ids or parents lead to the rows, so that the owner is only checked; a parent's filter does too.
        `names` are the columns to select, all by default.
        """
        home = home or self.home
        led = led or not filters.isdisjoint(self.parents)
        columns = self.columns if names is None else [column for column in self.columns if column.name in names]
        found = scoped(home.model, tenancy, *columns, source=home.source, seek=not led)
        if home.identity is not self.identity:
            found = found.where(home.identity.is_not(None))
        return found.where(*(self.filters[name] for name in sorted(filters)))

    def names(self, wanted: frozenset[str] | None, *needed: str) -> Names:
        """The columns of a row that has what is wanted, and what is needed to place it; all where nothing is said."""
        if wanted is None:
            return self.row._fields
        return tuple(name for name in self.row._fields if name in wanted or name in needed)

    def question(self, actor: Actor, filters: Mapping[str, Any], sort: Sort) -> Question:
        """What this list's cursors are bound to."""
        return Question(self.endpoint, actor.organization_id, filters, sort, _value_type(self.keys[sort.key]))

    def cursor_of(self, question: Question) -> Callable[[R], str]:
        """Makes the cursor of a row; a row carries the values of all its sort keys."""
        name, value = question.sort.key, self.keys[question.sort.key].value
        return lambda row: question.cursor(Position(value(getattr(row, name)), row.id))  # type: ignore[attr-defined]


def supplied(where: Input) -> dict[str, Any]:
    """The filters that a client gave, by name, as they are echoed and as cursors are bound to them."""
    return where.model_dump(mode="json", exclude_none=True)


async def fetch_page(
    db: Reader,
    actor: Actor,
    listing: Listing[R],
    where: Input,
    sort: Sort | None,
    request: PageRequest,
    columns: frozenset[str] | None = None,
) -> Page[R]:
    """One page of a list; ValidationFailed when its cursor belongs to another question.

    `columns` says which of a row's columns are read, besides those that place it; all by default.
    """
    sort = sort or listing.default_sort
    filters = supplied(where)
    question = listing.question(actor, filters, sort)
    position = question.position(request.cursor) if request.cursor is not None else None
    conditions = _conditions(filters)
    shape = frozenset(conditions)
    params = actor.bind(**conditions, **bound(position), limit=request.limit + 1)
    names = listing.names(columns, "id", sort.key)
    built = _page(actor.tenancy, listing, names, shape, sort, place_of(position), request.backward)
    rows = await db.fetch(built, maker(listing.row, names), params)
    total = None
    if request.include_total:
        (counted,) = await db.fetch(_count(actor.tenancy, listing, shape), _Count._make, actor.bind(**conditions))
        total = counted.total
    return cut(rows, request, listing.cursor_of(question), total)


async def fetch_pages(
    db: Reader,
    actor: Actor,
    listing: Listing[R],
    parent: str,
    parents: Sequence[str],
    where: Input,
    sort: Sort | None,
    request: PageRequest,
    columns: frozenset[str] | None = None,
) -> list[Page[R] | CreatorAuditError]:
    """The same page for each of many parents, in their order and in one statement.

    `parent` names the filter that a parent stands for; a page is the one that this filter would give, cursors
    included. A cursor belongs to one parent: the others get the error in their place. `columns` is as for one page.
    """
    sort = sort or listing.default_sort
    conditions = _conditions(supplied(where))
    shape = frozenset(conditions)
    questions = {one: listing.question(actor, {**supplied(where), parent: one}, sort) for one in parents}
    refused: dict[str, CreatorAuditError] = {}
    position = None
    for one, question in questions.items() if request.cursor is not None else ():
        try:
            position = question.position(request.cursor or "")
        except CreatorAuditError as error:
            refused[one] = error
    asked = [one for one in questions if one not in refused]
    rows: dict[str, list[R]] = {one: [] for one in asked}
    totals: dict[str, int] = {}
    if asked:
        params = actor.bind(**conditions, **bound(position), parents=asked, limit=request.limit + 1)
        names = listing.names(columns, "id", sort.key)
        built = _pages(actor.tenancy, listing, names, parent, shape, sort, place_of(position), request.backward)
        make = maker(listing.row, names)
        for row, one in await db.fetch(built, lambda values: (make(values[:-1]), values[-1]), params):
            rows[one].append(row)
        if request.include_total:
            counted = await db.fetch(_counts(actor.tenancy, listing, parent, shape), _ParentCount._make, params)
            totals = {count.parent: count.total for count in counted}
    pages: list[Page[R] | CreatorAuditError] = []
    for one in parents:
        if one in refused:
            pages.append(refused[one])
        else:
            total = totals.get(one, 0) if request.include_total else None
            pages.append(cut(rows[one], request, listing.cursor_of(questions[one]), total))
    return pages


async def fetch_by_ids(
    db: Reader, actor: Actor, listing: Listing[R], ids: Sequence[str], columns: frozenset[str] | None = None
) -> list[R | None]:
    """The rows with these ids, in the ids' order, None where the organization has no such row."""
    asked = list(dict.fromkeys(ids))
    names = listing.names(columns, "id")
    make = maker(listing.row, names)
    if len(asked) == 1:
        rows = await db.fetch(_by_id(actor.tenancy, listing, names), make, actor.bind(id=asked[0]))
    else:
        rows = await db.fetch(_by_ids(actor.tenancy, listing, names), make, actor.bind(ids=asked))
    found = {row.id: row for row in rows}  # type: ignore[attr-defined]
    return [found.get(one) for one in ids]


class _Count(NamedTuple):
    total: int


class _ParentCount(NamedTuple):
    parent: str
    total: int


@statement
def _page(
    tenancy: Tenancy,
    listing: Listing[Any],
    names: Names,
    filters: frozenset[str],
    sort: Sort,
    place: Place,
    backward: bool,
) -> Select[Any]:
    key = listing.keys[sort.key]
    home = key.home or listing.home
    walked = listing.rows(tenancy, filters, home=home, names=names)
    if not key.nullable:
        return walk(walked, home.identity, key, sort.direction, place, backward=backward)
    ids = keyset(walked, home.identity, key, sort.direction, place, backward=backward)
    rows = listing.rows(tenancy, led=True, names=names).where(listing.identity.in_(ids))
    return rows.order_by(*order(key, listing.identity, sort.direction, backward=backward))


@statement
def _pages(
    tenancy: Tenancy,
    listing: Listing[Any],
    names: Names,
    parent: str,
    filters: frozenset[str],
    sort: Sort,
    place: Place,
    backward: bool,
) -> ByDialect:
    key = listing.keys[sort.key]
    parents = dialect.listed("parents", listing.parents[parent].type)
    home = key.home or listing.home
    # Only parents lead to the children; who owns them is checked on the rows that they become.
    children = listing.rows(Tenancy.SYSTEM, filters, home=home).where(listing.parents[parent] == parents.c.value)
    return dialect.per_parent(
        listing.rows(tenancy, led=True, names=names),
        listing.identity,
        parents,
        keyset(children.correlate(parents), home.identity, key, sort.direction, place, backward=backward),
        order(key, listing.identity, sort.direction, backward=backward),
    )


@statement
def _count(tenancy: Tenancy, listing: Listing[Any], filters: frozenset[str]) -> Select[Any]:
    if not filters:  # every row has exactly one of whatever is joined to it
        return scoped(listing.model, tenancy, func.count())
    return listing.rows(tenancy, filters).with_only_columns(func.count(), maintain_column_froms=True)


@statement
def _counts(tenancy: Tenancy, listing: Listing[Any], parent: str, filters: frozenset[str]) -> Select[Any]:
    column = listing.parents[parent]
    parents = dialect.listed("parents", column.type)
    rows = listing.rows(tenancy, filters, led=True).where(column == parents.c.value)
    return rows.with_only_columns(column, func.count(), maintain_column_froms=True).group_by(column)


@statement
def _by_id(tenancy: Tenancy, listing: Listing[Any], names: Names) -> Select[Any]:
    """Apart from many: PostgreSQL keeps the plan for one id, and plans anew for each list of unknown length."""
    rows = listing.rows(tenancy, led=True, names=names)
    return rows.where(listing.identity == bindparam("id", type_=listing.identity.type))


@statement
def _by_ids(tenancy: Tenancy, listing: Listing[Any], names: Names) -> Select[Any]:
    return listing.rows(tenancy, led=True, names=names).where(dialect.one_of(listing.identity, "ids"))


def _conditions(filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters as they are bound: text is compared folded, and a blank one does not filter."""
    conditions = dict(filters)
    if "q" in conditions:
        conditions["q"] = folded(conditions["q"])
        if not conditions["q"].strip():
            del conditions["q"]
    return conditions


def _value_type(key: SortKey) -> type:
    kind = key.column.type
    if isinstance(kind, Instant):
        return dt.datetime
    return int if isinstance(kind, Integer) else str
