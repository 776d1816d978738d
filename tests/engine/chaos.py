"""Objects of any type of any schema whose attributes are anything: right values, wrong ones, nulls, errors, awaitables.

What an attribute is follows from the place of the object alone, so that two executions see the same.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Generator, Iterator
from random import Random
from typing import Any, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    Undefined,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)


class Trouble(Exception):
    """What goes wrong on purpose."""


class Habits(NamedTuple):
    """How probable it is that a value is not what its type says."""

    null: float = 0.15
    broken_null: float = 0.02
    raises: float = 0.03
    is_error: float = 0.02
    wrong: float = 0.03
    awaited: float = 0.0
    lengths: tuple[int, ...] = (0, 1, 2, 3)


class World:
    """Makes the objects of a schema; `seed` makes it another world."""

    def __init__(self, schema: GraphQLSchema, habits: Habits, seed: int) -> None:
        self.schema = schema
        self.habits = habits
        self.seed = seed
        self._fields = {
            (of.name, field.extensions["strawberry-definition"].python_name): field
            for of in schema.type_map.values()
            if isinstance(of, GraphQLObjectType)
            for field in of.fields.values()
            if "strawberry-definition" in field.extensions
        }

    @property
    def root(self) -> "Chaos":
        """The object that queries begin with."""
        assert self.schema.query_type is not None
        return Chaos(self, self.schema.query_type.name, f"{self.seed}")

    def value(self, of: str, name: str, place: str) -> Any:
        """What a field is in a place; raises what reading it raises."""
        field = self._fields.get((of, name))
        if field is None:
            raise AttributeError(name)
        random = Random(f"{place}.{name}")
        if random.random() < self.habits.raises:
            raise Trouble(f"{name} cannot be read at {place}")
        value = self._value(field.type, random, f"{place}.{name}")
        return self._later(value, random)

    def _value(self, of: GraphQLOutputType, random: Random, place: str) -> Any:
        habits = self.habits
        if is_non_null_type(of):
            of, null = of.of_type, habits.broken_null
        else:
            null = habits.null
        roll = random.random()
        if roll < null:
            return None if roll < null * 0.9 else Undefined
        if random.random() < habits.is_error:
            return Trouble(f"{place} is an error")
        if random.random() < habits.wrong:
            return random.choice([17, "text", 2**40, float("nan"), 1.5, ["x"], {"a": 1}, True, object, -0.0])
        return self._right(of, random, place)

    def _right(self, of: Any, random: Random, place: str) -> Any:
        if is_list_type(of):
            count = range(random.choice(self.habits.lengths))
            items = [self._value(of.of_type, random, f"{place}[{index}]") for index in count]
            return self._collected([self._later(item, random) for item in items], random)
        if is_object_type(of):
            return Chaos(self, of.name, place)
        if is_abstract_type(of):
            return Chaos(self, random.choice(self.schema.get_possible_types(of)).name, place)
        return self._leaf(of, random)

    def _collected(self, items: list[Any], random: Random) -> Any:
        roll = random.random()
        if roll < 0.7:
            return items
        if roll < 0.8:
            return tuple(items)
        if roll < 0.9 or self.habits.awaited == 0.0:
            return Broken(items) if roll < 0.83 else Iterated(items)
        return Streamed(items, breaks=roll > 0.97)

    def _leaf(self, of: Any, random: Random) -> Any:
        if isinstance(of, GraphQLEnumType):
            members = [one.value for one in of.values.values()] + list(getattr(of, "wrapped_cls", ()))
            return random.choice(members)
        values: dict[str, list[Any]] = {
            "String": ["a", "", "ä€", "long " * 20],
            "ID": ["x1", 12, "7"],
            "Int": [0, 1, -5, 2**31 - 1],
            "Float": [0.5, -1.25, 3, 1e300],
            "Boolean": [True, False],
        }
        return random.choice(values.get(of.name, ["scalar", 5, 2.5, {"deep": [1]}, "refused"]))

    def _later(self, value: Any, random: Random) -> Any:
        if random.random() >= self.habits.awaited:
            return value
        turns = random.choice([0, 0, 1, 3])
        return Promise(value, turns) if random.random() < 0.3 else _later(value, turns)


async def _later(value: Any, turns: int) -> Any:
    for _ in range(turns):
        await asyncio.sleep(0)
    if isinstance(value, Trouble):
        raise value
    return value


class Promise:
    """Something to await that is no coroutine."""

    def __init__(self, value: Any, turns: int) -> None:
        self._value = value
        self._turns = turns

    def __repr__(self) -> str:
        return "a promise"

    def __await__(self) -> Generator[Any, None, Any]:
        return _later(self._value, self._turns).__await__()


class Iterated:
    """Something to iterate that is no list."""

    def __init__(self, items: list[Any]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Any]:
        yield from self._items


class Broken(Iterated):
    """Something that raises when it has been iterated."""

    def __iter__(self) -> Generator[Any, None, None]:
        yield from self._items
        raise Trouble("no more of this")


class Streamed:
    """Something to iterate asynchronously, which may break off."""

    def __init__(self, items: list[Any], *, breaks: bool) -> None:
        self._items = items
        self._breaks = breaks

    async def __aiter__(self) -> AsyncIterator[Any]:
        for item in self._items:
            await asyncio.sleep(0)
            yield item
        if self._breaks:
            raise Trouble("the stream broke off")


class Chaos:
    """An object of a type in a place."""

    def __init__(self, world: World, of: str, place: str) -> None:
        self._world = world
        self._of = of
        self._place = place

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._world.value(self._of, name, self._place)


def is_a(type_name: str, wrong: float = 0.03) -> Any:
    """How a type knows its objects; now and then it does not, raises, or has to think about it."""

    def is_type_of(found: Any, _info: Any) -> bool | Awaitable[bool]:
        if not isinstance(found, Chaos):
            return False
        random = Random(f"{found._place} is {type_name}")
        verdict = found._of == type_name and random.random() >= wrong
        if random.random() < wrong:
            raise Trouble(f"who knows what {found._place} is")
        if random.random() < found._world.habits.awaited:
            return Promise(verdict, random.choice([0, 1]))  # Strawberry's unions forget what they would have to await
        return verdict

    return is_type_of
