"""Generated code: the objects of a level, each as a dict, made of their columns in one comprehension."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any

from creatoraudit.engine.fields import Field, Kind
from creatoraudit.engine.leaves import Column

Make = Callable[[int, Sequence[Column]], list[dict[str, Any]]]
"""Makes so many dicts of the columns of a level's inline fields; of all other fields they have null."""


def uncompiled(fields: Sequence[Field]) -> Make:
    """A function that makes the dicts of a level, for which nothing has to be compiled."""
    keys = [field.key for field in fields]

    def make(size: int, columns: Sequence[Column]) -> list[dict[str, Any]]:
        if not fields:
            return [{} for _ in range(size)]
        left = iter(columns)
        cells = [next(left) if has_column(field) else [_constant(field)] * size for field in fields]
        return [dict(zip(keys, values, strict=True)) for values in zip(*cells, strict=True)]

    return make


def compiled(fields: Sequence[Field]) -> tuple[Make, str]:
    """A function that makes the dicts of a level, and its source."""
    names = [f"v{number}" for number, field in enumerate(fields) if has_column(field)]
    cells = [
        f"        {field.key!r}: {f'v{number}' if has_column(field) else repr(_constant(field))},"
        for number, field in enumerate(fields)
    ]
    values = f"{', '.join(names)}, in zip(*columns)" if names else "_ in range(size)"
    lines = ["def rows(size, columns):", "    return [{", *cells, f"    }} for {values}]"]
    source = "\n".join(lines) + "\n"
    made: dict[str, Any] = {}
    exec(_code(source), made)  # noqa: S102 - it is made of keys that the parser has checked
    make: Make = made["rows"]
    return make, source


def has_column(field: Field) -> bool:
    """Whether a field's values differ from object to object, and are written with it."""
    return field.is_inline and field.way.kind is not Kind.TYPENAME


def _constant(field: Field) -> str | None:
    return field.parent_type.name if field.is_inline else None


@lru_cache(maxsize=1024)
def _code(source: str) -> CodeType:
    """Levels that look alike share their code."""
    return compile(source, "<plan>", "exec")
