"""Values that are still to come."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Coroutine, Iterable, Sequence
from functools import lru_cache
from types import GeneratorType
from typing import Any, NamedTuple, TypeGuard

import graphql.pyutils
from graphql import GraphQLResolveInfoHelpers
from graphql.pyutils import gather_with_cancel


@lru_cache(maxsize=4096)
def is_plain(kind: type) -> bool:
    """Whether no value of a type is an exception or can be awaited."""
    return not (issubclass(kind, Exception | GeneratorType) or hasattr(kind, "__await__"))


def is_awaitable(value: Any) -> TypeGuard[Awaitable[Any]]:
    """Whether a value can be awaited: as for Python itself, that is a matter of its type."""
    kind: type = type(value)
    return not is_plain(kind) and graphql.pyutils.is_awaitable(value)


async def settled(values: Sequence[Any]) -> list[Any]:
    """The values, with what those that can be awaited gave, or with the exception that they raised."""
    waiting = [index for index, value in enumerate(values) if is_awaitable(value)]
    found = list(values)
    if len(waiting) == 1:
        found[waiting[0]] = await _outcome(values[waiting[0]])
        return found
    outcomes = await asyncio.gather(*(values[index] for index in waiting), return_exceptions=True)
    for index, outcome in zip(waiting, outcomes, strict=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, Exception):
            raise outcome
        found[index] = outcome
    return found


async def _outcome(value: Awaitable[Any]) -> Any:
    try:
        return await value
    except Exception as error:  # noqa: BLE001 - what it raised is what was found
        return error


class Drained(NamedTuple):
    """What an asynchronous iterable gave, and the exception that ended it early."""

    items: list[Any]
    error: Exception | None


async def drain(values: AsyncIterable[Any]) -> Drained:
    """Everything that an asynchronous iterable gives."""
    items: list[Any] = []
    iterator = aiter(values)
    try:
        async for value in iterator:
            items.append(value)  # noqa: PERF401 - those before an error are kept
    except Exception as error:  # noqa: BLE001 - the items before it are shown with it
        close = getattr(iterator, "aclose", None)
        if close is not None:
            await _outcome(close())
        return Drained(items, error)
    return Drained(items, None)


_BACKGROUND: set[asyncio.Future[Any]] = set()


def _track(values: Iterable[Any]) -> None:
    awaitables = [value for value in values if is_awaitable(value)]
    if awaitables:
        future = asyncio.gather(*awaitables, return_exceptions=True)
        _BACKGROUND.add(future)
        future.add_done_callback(_BACKGROUND.discard)


def _gather(values: Sequence[Awaitable[Any]]) -> Awaitable[list[Any]]:
    return gather_with_cancel(*values)


def discard(value: Any) -> None:
    """Gives up a value that nobody will await."""
    if isinstance(value, Coroutine):
        value.close()


HELPERS = GraphQLResolveInfoHelpers(gather=_gather, track=_track)
"""What graphql-core lets resolvers do with values that are still to come."""
