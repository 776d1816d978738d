"""Random operations on creatoraudit's own schema, on a small database: the engine answers what graphql-core answers."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given, note

from creatoraudit.db.engine import Database
from creatoraudit.demo import DemoOptions, build_demo
from creatoraudit.domain.actor import acting_for
from creatoraudit.engine import Engine
from creatoraudit.engine import Operation as Planned
from creatoraudit.events import Events
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.schema import EXECUTABLE
from creatoraudit.http.keys import Keys
from creatoraudit.rate_limits import Window
from factories import an_api_key

from .comparing import assert_same
from .operations import Asked, Literal, operations
from .test_differential import tries

NOUNS = {"accounts": "username", "creators": "name", "videos": "externalId", "accountVideos": "externalId"}
NODES = " ".join(f"{noun} {{ nodes {{ id databaseId {name} }} }}" for noun, name in NOUNS.items())
PAGES = " ".join(f"{noun}(first: 2) {{ pageInfo {{ endCursor }} }}" for noun in NOUNS)


class World(NamedTuple):
    """A small demo, what makes contexts of it, and arguments that find something there."""

    context: Callable[[], Context]
    literals: Mapping[str, Literal]
    loop: asyncio.Runner


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    path = tmp_path_factory.mktemp("own") / "creatoraudit.db"
    shutil.copy(sqlite_template, path)
    with asyncio.Runner() as loop:
        db = Database(f"sqlite+aiosqlite:///{path}")
        made = loop.run(build_demo(db, DemoOptions(accounts=6, videos_per_account=4, days=10), lambda *_: None))
        actor = acting_for(made.id)
        key = loop.run(an_api_key(db, actor))
        actor = loop.run(Keys(db).authenticate(key.key))
        window = Window(600, 599, 1_790_000_000, allowed=True, name="", cost=1)

        def context() -> Context:
            return Context(db, actor, Keys(db), Events(), window, frozenset())

        yield World(context, loop.run(_literals(context)), loop)
        loop.run(db.close())


async def _literals(context: Callable[[], Context]) -> dict[str, Literal]:
    data = {name: await _data(context, f"{{ {text} }}") for name, text in (("nodes", NODES), ("pages", PAGES))}
    rows = [row for noun in NOUNS for row in data["nodes"][noun]["nodes"]]
    cursors = [data["pages"][noun]["pageInfo"]["endCursor"] for noun in NOUNS]
    ids = [row[name] for row in rows for name in ("id", "databaseId")]
    names = [row.get("username") or row.get("name") or row["externalId"] for row in rows]

    def one_of(values: list[str]) -> Literal:
        return lambda random: None if random.random() < 0.05 else f'"{random.choice(values)}"'

    def some_ids(random: Random) -> str:
        return "[" + ", ".join(f'"{random.choice(ids)}"' for _ in range(random.randint(0, 4))) + "]"

    def mostly(*literals: str) -> Literal:
        return lambda random: None if random.random() < 0.03 else random.choice(literals)

    return {
        "id": one_of(ids),
        "ids": some_ids,
        "username": one_of(names),
        "query": one_of([name[:3] for name in names]),
        "first": mostly("1", "2", "3", "5", "null"),
        "last": mostly("null"),
        "limit": mostly("1", "2", "3", "5"),
        "after": mostly("null", "null", "null", "null", "null", f'"{cursors[0]}"'),
        "before": mostly("null"),
        "filter": mostly("null", "null", "null", "{}"),
        "window": mostly("null", "{ period: LAST_7_DAYS }", "{ period: LAST_90_DAYS }"),
        "windows": mostly("[1, 7]", "[7, 30, 7]"),
    }


async def _data(context: Callable[[], Context], source: str) -> Any:
    engine = Engine(EXECUTABLE)
    operation = engine.read(source)
    assert isinstance(operation, Planned), operation
    answer = await engine.execute(operation, {}, context())
    assert not answer.errors
    return answer.data


@pytest.mark.usefixtures("warm")
@pytest.mark.filterwarnings("ignore:.*never awaited", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_queries(world: World) -> None:
    engine = Engine(EXECUTABLE)

    @tries
    @given(asked=operations(EXECUTABLE, literals=world.literals))
    def same(asked: Asked) -> None:
        note(f"{asked.source} {asked.variables}")
        world.loop.run(assert_same(engine, asked.source, asked.variables, None, world.context, is_ordered=False))

    same()
