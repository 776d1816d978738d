"""Objects below a field: of which type each is, and the rows that they become."""

import dis
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import repeat
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from graphql import (
    Executor,
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    default_type_resolver,
    is_abstract_type,
    is_object_type,
)
from graphql.execution.executor import invalid_return_type_error

from creatoraudit.engine.awaiting import discard, is_awaitable, settled
from creatoraudit.engine.fields import Field
from creatoraudit.engine.instances import InstancesOf
from creatoraudit.engine.pending import Pending
from creatoraudit.engine.rows import Location, Rows

if TYPE_CHECKING:
    from creatoraudit.engine.execute import Run


class Child(NamedTuple):
    """What stands behind an object, and where the object goes."""

    value: Any
    container: Any
    slot: str | int
    owner: int
    steps: tuple[int, ...]


def sole_type(
    run: "Run", rows: Rows, field: Field, children: Sequence[Any], kinds: Iterable[type]
) -> GraphQLObjectType | None:
    """The type of all the objects, which are of these kinds, if it is certain; else each has to be looked at."""
    of = field.of
    if not is_object_type(of):
        return None
    is_type_of = of.is_type_of
    if is_type_of is None or not children:
        return of
    if isinstance(is_type_of, InstancesOf):
        return of if all(issubclass(kind, is_type_of.of) for kind in kinds) else None
    if _reads_info(is_type_of):
        return None
    verdicts: list[Any] = []
    with suppress(Exception):  # it will be raised again for the object whose failure it is
        verdicts.extend(map(is_type_of, children, repeat(run.info(rows, field, 0))))
    if verdicts.count(True) == len(children):
        return of
    for verdict in verdicts:
        discard(verdict)
    return None


@lru_cache(maxsize=4096)
def _reads_info(is_type_of: Callable[..., Any]) -> bool:
    """Whether a function may look at its second argument, which has the path of each object."""
    if not isinstance(is_type_of, FunctionType) or is_type_of.__code__.co_argcount != 2:  # noqa: PLR2004
        return True
    code = is_type_of.__code__
    name = code.co_varnames[1]
    uses = {one.argval for one in dis.get_instructions(code) if one.opname.startswith(("LOAD_", "DELETE_"))}
    return bool(uses & {name, "locals", "vars", "eval", "exec", "_getframe"})


def show(run: "Run", rows: Rows, field: Field, children: Sequence[Child], pending: Pending) -> None:
    """Makes rows of objects, those of each type together."""
    infos: dict[int, GraphQLResolveInfo[Any]] = {}
    typed: list[tuple[Child, GraphQLObjectType]] = []
    later: list[tuple[Child, Any]] = []
    for child in children:
        info = infos.get(child.owner)
        if info is None:
            info = infos[child.owner] = run.info(rows, field, child.owner)
        try:
            found = _type_of(run, field, child.value, info)
        except Exception as error:  # noqa: BLE001 - it becomes an error of the answer
            run.fail(rows, field, child.owner, child.steps, error)
        else:
            if isinstance(found, GraphQLObjectType):
                typed.append((child, found))
            else:
                later.append((child, found))
    _show_typed(run, rows, field, typed, pending)
    if later:
        pending.append(_show_later(run, rows, field, later))


async def _show_later(run: "Run", rows: Rows, field: Field, later: Sequence[tuple[Child, Any]]) -> None:
    typed = []
    found = await settled([one for _, one in later])
    for (child, _), of in zip(later, found, strict=True):
        if isinstance(of, Exception):
            run.fail(rows, field, child.owner, child.steps, of)
        else:
            typed.append((child, of))
    pending = Pending()
    _show_typed(run, rows, field, typed, pending)
    await run.finish(pending)


def _show_typed(
    run: "Run", rows: Rows, field: Field, typed: Sequence[tuple[Child, GraphQLObjectType]], pending: Pending
) -> None:
    of_each: dict[str, list[Child]] = {}
    types: dict[str, GraphQLObjectType] = {}
    for child, of in typed:
        types[of.name] = of
        of_each.setdefault(of.name, []).append(child)
    groups = []
    for name, children in of_each.items():
        sources = [child.value for child in children]
        below = Rows(run.plan.below(field, types[name]), sources, rows, field, _places(children))
        for child, made in zip(children, below.made, strict=True):
            child.container[child.slot] = made
        groups.append(below)
    run.descend(groups, pending)


def _places(children: Sequence[Child]) -> Callable[[int], Location]:
    return lambda index: (children[index].owner, children[index].steps)


def _type_of(run: "Run", field: Field, value: Any, info: GraphQLResolveInfo[Any]) -> Any:
    """The type of an object, or what to await for it; raises what graphql-core raises if there is none."""
    if not is_abstract_type(field.of):
        return _checked(cast("GraphQLObjectType", field.of), field, value, info)
    resolve = field.of.resolve_type or default_type_resolver
    name = resolve(value, info, field.of)
    if is_awaitable(name):
        return _type_later(run, name, field, value, info)
    return _checked(_named(run, name, field, field.of, value, info), field, value, info)


async def _type_later(run: "Run", name: Any, field: Field, value: Any, info: GraphQLResolveInfo[Any]) -> Any:
    of = _named(run, await name, field, cast("GraphQLAbstractType", field.of), value, info)
    found = _checked(of, field, value, info)
    return await found if is_awaitable(found) else found


def _named(
    run: "Run", name: Any, field: Field, of: GraphQLAbstractType, value: Any, info: GraphQLResolveInfo[Any]
) -> GraphQLObjectType:
    return Executor.ensure_valid_runtime_type(cast("Any", run), name, of, field.details, info, value)


def _checked(of: GraphQLObjectType, field: Field, value: Any, info: GraphQLResolveInfo[Any]) -> Any:
    verdict = of.is_type_of(value, info) if of.is_type_of else True
    if is_awaitable(verdict):
        return _checked_later(verdict, of, field, value)
    if not verdict:
        raise invalid_return_type_error(of, value, field.details)
    return of


async def _checked_later(verdict: Any, of: GraphQLObjectType, field: Field, value: Any) -> GraphQLObjectType:
    if not await verdict:
        raise invalid_return_type_error(of, value, field.details)
    return of
