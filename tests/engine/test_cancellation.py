"""An operation that nobody waits for any more: what it awaits is cancelled, and the next one is not affected."""

import asyncio
from typing import Any

import pytest
import strawberry

from creatoraudit.engine import BATCH, Batch, Engine, Operation
from waiting import until


class Gate:
    """Where things wait, and what became of them."""

    def __init__(self) -> None:
        self.waiting = 0
        self.cancelled = 0
        self.opened = asyncio.Event()

    async def pass_through(self) -> None:
        self.waiting += 1
        try:
            await self.opened.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


async def _each(context: Gate, parents: Any) -> list[str]:
    await context.pass_through()
    return ["batch"] * len(parents)


async def _alone(info: strawberry.Info) -> str:
    return (await _each(info.context, [None]))[0]


@strawberry.type
class Query:
    batch: str = strawberry.field(resolver=_alone, metadata={BATCH: Batch(_each)})

    @strawberry.field
    async def slow(self, info: strawberry.Info) -> str | None:
        await info.context.pass_through()
        return "slow"

    @strawberry.field
    async def quick(self) -> str | None:
        return "quick"

    @strawberry.field
    async def broken(self) -> str:
        raise ValueError("broken")


ENGINE = Engine(strawberry.Schema(query=Query)._schema)


def operation(source: str) -> Operation:
    found = ENGINE.read(source)
    assert isinstance(found, Operation)
    return found


async def settled(it: bool) -> bool:
    return it


@pytest.mark.parametrize(("source", "calls"), [("{ slow other: slow quick }", 2), ("{ batch other: batch quick }", 1)])
async def test_what_an_operation_awaits_is_cancelled_with_it(source: str, calls: int) -> None:
    gate = Gate()
    running = asyncio.create_task(ENGINE.execute(operation(source), context=gate))
    await until(lambda: settled(gate.waiting == calls))

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: settled(asyncio.all_tasks() == {asyncio.current_task()}))

    assert gate.cancelled == calls
    gate.opened.set()
    assert (await ENGINE.execute(operation(source), context=gate)).errors == []


async def test_a_time_limit_ends_it() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await ENGINE.execute(operation("{ slow }"), context=Gate())


async def test_nothing_is_left_behind_by_an_operation_that_failed() -> None:
    gate = Gate()
    answer = asyncio.create_task(ENGINE.execute(operation("{ broken slow }"), context=gate))
    await until(lambda: settled(bool(gate.waiting) or answer.done()))
    gate.opened.set()
    found = await answer
    assert found.data is None
    assert [error.path for error in found.errors] == [["broken"]]
    assert asyncio.all_tasks() == {asyncio.current_task()}
