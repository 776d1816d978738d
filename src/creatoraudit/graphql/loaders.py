"""Edges between nouns, each declared once: a function from all parents of a level to what belongs to each of them.

Where parents arrive one by one, as in graphql-core's execution, a DataLoader gathers them; who has all of them at hand
finds the function in its field's metadata and calls it directly.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar

import strawberry
from strawberry.dataloader import DataLoader

from creatoraudit.graphql.context import Context, Info

C = TypeVar("C")

BATCH = "batch"
"""Where a field's metadata has its batch resolver."""

BatchResolver = Callable[..., Awaitable[Sequence[Any]]]
"""`(context, parents)`, or `(context, parents, asked)` where the field has arguments, to one child for each parent.

A child that is an exception is the failure of its parent alone.
"""


def batched(resolve: BatchResolver, *, description: str) -> Any:
    """A field without arguments that follows an edge; the class says to which type."""

    async def resolve_one(root: Any, info: Info) -> Any:
        return await load(info.context, resolve, root)

    return strawberry.field(resolver=resolve_one, description=description, metadata={BATCH: resolve})


def load(context: Context, resolve: BatchResolver, parent: Any, asked: Hashable = None) -> Awaitable[Any]:
    """What belongs to one parent, loaded together with what all others ask for in the same moment."""
    loader = context.loaders.get((resolve, asked))
    if loader is None:

        async def load_all(parents: list[Any]) -> list[Any]:
            return list(await (resolve(context, parents) if asked is None else resolve(context, parents, asked)))

        loader = DataLoader(load_all, cache_key_fn=_identity)
        context.loaders[resolve, asked] = loader
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


def _identity(parent: Any) -> Hashable:
    identity: Hashable = getattr(parent, "id", parent)
    return identity
