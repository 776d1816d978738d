"""Tables: the first row names fields of our own format, every further row is one of its objects."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from creatoraudit.ingestion.formats.columns import type_of
from creatoraudit.ingestion.formats.lines import KINDS
from creatoraudit.ingestion.formats.snapshot import Malformed

_SEPARATORS = ",;\t"


def objects(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any] | Malformed]]:
    """The rows as objects, each with the number of the line it ends on; an empty cell is no field.

    A cell that is not of its field's type stays the text that it is, for the object's reader to refuse. Columns are
    separated by whichever of comma, semicolon and tab the first row has most of.
    """
    lines = iter(lines)
    header = next(lines, "").removeprefix("\ufeff")
    separator = max(_SEPARATORS, key=header.count)
    names = [name.strip() for name in next(csv.reader([header], delimiter=separator), [])]
    rows = csv.reader(lines, delimiter=separator)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield rows.line_num + 1, Malformed(f"is no row of a table: {error}")
            continue
        if any(row):
            yield rows.line_num + 1, _object(names, row)


def _object(names: list[str], row: list[str]) -> dict[str, Any]:
    named = {name: _value(name, cell) for name, cell in zip(names, row, strict=False) if cell}
    return named | {f"column {place}": cell for place, cell in enumerate(row[len(names) :], start=len(names) + 1)}


def _value(name: str, cell: str) -> Any:
    kind = _TYPES.get(name, str)
    if kind is str:
        return cell
    try:
        return orjson.loads(cell.lower() if kind is bool else cell)
    except orjson.JSONDecodeError:
        return cell


_TYPES = {name: type_of(field.annotation) for model in KINDS.values() for name, field in model.model_fields.items()}
