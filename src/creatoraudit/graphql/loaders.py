"""Edges between nouns, each declared once: a function from all parents of a level to what belongs to each of them.

Where parents arrive one by one, as in graphql-core's execution, a DataLoader gathers them; who has all of them at hand
finds the batch in its field's metadata and follows it directly, as the engine does.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar

import strawberry
from strawberry.dataloader import DataLoader

from creatoraudit.engine import BATCH, Batch, Selection
from creatoraudit.graphql.context import Context, Info

C = TypeVar("C")


def batched(follow: Callable[[Context, Sequence[Any]], Awaitable[Sequence[Any]]], *, description: str) -> Any:
    """A field without arguments that follows an edge; the class says to which type."""
    batch = Batch(follow)

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
            arguments = () if asked is None else (asked,)
            return list(await batch.follow(context, parents, *arguments))

        loader = DataLoader(load_all, cache_key_fn=batch.identity)
        context.loaders[batch, asked] = loader
    return loader.load(parent)


async def by_ids(
    fetch: Callable[..., Awaitable[list[C | None]]], context: Context, ids: Sequence[str | None]
) -> list[C | None]:
    """What a `..._by_ids` function of the domain finds, None wherever there is no id; nothing is asked for no id."""
    present = list(dict.fromkeys(one for one in ids if one is not None))
    if not present:
        return [None] * len(ids)
    found = dict(zip(present, await fetch(context.db, context.actor, present), strict=True))
    return [None if one is None else found[one] for one in ids]
