"""Which attributes are read of what a batch makes: it is told, so that it need not fetch others."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry

from creatoraudit.engine import ATTRIBUTE, BATCH, READS, Batch, Engine, InstancesOf, Operation, Reads

TOLD: list[frozenset[str] | None] = []


async def _things(_context: Any, parents: Sequence[Any], names: frozenset[str] | None) -> list[Any]:
    TOLD.append(names)
    thing = SimpleNamespace(id=1, first=1, second=2, third=3, other=4)
    return [SimpleNamespace(nodes=[thing]) for _ in parents]


async def _more(_context: Any, parents: Sequence[Any]) -> list[int]:
    return [5 for _ in parents]


def _batch(batch: Batch) -> Any:
    async def resolve(root: Any) -> Any:  # noqa: ARG001 - as every resolver of such an edge has it
        pytest.fail("a plan follows the batch, and never asks the resolver")

    return strawberry.field(resolver=resolve, metadata={BATCH: batch})


def _itself(root: Any) -> Any:
    return root


def _sum(root: Any) -> int:
    return root.first + root.second  # type: ignore[no-any-return]


@strawberry.type
class Group:
    third: int
    other: int


@strawberry.type
class Thing:
    first: int
    renamed: int = strawberry.field(resolver=lambda root: root.second, metadata={ATTRIBUTE: "second"})
    sum: int = strawberry.field(resolver=_sum, metadata={READS: Reads(frozenset({"first", "second"}))})
    group: Group = strawberry.field(resolver=_itself, metadata={READS: Reads(frozenset({"id"}), is_same=True)})
    more: int = _batch(Batch(_more, reads=frozenset({"id"})))
    unknown: int = strawberry.field(resolver=_sum)


@strawberry.type
class Checked:
    is_type_of = lambda value, _info: value.other == 4  # noqa: E731
    first: int


@strawberry.type
class Known:
    is_type_of = InstancesOf(SimpleNamespace)
    first: int


@strawberry.type
class Things:
    nodes: list[Thing]


@strawberry.type
class CheckedThings:
    nodes: list[Checked]


@strawberry.type
class KnownThings:
    nodes: list[Known]


_NODES = Batch(_things, makes=(("nodes",),))
_PARENTS = [SimpleNamespace(id=1), SimpleNamespace(id=2)]


@strawberry.type
class Parent:
    things: Things = _batch(_NODES)
    checked: CheckedThings = _batch(_NODES)
    known: KnownThings = _batch(_NODES)


@strawberry.type
class Query:
    parents: list[Parent] = strawberry.field(resolver=lambda: _PARENTS)


ENGINE = Engine(strawberry.Schema(query=Query)._schema)


@pytest.mark.parametrize(
    ("selected", "told"),
    [
        ("things { nodes { first } }", {"first"}),
        ("things { nodes { __typename } }", set()),
        ("things { __typename }", set()),
        ("things { nodes { renamed } }", {"second"}),
        ("things { nodes { sum } }", {"first", "second"}),
        ("things { nodes { group { third } } }", {"id", "third"}),
        ("things { nodes { more } }", {"id"}),
        ("things { nodes { first unknown } }", None),
        ("things { nodes { first @skip(if: true) renamed } }", {"second"}),
        (
            "things { ...F } } } fragment F on Things { nodes { ... { first } ... on Thing { renamed }",
            {"first", "second"},
        ),
        ("things { nodes { first } } again: things { nodes { renamed } }", {"first", "second"}),
        ("things { nodes { first } } again: things { nodes { unknown } }", None),
        ("checked { nodes { first } }", None),
        ("known { nodes { first } }", {"first"}),
    ],
)
async def test_a_batch_is_told_what_is_read(selected: str, told: set[str] | None) -> None:
    TOLD.clear()
    operation = ENGINE.read(f"{{ parents {{ {selected} }} }}")
    assert isinstance(operation, Operation), operation
    answer = await ENGINE.execute(operation)

    assert not answer.errors
    assert [told] == TOLD
