"""Interfaces and unions: which type an object is of, what is selected on it then, and what is said when it is none."""

from types import SimpleNamespace
from typing import Annotated, Any

import pytest
import strawberry

from creatoraudit.engine import Answer, Engine

from .comparing import assert_same

pytestmark = pytest.mark.usefixtures("warm")


def of(name: str) -> Any:
    return classmethod(lambda _cls, value, _info: value.kind == name)


async def _slowly(value: Any) -> bool:
    return bool(value.kind == "Slow")


@strawberry.interface
class Named:
    name: str | None


@strawberry.interface
class Living(Named):
    mother: "Living | None"
    friends: list[Named | None] | None


@strawberry.type
class Dog(Living):
    is_type_of = of("Dog")
    barks: bool | None


@strawberry.type
class Cat(Living):
    is_type_of = of("Cat")
    meows: bool | None
    lives: int


@strawberry.type
class Person(Named):
    is_type_of = of("Person")
    pets: list[Annotated[Dog | Cat, strawberry.union("Pet")]] | None
    responsibilities: list[Annotated[Dog | Cat | None, strawberry.union("Duty")]] | None


@strawberry.type
class Slow(Named):
    is_type_of = classmethod(lambda _cls, value, _info: _slowly(value))
    speed: int


@strawberry.type
class Wrong(Named):
    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        if value.kind == "raises":
            raise ValueError("cannot say what it is")
        return False


@strawberry.type
class Query:
    named: Named | None
    all: list[Named | None] | None
    living: Living | None
    person: Person | None
    must: Annotated[Dog | Cat, strawberry.union("DogOrCat")]


ENGINE = Engine(strawberry.Schema(query=Query, types=[Dog, Cat, Person, Slow, Wrong])._schema)


def a(kind: str, **given: Any) -> Any:
    return SimpleNamespace(kind=kind, **{"name": kind.lower(), **given})


DOG = a("Dog", barks=True, mother=None, friends=None)
CAT = a("Cat", meows=False, lives=9, mother=None, friends=[DOG, None])
SLOW = a("Slow", speed=3)


async def ask(source: str, *, is_ordered: bool = True, **root: Any) -> Answer:
    return await assert_same(ENGINE, source, root=SimpleNamespace(**root), is_ordered=is_ordered)


async def test_what_is_selected_depends_on_the_type() -> None:
    source = "{ all { __typename name ... on Dog { barks } ... on Cat { meows lives } ... on Slow { speed } } }"
    answer = await ask(source, all=[CAT, DOG, None, SLOW, DOG])
    assert answer.data == {
        "all": [
            {"__typename": "Cat", "name": "cat", "meows": False, "lives": 9},
            {"__typename": "Dog", "name": "dog", "barks": True},
            None,
            {"__typename": "Slow", "name": "slow", "speed": 3},
            {"__typename": "Dog", "name": "dog", "barks": True},
        ]
    }


async def test_fragments_on_interfaces_reach_what_implements_them() -> None:
    source = """
      { all { ...Everyone ... on Living { mother { name } friends { ...Everyone } } } }
      fragment Everyone on Named { name ...Animals }
      fragment Animals on Living { __typename ... on Cat { lives } }
    """
    kitten = a("Cat", lives=8, mother=CAT, friends=[SLOW])
    answer = await ask(source, all=[kitten, SLOW, CAT])
    assert answer.data is not None
    assert answer.data["all"][0] == {
        "name": "cat",
        "__typename": "Cat",
        "lives": 8,
        "mother": {"name": "cat"},
        "friends": [{"name": "slow"}],
    }
    assert answer.data["all"][1] == {"name": "slow"}


async def test_unions_of_several_names() -> None:
    source = """{ person { pets { __typename ... on Named { name } ... on Dog { barks } } responsibilities { ...D } } }
      fragment D on Duty { ... on Cat { meows } __typename }"""
    answer = await ask(source, person=a("Person", pets=[CAT, DOG], responsibilities=[CAT, None, DOG]))
    assert answer.data is not None
    assert answer.data["person"]["pets"][1] == {"__typename": "Dog", "name": "dog", "barks": True}


@pytest.mark.parametrize("kind", ["raises", "Nothing", "Person"])
async def test_an_object_of_no_possible_type(kind: str) -> None:
    wrong = a(kind, pets=None, responsibilities=None)
    answer = await ask("{ living { name } all { name } }", living=wrong, all=[DOG, wrong, SLOW], is_ordered=False)
    assert answer.data is not None
    assert answer.data["living"] is None
    assert answer.errors


async def test_one_that_must_be_there_takes_all_data() -> None:
    answer = await ask("{ must { ... on Dog { barks } ... on Cat { lives } } }", must=SLOW)
    assert answer.data is None
    assert answer.errors[0].path == ["must"]


async def test_the_same_field_of_two_types_is_one_field_of_the_answer() -> None:
    source = "{ all { ... on Dog { note: name } ... on Cat { note: name } ... on Named { note: name } } }"
    answer = await ask(source, all=[DOG, CAT, SLOW])
    assert answer.data == {"all": [{"note": "dog"}, {"note": "cat"}, {"note": "slow"}]}


async def test_errors_below_name_the_type_they_are_in() -> None:
    broken = a("Cat", meows=None, lives=None, mother=None, friends=None)
    answer = await ask(
        "{ all { ... on Cat { lives } } living { ... on Cat { lives } } }", all=[DOG, broken], living=broken
    )
    assert answer.data == {"all": [{}, None], "living": None}
    assert {error.message for error in answer.errors} == {"Cannot return null for non-nullable field Cat.lives."}
