"""Relay connections: the lists of the domain, both ways, with its cursors."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import strawberry
from strawberry import UNSET, argument

from creatoraudit.domain.paging import DEFAULT_LIMIT, MAX_LIMIT, Direction, Page, PageRequest, Sort
from creatoraudit.domain.validation import Input, validate
from creatoraudit.engine import BATCH, Batch, Selection
from creatoraudit.errors import CreatorAuditError, FieldError, ValidationFailed
from creatoraudit.graphql.context import Context, Info
from creatoraudit.graphql.inputs import given, renamed
from creatoraudit.graphql.loaders import Columns, follow

T = TypeVar("T")


class Asked(NamedTuple):
    """A connection's arguments in the domain's words: the same for all parents of a level."""

    where: Input
    sort: Sort | None
    page: PageRequest


class _Placed(NamedTuple):
    """A row and the page it stands on, of which its cursor is made."""

    node: Any
    page: Page[Any]


def _placed(root: Page[Any]) -> Any:
    return [_Placed(row, root) for row in root.items]


def _cursor(root: _Placed) -> str:
    return root.page.cursor_of(root.node)


def _start(root: Page[Any]) -> str | None:
    return root.cursor_of(root.items[0]) if root.items else None


def _end(root: Page[Any]) -> str | None:
    return root.cursor_of(root.items[-1]) if root.items else None


def _same_page(root: Page[Any]) -> Any:
    return root


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next: bool = strawberry.field(name="hasNextPage", description="Whether the list goes on after this page.")
    has_previous: bool = strawberry.field(name="hasPreviousPage", description="Whether anything precedes this page.")
    start_cursor: str | None = strawberry.field(resolver=_start, description="The cursor of the page's first object.")
    end_cursor: str | None = strawberry.field(resolver=_end, description="The cursor of the page's last object.")


@strawberry.type(description="An object in a list, and its place there.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(resolver=_cursor, description="The object's place, for `after` and `before`.")
    node: T = strawberry.field(description="The object.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    items: list[T] = strawberry.field(name="nodes", description="The page's objects, in the list's order.")
    edges: list[Edge[T]] = strawberry.field(resolver=_placed, description="The page's objects with their cursors.")
    page_info: PageInfo = strawberry.field(resolver=_same_page, description="Where the page lies in the list.")
    total_count: int = strawberry.field(description="Objects in the whole list; counted only when it is asked for.")


_FIRST = argument(description=f"How many objects from the start, 1 to {MAX_LIMIT}; {DEFAULT_LIMIT} by default.")
_AFTER = argument(description="Only what follows this cursor.")
_LAST = argument(description=f"How many objects from the end, 1 to {MAX_LIMIT}.")
_BEFORE = argument(description="Only what precedes this cursor.")
_FILTER = argument(description="Only objects that meet all of these conditions.")
_ORDER = argument(description="In which order.")

_PARENT = frozenset({"id"})
"""What is read of parents: as their identity, and to find their lists."""
Pages = Sequence[Page[Any] | CreatorAuditError]
PagesOf = Callable[[Context, Sequence[Any], Asked, Columns], Awaitable[Pages]]
"""An edge to lists: one page for each parent, of rows that have these columns at least."""
_OBJECTS = (("nodes",), ("edges", "node"))
"""Where the objects of a connection stand."""


def connection(
    pages_of: PagesOf,
    *,
    order: type,
    filters: type | None = None,
    where: type[Input] = Input,
    description: str,
) -> Any:
    """A field that shows one page of a list for each parent; the class says of which type.

    `order` is the input that names a sort key, `where` the domain's model of the input `filters`.
    """

    def ask(
        selection: Selection,
        *,
        first: int | None = UNSET,
        after: str | None = UNSET,
        last: int | None = UNSET,
        before: str | None = UNSET,
        filter: Any = UNSET,  # noqa: A002 - as clients call it
        order_by: Any = UNSET,
    ) -> Asked:
        counted = "totalCount" in selection.names()
        page = _page_request(_sent(first), _sent(after), _sent(last), _sent(before), include_total=counted)
        try:
            conditions = validate(where, given(filter) if filter else {})
        except ValidationFailed as error:
            raise renamed(error) from None
        return Asked(conditions, _sort(order_by), page)

    async def follow_all(context: Context, parents: Sequence[Any], asked: Asked, columns: Columns) -> Pages:
        cursor = "before" if asked.page.backward else "after"
        pages = await pages_of(context, parents, asked, columns)
        return [renamed(page, cursor=cursor) if isinstance(page, ValidationFailed) else page for page in pages]

    batch = Batch(follow_all, ask, reads=_PARENT, makes=_OBJECTS)

    async def resolve(
        root: Any,
        info: Info,
        first: Annotated[int | None, _FIRST] = UNSET,
        after: Annotated[str | None, _AFTER] = UNSET,
        last: Annotated[int | None, _LAST] = UNSET,
        before: Annotated[str | None, _BEFORE] = UNSET,
        filter: Annotated[(filters or order) | None, _FILTER] = UNSET,  # type: ignore[valid-type]  # noqa: A002
        order_by: Annotated[order | None, _ORDER] = UNSET,  # type: ignore[valid-type]
    ) -> Any:
        arguments = {"first": first, "after": after, "last": last, "before": before}
        return await follow(info, batch, root, **arguments, filter=filter, order_by=order_by)

    field = strawberry.field(resolver=resolve, description=description, metadata={BATCH: batch})
    if filters is None:  # the signature above has the argument in any case
        field.arguments = [one for one in field.arguments if one.python_name != "filter"]
    return field


def of_organization(fetch: Callable[..., Awaitable[Page[Any]]]) -> PagesOf:
    """The edge to a list that has no parent but the organization itself."""

    async def pages_of(context: Context, parents: Sequence[Any], asked: Asked, columns: Columns) -> Pages:
        try:
            page: Page[Any] | CreatorAuditError = await fetch(
                context.db, context.actor, **asked._asdict(), columns=columns
            )
        except ValidationFailed as error:
            page = error
        return [page] * len(parents)

    return pages_of


def _page_request(
    first: int | None, after: str | None, last: int | None, before: str | None, *, include_total: bool
) -> PageRequest:
    backward = last is not None or (first is None and before is not None)
    errors = [
        FieldError(name, f"must be from 1 to {MAX_LIMIT}")
        for name, limit in (("first", first), ("last", last))
        if limit is not None and not 1 <= limit <= MAX_LIMIT
    ]
    if first is not None and last is not None:
        errors.append(FieldError("last", "must not be combined with first"))
    if after is not None and backward:
        errors.append(FieldError("after", "is read with first; last and before read the other way"))
    if before is not None and not backward:
        errors.append(FieldError("before", "is read with last; first and after read the other way"))
    if errors:
        raise ValidationFailed(errors)
    limit = last if backward else first
    cursor = before if backward else after
    return PageRequest(DEFAULT_LIMIT if limit is None else limit, cursor, backward, include_total)


def _sent(value: T | None) -> T | None:
    return None if value is UNSET else value


def _sort(order_by: Any) -> Sort | None:
    return Sort(order_by.field.value, Direction(order_by.direction.value)) if order_by else None
