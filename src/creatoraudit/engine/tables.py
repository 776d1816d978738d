"""Lists of objects that are given as a table: written as JSON at once where nothing about their values is unusual."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat
from types import NoneType, SimpleNamespace
from typing import Any

import orjson

from creatoraudit.engine.fields import Field, Kind
from creatoraudit.engine.leaves import Column
from creatoraudit.engine.plan import Level


class Table(Sequence[Any]):
    """Objects in a row, of which many have the same values as the one before.

    `labels` have a value for each object, by the name of its attribute. All others are in `values`, in the order of
    `names`, once for as many objects as `lengths` says. Tables that share their labels are written fastest.
    """

    __slots__ = ("labels", "lengths", "names", "values")

    def __init__(
        self,
        labels: Mapping[str, Column],
        names: tuple[str, ...],
        lengths: Sequence[int],
        values: Sequence[Sequence[Any]],
    ) -> None:
        self.labels = labels
        self.names = names
        self.lengths = lengths
        self.values = values

    def __len__(self) -> int:
        return sum(self.lengths)

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]

    def __iter__(self) -> Iterator[Any]:
        labels = zip(*self.labels.values(), strict=True) if self.labels else repeat(())
        names = (*self.labels, *self.names)
        for label, values in zip(labels, chain.from_iterable(map(repeat, self.values, self.lengths)), strict=False):
            yield SimpleNamespace(**dict(zip(names, (*label, *values), strict=True)))


def written(level: Level, tables: Sequence[Table], option: int) -> list[orjson.Fragment] | None:
    """The JSON of each table's objects, encoded with these options; None if any value has to be looked at by itself."""
    labels, names = tables[0].labels, tables[0].names
    if level.branches or any(table.labels is not labels or table.names != names for table in tables):
        return None
    columns = dict(zip(names, zip(*chain.from_iterable(table.values for table in tables), strict=True), strict=False))
    before, after = _Part(option), _Part(option)
    part, shown = before, None
    for place, field in enumerate(level.fields):
        attribute = field.way.attribute or ""
        part.text += f"{',' if place else '{'}{_json(field.key, option)}:"
        if field.way.kind is Kind.TYPENAME:
            part.text += _json(field.parent_type.name, option)
        elif attribute in labels and shown is None:
            column = field.written(labels[attribute])
            if column is None:
                return None
            part, shown = after, _texts(column, option)
        elif attribute not in columns or not part.add(field, columns[attribute]):
            return None
    part.text += "},"
    if shown is None:
        shown = [""] * max(map(len, tables))
    return [orjson.Fragment(text) for text in _joined(tables, before, shown, after)]


class _Part:
    """What the objects' JSON has on one side of their label: a text with places for values."""

    def __init__(self, option: int) -> None:
        self.text = ""
        self._columns: list[Column] = []
        self._option = option

    def add(self, field: Field, values: Column) -> bool:
        """Leaves a place for a field's values; False if any of them is unusual."""
        column = field.written(values)
        if column is None:
            return False
        is_whole = set(map(type, column)) == {int}
        self.text += "%d" if is_whole else "%s"
        self._columns.append(column if is_whole else _texts(column, self._option))
        return True

    def texts(self) -> Iterator[str]:
        """The text with the values of each step."""
        if not self._columns:
            return repeat(self.text)
        return map(self.text.__mod__, zip(*self._columns, strict=True))


def _joined(tables: Sequence[Table], before: _Part, labels: Sequence[str], after: _Part) -> Iterator[str]:
    """The text of each table; objects that differ in their labels alone are joined by what is the same about them."""
    heads, tails = before.texts(), after.texts()
    for table in tables:
        parts: list[str] = []
        start = 0
        for length, head, tail in zip(table.lengths, heads, tails, strict=False):
            end = start + length
            parts += (head, (tail + head).join(labels[start:end]), tail)
            start = end
        yield f"[{''.join(parts)[:-1]}]"


def _texts(values: Column, option: int) -> list[str]:
    """The JSON of each value."""
    if set(map(type, values)) <= _WITHOUT_COMMAS:
        return orjson.dumps(values, option=option)[1:-1].decode().split(",")
    return [_json(value, option) for value in values]


_WITHOUT_COMMAS = frozenset({int, float, bool, NoneType})


def _json(value: Any, option: int) -> str:
    return orjson.dumps(value, option=option).decode()
