"""Edges that are followed from all parents of a level at once: how a field says that it is one."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, NamedTuple

BATCH = "batch"
"""Where the metadata of a Strawberry field has its `Batch`."""


def identity_of(parent: Any) -> Hashable:
    """What tells two parents apart: their ids, or else they themselves."""
    identity: Hashable = getattr(parent, "id", parent)
    return identity


Path = tuple[str, ...]
"""Names of fields that lead from an object to one below it."""


class Batch(NamedTuple):
    """An edge to what belongs to each of many parents.

    `follow(context, parents)`, or `follow(context, parents, asked)` where the field has arguments, returns one child
    for each parent, in their order; an exception in one place is the failure of that parent alone. No two parents have
    the same identity. `ask(selection, **arguments)` makes `asked` of what is selected below the field and of its
    arguments under their Python names; what it raises is the failure of all parents. Fields that ask the same of the
    same batch are followed once.

    Where its arguments alone say what a field leads to, `named(**arguments)` makes what takes its parent's place of
    them, and there is no `ask`: what is named side by side is found at once.

    `reads` are the attributes of parents that it reads, None where that is not known. `makes` says where below the
    field the objects stand that may lack attributes: `follow` then gets, as its last argument, the names of those that
    are read of any of them, or None where all may be.
    """

    follow: Callable[..., Awaitable[Sequence[Any]]]
    ask: Callable[..., Hashable] | None = None
    identity: Callable[[Any], Hashable] = identity_of
    reads: frozenset[str] | None = None
    makes: tuple[Path, ...] | None = None
    named: Callable[..., Hashable] | None = None
