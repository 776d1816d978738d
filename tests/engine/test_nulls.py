"""What becomes null when something that must not be null is, and which errors say so."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry

from creatoraudit.engine import Answer, Engine

from .comparing import assert_same

pytestmark = pytest.mark.usefixtures("warm")


@strawberry.type
class Node:
    may: "Node | None"
    must: "Node"
    word: str | None
    name: str
    list_may_may: list[str | None] | None
    list_may_must: list[str] | None
    list_must_may: list[str | None]
    list_must_must: list[str]
    nodes: list["Node"] | None
    holes: list["Node | None"]


@strawberry.type
class Query:
    may: Node | None
    must: Node


ENGINE = Engine(strawberry.Schema(query=Query)._schema)
Broken = Callable[[str], Any]


class Raising:
    """A node whose attributes are given; any other raises."""

    def __init__(self, **given: Any) -> None:
        vars(self).update(given)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise ValueError(f"no {name}")


class Later:
    """Gives a value, or raises an exception, when it is awaited."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Any:
        async def give() -> Any:
            if isinstance(self.value, Exception):
                raise self.value
            return self.value

        return give().__await__()


WAYS: dict[str, Callable[[Any], Any]] = {"at once": lambda value: value, "awaited": Later}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    """How a value is given: itself, or something to await."""
    return WAYS[request.param]


async def ask(source: str, *, is_ordered: bool = True, **root: Any) -> Answer:
    return await assert_same(ENGINE, source, root=SimpleNamespace(**root), is_ordered=is_ordered)


def paths(answer: Answer) -> list[Any]:
    return [one.path for one in answer.errors]


@pytest.mark.parametrize("bad", [None, ValueError("bad")])
async def test_null_lands_on_the_nearest_that_may_be_null(way: Callable[[Any], Any], bad: Any) -> None:
    inner = Raising(must=Raising(must=Raising(name=way(bad)), word="kept"), word="beside")
    source = "{ may { word may { must { must { name } word } word } } }"
    answer = await ask(source, may=Raising(word="above", may=inner))

    assert answer.data == {"may": {"word": "above", "may": None}}
    assert paths(answer) == [["may", "may", "must", "must", "name"]]


async def test_null_that_nothing_holds_takes_all_data(way: Callable[[Any], Any]) -> None:
    answer = await ask("{ may { name } must { must { name } } }", may=Raising(name="a"), must=Raising(must=way(None)))

    assert answer.data is None
    assert paths(answer) == [["must", "must"]]
    assert answer.errors[0].message == "Cannot return null for non-nullable field Node.must."


BAD = ValueError("bad")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (["a", "b"], (["a", "b"], ["a", "b"], ["a", "b"], ["a", "b"])),
        ([], ([], [], [], [])),
        (["a", None], (["a", None], None, ["a", None], "gone")),
        (["a", BAD], (["a", None], None, ["a", None], "gone")),
        (None, (None, None, "gone", "gone")),
        (BAD, (None, None, "gone", "gone")),
        (7, (None, None, "gone", "gone")),
    ],
)
@pytest.mark.parametrize("items", WAYS)
async def test_lists_and_their_items(
    way: Callable[[Any], Any], items: str, value: Any, shown: tuple[Any, Any, Any, Any]
) -> None:
    given = [WAYS[items](one) for one in value] if isinstance(value, list) else value
    names = ["list_may_may", "list_may_must", "list_must_may", "list_must_must"]
    for name, wanted in zip(names, shown, strict=True):
        key = "".join(part.title() if number else part for number, part in enumerate(name.split("_")))
        answer = await ask(f"{{ may {{ word {key} }} }}", may=Raising(word="w", **{name: way(given)}))

        assert answer.data == {"may": None if wanted == "gone" else {"word": "w", key: wanted}}
        is_list = isinstance(value, list)
        assert paths(answer) == [["may", key, *([1] if is_list else [])]] or wanted in (value, [])


async def test_an_object_of_a_list_takes_the_list_or_leaves_a_hole(way: Callable[[Any], Any]) -> None:
    good, bad = Raising(name="good"), Raising(name=None)
    answer = await ask(
        "{ may { nodes { name } holes { name } } }", may=Raising(nodes=way([good, bad]), holes=[way(bad), good])
    )

    assert answer.data == {"may": {"nodes": None, "holes": [None, {"name": "good"}]}}
    assert paths(answer) == [["may", "nodes", 1, "name"], ["may", "holes", 0, "name"]]


async def test_errors_come_in_the_order_of_the_document() -> None:
    """What is above, before, and below, however many are at the same level."""
    node = Raising(holes=[Raising(nodes=[]), Raising(may=Raising(name="a"))])
    answer = await ask("{ may { holes { word may { word } nodes { name } list: listMayMay } word } }", may=node)

    assert paths(answer) == [
        ["may", "holes", 0, "word"],
        ["may", "holes", 0, "may"],
        ["may", "holes", 0, "list"],
        ["may", "holes", 1, "word"],
        ["may", "holes", 1, "may", "word"],
        ["may", "holes", 1, "nodes"],
        ["may", "holes", 1, "list"],
        ["may", "word"],
    ]


async def test_below_what_became_null_errors_end_with_the_one_that_made_it_so() -> None:
    node = Raising(may=Raising(must=Raising()))
    answer = await ask("{ may { may { word must { word name other: word } after: word } } }", may=node)

    assert answer.data == {"may": {"may": None}}
    assert paths(answer) == [
        ["may", "may", "word"],
        ["may", "may", "must", "word"],
        ["may", "may", "must", "name"],
    ]


async def test_an_iterable_that_breaks_off_takes_its_items_with_it() -> None:
    def items() -> Any:
        yield "a"
        yield BAD
        raise LookupError("no more")

    async def stream() -> Any:
        yield "a"
        yield BAD
        raise LookupError("no more")

    for make in (items, stream):
        answer = await ask("{ may { listMayMay word } }", may=Raising(list_may_may=Once(make), word="w"))

        assert answer.data == {"may": {"listMayMay": None, "word": "w"}}
        assert paths(answer) == [["may", "listMayMay", 1], ["may", "listMayMay"]]


class Once:
    """Iterates what a function makes, whichever way that is iterated."""

    def __init__(self, make: Callable[[], Any]) -> None:
        if hasattr(make(), "__aiter__"):
            self.__class__ = OnceLater
        self._make = make

    def __iter__(self) -> Any:
        return self._make()


class OnceLater(Once):
    """The same asynchronously."""

    def __aiter__(self) -> Any:
        return self._make()
