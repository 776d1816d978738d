"""Rows that have some of a noun's columns: as if they had all, but what was not asked for cannot be read."""

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeVar

R = TypeVar("R", bound=NamedTuple)

KINDS = 1024
"""Selections of columns whose kinds of rows are remembered."""


class _NotRead:
    """An attribute whose column was not asked for."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._said = f"{name} of this {owner.__name__} was not read from the database"

    def __get__(self, row: object, owner: type) -> Any:
        raise AttributeError(self._said)


def maker(row: type[R], names: tuple[str, ...]) -> Callable[[Sequence[Any]], R]:
    """Makes rows of values that have these names, in their order; names that the noun lacks are no attributes."""
    return partial(tuple.__new__, row if names == row._fields else _narrowed(row, names))


@lru_cache(maxsize=KINDS)
def _narrowed(row: type[R], names: tuple[str, ...]) -> type[R]:
    """A kind of the noun's rows with these columns alone."""
    shown: Any = namedtuple("_Shown", names)  # type: ignore[misc]  # noqa: PYI024 - which names is known only now
    hidden = {name: _NotRead() for name in row._fields if name not in names}
    return type(row.__name__, (shown, row), {"__slots__": (), **hidden})
