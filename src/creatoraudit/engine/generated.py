"""Generated code: the objects of a level, each as a dict, in one loop over the rows that stand behind them."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any

from creatoraudit.engine.fields import Field, Kind
from creatoraudit.engine.leaves import Inline, inline

Odd = Callable[[int, int, Any], None]
"""Takes a row's index, a field's number and a value that the code does not write by itself; null stands for it."""

Failed = Callable[[int, Any, tuple[Any, ...]], dict[str, Any]]
"""Makes the dict of a row where reading raised, given its index and what was called for it already."""

Make = Callable[[Sequence[Any], Odd, Failed], list[dict[str, Any]]]


def compiled(fields: Sequence[Field]) -> tuple[Make, str]:
    """A function that makes the dicts of a level, and its source."""
    names: dict[str, Any] = {}
    called = [number for number, field in enumerate(fields) if field.is_inline and field.way.kind is Kind.CALL]
    lines = ["def rows(sources, odd, failed):", "    made = []", "    for row in sources:"]
    for number in called:
        names[f"call_{number}"] = fields[number].read
        lines.append(f"        c{number} = call_{number}(row)")
    lines += ["        try:", "            made.append({"]
    for number, field in enumerate(fields):
        written = _cell(number, field, names) if field.is_inline else "None"
        lines.append(f"                {field.key!r}: {written},")
    calls = "".join(f"c{number}, " for number in called)
    lines += [
        "            })",
        "        except Exception:",
        f"            made.append(failed(len(made), row, ({calls})))",
        "    return made",
    ]
    source = "\n".join(lines) + "\n"
    exec(_code(source), names)  # noqa: S102 - it is made of names that the schema and the parser have checked
    make: Make = names["rows"]
    return make, source


@lru_cache(maxsize=1024)
def _code(source: str) -> CodeType:
    """Levels that look alike share their code; only the names in it differ."""
    return compile(source, "<plan>", "exec")


def _cell(number: int, field: Field, names: dict[str, Any]) -> str:
    """The expression of a field that is found on the row."""
    kind, attribute, _, _ = field.way
    if kind is Kind.TYPENAME:
        return repr(field.parent_type.name)
    read = f"c{number}" if kind is Kind.CALL else f"row.{attribute}"
    leaf = inline(field.leaf).numbered(number)
    odd = f"odd(len(made), {number}, v)"
    if field.depth == 0:
        names.update(leaf.names)
        if not field.nullable[0]:
            return _chosen(leaf, read, odd)
        if leaf.written == "v":
            return f"v if (v := {read}) is None or {leaf.condition} else {odd}"
        return f"None if (v := {read}) is None else ({leaf.written}) if {leaf.condition} else {odd}"
    if field.depth == 1:
        names[f"list_{number}"] = _listed(leaf, is_nullable=field.nullable[1])
        return f"w if (w := list_{number}(v := {read})) is not None else {odd}"
    return f"odd(len(made), {number}, {read})"


def _chosen(leaf: Inline, read: str, odd: str) -> str:
    """`v` is bound where the condition begins with it."""
    written = leaf.written if leaf.written.isidentifier() else f"({leaf.written})"
    return f"{written} if (v := {read}){leaf.condition.removeprefix('v')} else {odd}"


def _listed(leaf: Inline, *, is_nullable: bool) -> Callable[[Any], list[Any] | None]:
    """A function that writes a list of leaves, or returns None if anything about it is unusual."""
    condition = f"v is None or ({leaf.condition})" if is_nullable else leaf.condition
    written = f"None if v is None else ({leaf.written})" if is_nullable else leaf.written
    source = (
        "def listed(values):\n"
        "    if values.__class__ is not list and values.__class__ is not tuple:\n"
        "        return None\n"
        f"    written = [{written} for v in values if {condition}]\n"
        "    return written if len(written) == len(values) else None\n"
    )
    names = dict(leaf.names)
    exec(_code(source), names)  # noqa: S102 - as above
    listed: Callable[[Any], list[Any] | None] = names["listed"]
    return listed
