"""Compares the engine with graphql-core: the same data, key by key in the same order, and the same errors."""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute, parse

from creatoraudit.engine import Answer, Engine, Operation
from creatoraudit.engine.execute import Run

Shown = tuple[str, tuple[str | int, ...] | None, tuple[tuple[int, int], ...]]


class Notes(list[Any]):
    """A context: what resolvers and batches note, and their DataLoaders."""

    def __init__(self) -> None:
        super().__init__()
        self.loaders: dict[Any, Any] = {}


async def stock(
    schema: GraphQLSchema, source: str, variables: Mapping[str, Any], root: Any = None, context: Any = None
) -> ExecutionResult:
    """What graphql-core answers."""
    found = execute(schema, parse(source), root, context, dict(variables))
    result = await found if inspect.isawaitable(found) else found
    assert isinstance(result, ExecutionResult)
    return result


def shown(error: GraphQLError) -> Shown:
    """What clients see of an error."""
    path = None if error.path is None else tuple(error.path)
    return error.message, path, tuple((at.line, at.column) for at in error.locations or ())


async def assert_same(
    engine: Engine,
    source: str,
    variables: Mapping[str, Any] | None = None,
    root: Any = None,
    context: Callable[[], Any] = Notes,
    *,
    is_ordered: bool = True,
) -> Answer:
    """Fails unless both answer the same, each in a context of its own; returns the answer.

    Where values are awaited, graphql-core reports errors as they come, and of several errors below what became null
    those that came before the first that made it so. There, `is_ordered` is false, errors are compared as sets, and
    below such a null both must report some of the errors that there are.
    """
    operation = engine.read(source)
    assert isinstance(operation, Operation), operation
    sent = variables or {}
    expected = await stock(engine.schema, source, sent, root, context())
    values = operation.variables(sent)
    if isinstance(values, list):
        assert [shown(one) for one in values] == [shown(one) for one in expected.errors or ()]
        return Answer(expected.data, expected.errors or [])
    plan = operation.plan(values)
    assert not isinstance(plan, str), plan
    run = Run(plan, root, context(), values)
    data, errors = await run.execute()
    assert json.dumps(data, default=repr) == json.dumps(expected.data, default=repr)
    ours, theirs = [shown(one) for one in errors], [shown(one) for one in expected.errors or ()]
    if is_ordered:
        assert ours == theirs
    else:
        possible = [shown(one.error) for one in run._failures]
        assert_alike(_by_null(data, ours), _by_null(data, theirs), possible)
    return Answer(data, errors)


def assert_alike(
    ours: Mapping[Any, Sequence[Shown]], theirs: Mapping[Any, Sequence[Shown]], possible: Sequence[Shown]
) -> None:
    """Fails unless errors are the same, but for those that an error beside them made superfluous."""
    assert ours.keys() == theirs.keys()
    for place in ours:
        if {path for _, path, _ in (*ours[place], *theirs[place])} == {place}:
            assert set(ours[place]) == set(theirs[place])
        assert set(theirs[place]) <= set(possible)
        assert len(set(ours[place])) == len(ours[place])


def _by_null(data: Any, errors: Sequence[Shown]) -> dict[Any, list[Shown]]:
    """Errors by the place in the data that is null for them."""
    found: dict[Any, list[Shown]] = {}
    for error in errors:
        value, place = data, []
        for step in error[1] or ():
            if value is None:
                break
            value = value[step]
            place.append(step)
        assert value is None, error
        found.setdefault(tuple(place), []).append(error)
    return found
