"""Edges between nouns, each declared once: a function from all parents of a level to what belongs to each of them.

Where parents arrive one by one, as in graphql-core's execution, a DataLoader gathers them; who has all of them at hand
finds the batch in its field's metadata and follows it directly, as the engine does.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar

import strawberry
from strawberry.dataloader import DataLoader

from creatoraudit.engine import BATCH, READS, Batch, Reads, Selection
from creatoraudit.graphql.context import Context, Info

C = TypeVar("C")


Columns = frozenset[str] | None
"""The columns that are read of rows; None for all."""


def reads(*columns: str, is_same: bool = False) -> dict[object, Any]:
    """The metadata of a field that reads these columns of a row, and `is_same` if it shows the row as another type."""
    return {READS: Reads(frozenset(columns), is_same)}


def batched(follow: Callable[[Context, Sequence[Any]], Awaitable[Sequence[Any]]], *, description: str) -> Any:
    """A field without arguments that is found for all parents at once; the class says of which type."""
    return _field(Batch(follow), description)


def edge(
    column: str, follow: Callable[[Context, Sequence[Any], Columns], Awaitable[Sequence[Any]]], *, description: str
) -> Any:
    """A field that follows a column of its rows to others, for all at once; the class says to which type."""
    return _field(Batch(follow, reads=frozenset({column}), makes=((),)), description)


def _field(batch: Batch, description: str) -> Any:
    async def resolve(root: Any, info: Info) -> Any:
        return await load(info.context, batch, root)

    return strawberry.field(resolver=resolve, description=description, metadata={BATCH: batch})


def follow(info: Info, batch: Batch, parent: Any, **arguments: Any) -> Awaitable[Any]:
    """What belongs to one parent of a field with arguments; an error of `ask` is raised at once."""
    assert batch.ask is not None  # noqa: S101 - the field was declared with it
    selection = Selection.of(info._raw_info)  # noqa: SLF001 - Strawberry's look-ahead is slow
    return load(info.context, batch, parent, batch.ask(selection, **arguments))


def load(context: Context, batch: Batch, parent: Any, asked: Hashable = None) -> Awaitable[Any]:
    """What belongs to one parent, loaded together with what all others ask for in the same moment."""
    loader = context.loaders.get((batch, asked))
    if loader is None:

        async def load_all(parents: list[Any]) -> list[Any]:
            arguments = [] if asked is None else [asked]
            if batch.makes is not None:
                arguments.append(None)  # others may ask for more of the same rows later
            return list(await batch.follow(context, parents, *arguments))

        loader = DataLoader(load_all, cache_key_fn=batch.identity)
        context.loaders[batch, asked] = loader
    return loader.load(parent)


async def by_ids(
    fetch: Callable[..., Awaitable[list[C | None]]],
    context: Context,
    ids: Sequence[str | None],
    columns: Columns = None,
) -> list[C | None]:
    """What a `..._by_ids` function of the domain finds, None wherever there is no id; nothing is asked for no id."""
    present = list(dict.fromkeys(one for one in ids if one is not None))
    if not present:
        return [None] * len(ids)
    narrowed = {} if columns is None else {"columns": columns}
    found = dict(zip(present, await fetch(context.db, context.actor, present, **narrowed), strict=True))
    return [None if one is None else found[one] for one in ids]
