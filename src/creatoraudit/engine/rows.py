"""The objects of a level: what stands behind them, and what is made of it."""

from collections.abc import Callable, Sequence
from typing import Any

from graphql.pyutils import Path

from creatoraudit.engine.awaiting import discard
from creatoraudit.engine.fields import Field, Kind
from creatoraudit.engine.plan import Level

Location = tuple[int, tuple[int, ...]]
"""To which of the rows above something belongs, by index, and where in the lists of that row's field it stands."""


class Rows:
    """The objects of one type in one place of the data, each with the dict that is made of it.

    `odd` has the values that no code could write: the index of the row, the number of the field, and the value.
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
        self.odd: list[tuple[int, int, Any]] = []
        self._parents = parents
        self._locate = locate
        self._paths: dict[int, Path] = {}
        code = level.code(len(sources))
        if code is None:
            self.made = [self._read(index, row, None) for index, row in enumerate(sources)]
        else:
            self.made = code(sources, self._note, self._again)

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

    def _note(self, index: int, number: int, value: Any) -> None:
        self.odd.append((index, number, value))

    def _again(self, index: int, row: Any, called: Sequence[Any]) -> dict[str, Any]:
        """Makes a row of which something could not be read, without calling anything again."""
        while self.odd and self.odd[-1][0] == index:
            discard(self.odd.pop()[2])
        return self._read(index, row, called)

    def _read(self, index: int, row: Any, called: Sequence[Any] | None) -> dict[str, Any]:
        """Makes a row field by field; `called` has what was called for it already."""
        calls = iter(called or ())
        made: dict[str, Any] = {}
        for number, field in enumerate(self.level.fields):
            made[field.key] = None
            if field.way.kind is Kind.TYPENAME:
                made[field.key] = field.parent_type.name
            elif field.is_inline:
                is_called = called is not None and field.way.kind is Kind.CALL
                self.odd.append((index, number, next(calls) if is_called else field.read(row)))
        return made
