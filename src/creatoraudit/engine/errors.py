"""What failed, where, and what becomes null for it."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from graphql import GraphQLError

Position = list[str | int]
"""The keys and indices that lead from the data to a value."""


class Failure(NamedTuple):
    """An error at a position of the data.

    `landing` is how many steps of the path lead to what becomes null: 0 means all data. `is_last` says that it came
    up after everything below its position.
    """

    path: Position
    landing: int
    error: GraphQLError
    is_last: bool


def settle(data: dict[str, Any], failures: Sequence[Failure]) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
    """The data with nulls where they belong, and the errors in the order of the document.

    Of what lies within something that became null only the errors that came before are kept, as if values had been
    computed one after the other: what a client sees does not depend on which of them came first.
    """
    places = _Places()
    nulled: set[tuple[str | int, ...]] = set()
    errors = []
    kept = []
    for failure in sorted(failures, key=lambda one: places.of(data, one)):
        path = tuple(failure.path)
        if any(path[:length] in nulled for length in range(len(path) + 1)):
            continue
        nulled.add(path[: failure.landing])
        errors.append(failure.error)
        kept.append(failure)
    if () in nulled:
        return None, errors
    for failure in kept:
        _clear(data, failure.path[: failure.landing])
    return data, errors


def _clear(data: Any, path: Iterable[str | int]) -> None:
    *steps, last = path
    for step in steps:
        data = data[step]
        if data is None:  # it became null itself, for a later error
            return
    data[last] = None


class _Places:
    """Where positions stand in the order of the document."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, int]] = {}

    def of(self, data: Any, failure: Failure) -> tuple[float, ...]:
        place: list[float] = []
        for step in failure.path:
            if isinstance(step, int):
                place.append(step)
            else:
                place.append(self._keys(data)[step])
            data = data[step] if data is not None else None
        return (*place, float("inf")) if failure.is_last else tuple(place)

    def _keys(self, data: dict[str, Any]) -> dict[str, int]:
        keys = self._known.get(id(data))
        if keys is None:
            keys = self._known[id(data)] = {key: index for index, key in enumerate(data)}
        return keys
