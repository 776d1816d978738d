"""Completes the values of a field for all parents at once: leaves are written, objects become the rows below."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, chain
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

from graphql import GraphQLError, Undefined, UndefinedType, is_object_type
from graphql.pyutils import is_async_iterable, is_iterable

from creatoraudit.engine import leaves
from creatoraudit.engine.awaiting import Drained, drain, is_awaitable, is_plain, settled
from creatoraudit.engine.fields import Field, null_error
from creatoraudit.engine.objects import Child, show, sole_type
from creatoraudit.engine.pending import Pending
from creatoraudit.engine.rows import Location, Rows
from creatoraudit.engine.tables import Table, written

if TYPE_CHECKING:
    from creatoraudit.engine.execute import Run

_NOTHING = frozenset({NoneType, UndefinedType})
_LISTS = frozenset({list, tuple, Table})


def complete(
    run: "Run", rows: Rows, field: Field, values: Sequence[Any], pending: Pending, *, is_awaited: bool = False
) -> None:
    """Completes a field's values, one for each row; what has been awaited already is not awaited again."""
    if not (is_awaited or all(map(is_plain, set(map(type, values))))) and any(map(is_awaitable, values)):
        pending.append(_complete_later(run, rows, field, values))
    elif field.is_leaf or not (
        _write_tables(run, rows, field, values) or _complete_at_once(run, rows, field, values, pending)
    ):
        placing = Placing(run, rows, field)
        for index, value in enumerate(values):
            placing.put(value, rows.made[index], field.key, index, is_awaited=is_awaited)
        placing.close(pending)


async def _complete_later(run: "Run", rows: Rows, field: Field, values: Sequence[Any]) -> None:
    pending = Pending()
    complete(run, rows, field, await settled(values), pending, is_awaited=True)
    await run.finish(pending)


def _write_tables(run: "Run", rows: Rows, field: Field, values: Sequence[Any]) -> bool:
    """Writes lists that are given as tables as the JSON that they become, where that is wanted."""
    if run.option is None or field.depth != 1 or not values or set(map(type, values)) != {Table}:
        return False
    of = field.of
    if not is_object_type(of) or of.is_type_of is not None:
        return False
    found = written(run.plan.below(field, of), values, run.option)
    if found is None:
        return False
    for row, fragment in zip(rows.made, found, strict=True):
        row[field.key] = fragment
    return True


def _complete_at_once(run: "Run", rows: Rows, field: Field, values: Sequence[Any], pending: Pending) -> bool:
    """Completes objects, or lists of them, as nearly all are: of one type, no null, nothing to await or to refuse."""
    if field.depth == 0:
        found = _Some(values) if field.nullable[0] and _has_null(values) else _All(values)
    elif field.depth == 1 and _LISTS.issuperset(map(type, values)):
        found = _Lists([list(value) if isinstance(value, Table) else value for value in values])
    else:
        return False
    kinds = set(map(type, found.children))
    if kinds & _NOTHING or not all(map(is_plain, kinds)):
        return False
    of = sole_type(run, rows, field, found.children, kinds)
    if of is None:
        return False
    below = Rows(run.plan.below(field, of), found.children, rows, field, found.locate)
    found.put(rows.made, field.key, below.made)
    run.descend([below], pending)
    return True


def _has_null(values: Sequence[Any]) -> bool:
    return any(value is None for value in values)


class _All:
    """One object for each row."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.children = values

    def locate(self, index: int) -> Location:
        """To which row an object belongs."""
        return index, ()

    def put(self, rows: Sequence[dict[str, Any]], key: str, made: Sequence[Any]) -> None:
        """Puts what was made of the objects into their rows."""
        for row, child in zip(rows, made, strict=True):
            row[key] = child


class _Some(_All):
    """An object for some rows, nothing for others."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._owners = [index for index, value in enumerate(values) if value is not None]
        super().__init__([values[index] for index in self._owners])

    def locate(self, index: int) -> Location:
        return self._owners[index], ()

    def put(self, rows: Sequence[dict[str, Any]], key: str, made: Sequence[Any]) -> None:
        super().put([rows[index] for index in self._owners], key, made)


class _Lists(_All):
    """A list of objects for each row."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._lengths = [len(value) for value in values]
        super().__init__(list(chain.from_iterable(values)))

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(self._lengths))

    def locate(self, index: int) -> Location:
        owner = bisect_right(self._ends, index)
        return owner, (index - self._ends[owner] + self._lengths[owner],)

    def put(self, rows: Sequence[dict[str, Any]], key: str, made: Sequence[Any]) -> None:
        start = 0
        for row, length in zip(rows, self._lengths, strict=True):
            row[key] = made[start : start + length]
            start += length


class Waiting(NamedTuple):
    """A value that is still to come, and where it goes."""

    value: Any
    container: Any
    slot: str | int
    owner: int
    steps: tuple[int, ...]


class Placing:
    """The values of one field on their way to where they go, whatever they are."""

    __slots__ = ("_children", "_field", "_rows", "_run", "_waiting")

    def __init__(self, run: "Run", rows: Rows, field: Field) -> None:
        self._run = run
        self._rows = rows
        self._field = field
        self._children: list[Child] = []
        self._waiting: list[Waiting] = []

    def put(
        self,
        value: Any,
        container: Any,
        slot: str | int,
        owner: int,
        steps: tuple[int, ...] = (),
        *,
        is_awaited: bool = False,
    ) -> None:
        """Completes the value of a row's field, or of an item in its lists, and puts it into a dict or list."""
        field = self._field
        if not is_awaited and is_awaitable(value):
            self._waiting.append(Waiting(value, container, slot, owner, steps))
        elif isinstance(value, Exception):
            self._fail(value, owner, steps)
        elif value is None or value is Undefined:
            if not field.nullable[len(steps)]:
                self._fail(null_error(field), owner, steps)
        elif len(steps) < field.depth:
            self._put_list(value, container, slot, owner, steps)
        elif field.is_leaf:
            try:
                container[slot] = leaves.complete(field.leaf, value)
            except Exception as error:  # noqa: BLE001 - it becomes an error of the answer
                self._fail(error, owner, steps)
            else:
                leaves.learn(field.leaf, value)
        else:
            self._children.append(Child(value, container, slot, owner, steps))

    def close(self, pending: Pending) -> None:
        """Shows the objects that were found, and goes on when what is still to come is there."""
        if self._children:
            show(self._run, self._rows, self._field, self._children, pending)
        if self._waiting:
            pending.append(self._wait())

    async def _wait(self) -> None:
        values = await settled([one.value for one in self._waiting])
        placing = Placing(self._run, self._rows, self._field)
        for value, (_, container, slot, owner, steps) in zip(values, self._waiting, strict=True):
            placing.put(value, container, slot, owner, steps, is_awaited=True)
        pending = Pending()
        placing.close(pending)
        await self._run.finish(pending)

    def _put_list(self, value: Any, container: Any, slot: str | int, owner: int, steps: tuple[int, ...]) -> None:
        if is_async_iterable(value):
            self._waiting.append(Waiting(drain(value), container, slot, owner, steps))
            return
        if not (isinstance(value, Drained) or is_iterable(value)):
            parent, name = self._field.parent_type, self._field.name
            message = f"Expected Iterable, but did not find one for field '{parent}.{name}'."
            self._fail(GraphQLError(message), owner, steps)
            return
        items, error = value if isinstance(value, Drained) else _drained(value)
        made: list[Any] = [None] * len(items)
        container[slot] = made
        for index, item in enumerate(items):
            self.put(item, made, index, owner, (*steps, index))
        if error is not None:
            self._fail(error, owner, steps, is_last=True)

    def _fail(self, error: Exception, owner: int, steps: tuple[int, ...], *, is_last: bool = False) -> None:
        self._run.fail(self._rows, self._field, owner, steps, error, is_last=is_last)


def _drained(values: Any) -> Drained:
    """Everything that an iterable gives."""
    items = []
    try:
        for value in values:
            items.append(value)  # noqa: PERF402 - the items before an error are shown with it
    except Exception as error:  # noqa: BLE001 - likewise
        return Drained(items, error)
    return Drained(items, None)
