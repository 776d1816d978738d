"""The objects of a level: what stands behind them, and what is made of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from inspect import getattr_static
from operator import attrgetter
from typing import Any, NamedTuple

from graphql.pyutils import Path

from creatoraudit.engine.fields import Field
from creatoraudit.engine.leaves import Column
from creatoraudit.engine.plan import Level

Location = tuple[int, tuple[int, ...]]
"""To which of the rows above something belongs, by index, and where in the lists of that row's field it stands."""


class Rows:
    """The objects of one type in one place of the data, each with the dict that is made of it.

    `odd` has the columns that could not be written as a whole: nulls stand for their values.
    """

    __slots__ = ("_locate", "_parents", "_paths", "field", "level", "made", "odd", "sources")

    def __init__(
        self,
        level: Level,
        sources: Sequence[Any],
        parents: "Rows | None" = None,
        field: Field | None = None,
        locate: Callable[[int], Location] | None = None,
    ) -> None:
        self.level = level
        self.sources = sources
        self.field = field
        self.odd: list[tuple[Field, Column]] = []
        self._parents = parents
        self._locate = locate
        self._paths: dict[int, Path] = {}
        self.made = level.make(len(sources))(len(sources), list(self._columns()))

    def path(self, index: int) -> Path | None:
        """Where a row stands in the data."""
        if self._parents is None or self.field is None or self._locate is None:
            return None
        path = self._paths.get(index)
        if path is None:
            owner, steps = self._locate(index)
            path = self._parents.path_of(self.field, owner, steps)
            self._paths[index] = path
        return path

    def path_of(self, field: Field, index: int, steps: Sequence[int] = ()) -> Path:
        """Where the value of a row's field stands in the data, or something in the lists of that value."""
        path = Path(self.path(index), field.key, self.level.type.name)
        for step in steps:
            path = Path(path, step, None)
        return path

    def read(self, field: Field) -> Column:
        """The values of a field that is found on the rows themselves; what cannot be found is an exception."""
        values: list[Any] = []
        if field.way.attribute is not None:
            with suppress(Exception):  # the row where it stops is read again, so that the failure is its own
                values.extend(map(attrgetter(field.way.attribute), self.sources))
        values.extend(field.read(row) for row in self.sources[len(values) :])
        return values

    def _columns(self) -> Iterator[Column]:
        """What is written for each of the level's columns."""
        places = self._places()
        of_rows = list(zip(*self.sources, strict=True)) if places else ()
        for field in self.level.columns:
            place = places.get(field.way.attribute)
            values = self.read(field) if place is None else of_rows[place]
            written = field.written(values)
            if written is None:
                self.odd.append((field, values))
                written = [None] * len(values)
            yield written

    def _places(self) -> dict[str | None, int]:
        """Where the attributes of the rows stand in each of them, if they are named tuples of one kind."""
        kinds = set(map(type, self.sources)) if self.level.columns else ()
        return _places(*kinds) if len(kinds) == 1 else {}


@lru_cache(maxsize=1024)
def _places(kind: type) -> dict[str | None, int]:
    """Where the attributes stand in the named tuples of a kind; nowhere if it is none, or reads them otherwise."""
    if not issubclass(kind, tuple) or (kind.__iter__, kind.__getattribute__) != _AS_TUPLES_DO:
        return {}
    names: Sequence[str] = getattr(kind, "_fields", ())
    return {name: place for place, name in enumerate(names) if _reads(getattr_static(kind, name, None), place)}


def _reads(attribute: object, place: int) -> bool:
    """Whether an attribute reads a place of a tuple, and does nothing else."""
    return isinstance(attribute, _Reads) and attribute.__reduce__()[1][0] == place


class _Any(NamedTuple):
    first: Any


_Reads: type = type(_Any.first)
_AS_TUPLES_DO = (tuple.__iter__, tuple.__getattribute__)
