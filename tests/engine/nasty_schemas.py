"""Schemas in which everything that can go wrong does. Behind all of their objects stands chaos."""

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum, IntEnum
from random import Random
from typing import Annotated, Any, NamedTuple, NewType

import strawberry
from graphql import GraphQLSchema
from strawberry.dataloader import DataLoader
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

from creatoraudit.engine import BATCH, AsIs, Batch, Selection

from .chaos import Trouble, is_a

# Null upon null.


@strawberry.type
class Deep:
    must: "Deep"
    may: "Deep | None"
    all_must: list["Deep"]
    list_may: list["Deep"] | None
    items_may: list["Deep | None"]
    all_may: list["Deep | None"] | None
    word: str
    maybe_word: str | None
    number: int
    maybe_number: int | None
    words: list[str]
    maybe_words: list[str | None] | None


@strawberry.type(name="Query")
class DeepQuery:
    must: Deep
    may: Deep | None
    number: int | None
    list_may: list[Deep] | None


# Lists of lists.


@strawberry.type
class Cell:
    name: str | None
    size: float
    rows: list[list["Cell | None"]] | None
    cube: list[list[list[int | None] | None] | None]
    flags: list[bool]
    tags: list[list[str]] | None


@strawberry.type(name="Query")
class CellQuery:
    cell: Cell | None
    grid: list[list[Cell]] | None
    holes: list[list[Cell | None] | None]


# Interfaces and unions.


@strawberry.interface
class Being:
    name: str | None
    friends: list["Being | None"] | None


@strawberry.interface
class Pet(Being):
    owner: "Human | None"
    nick: str


@strawberry.type
class Human(Being):
    is_type_of = is_a("Human")
    pets: list[Annotated["Cat | Dog", strawberry.union("CatOrDog")]] | None
    age: int


@strawberry.type
class Cat(Pet):
    is_type_of = is_a("Cat")
    lives: int
    sound: str | None


@strawberry.type
class Dog(Pet):
    is_type_of = is_a("Dog")
    lives: int
    sound: list[str] | None
    best: Being


@strawberry.type
class Stone:
    is_type_of = is_a("Stone")
    weight: float


Anything = Annotated[Human | Cat | Dog | Stone, strawberry.union("Anything")]


@strawberry.type(name="Query")
class BeingQuery:
    being: Being | None
    pets: list[Pet] | None
    anything: list[Anything | None] | None
    must: Anything
    human: Human | None


# Resolvers, with arguments, that raise; inputs; mutations.


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


ColourType = strawberry.enum(Colour)
LevelType = strawberry.enum(Level)


@strawberry.input
class Inner:
    level: LevelType = Level.LOW  # type: ignore[valid-type]
    names: list[str] | None = strawberry.UNSET


@strawberry.input
class Wish:
    text: str
    colour: ColourType | None = None  # type: ignore[valid-type]
    inner: Inner | None = strawberry.UNSET
    inners: list[Inner] = strawberry.field(default_factory=list)


def _rolls(root: Any, name: str, *arguments: Any) -> Any:
    """What a resolver finds: the attribute, or now and then an error that quotes its arguments."""
    if Random(f"{root._place} {name}").random() < 0.05:
        raise Trouble(f"{name}{arguments}")
    return getattr(root, name)


@strawberry.type
class Node:
    label: str | None
    value: int

    @strawberry.field
    def next(self, info: strawberry.Info, skip: int = 0) -> "Node | None":
        return _rolls(self, "next", skip, list(info.path))  # type: ignore[no-any-return]

    @strawberry.field
    async def later(self, first: int | None = strawberry.UNSET) -> list["Node"] | None:
        return _rolls(self, "later", first)  # type: ignore[no-any-return]

    @strawberry.field
    def told(self, wish: Wish, colours: list[ColourType] | None = None) -> str:  # type: ignore[valid-type]
        return f"{wish} {colours}"

    @strawberry.field
    def root_word(root: Any) -> str | None:  # noqa: N805
        return _rolls(root, "label")  # type: ignore[no-any-return]

    @strawberry.field
    async def alone(self) -> "Node":
        return _rolls(self, "alone")  # type: ignore[no-any-return]

    @strawberry.field
    def level(self) -> LevelType | None:  # type: ignore[valid-type]
        return Random(self._place).choice([Level.LOW, 2, "HIGH", None, 7])  # type: ignore[attr-defined]


@strawberry.type(name="Query")
class NodeQuery:
    node: Node | None
    nodes: list[Node | None]

    @strawberry.field
    def found(self, info: strawberry.Info, id: strawberry.ID, colour: ColourType = Colour.RED) -> Node | None:  # type: ignore[valid-type]  # noqa: A002
        return _rolls(self, "node", id, colour, info.field_name, sorted(info.variable_values))  # type: ignore[no-any-return]


@strawberry.type(name="Mutation")
class NodeMutation:
    @strawberry.mutation
    async def change(self, info: strawberry.Info, wish: Wish) -> Node:
        info.context.append(("change", wish.text))
        return _rolls(info.root_value, "node", wish)  # type: ignore[no-any-return]

    @strawberry.mutation
    def note(self, info: strawberry.Info, text: str, level: LevelType = Level.HIGH) -> str | None:  # type: ignore[valid-type]
        info.context.append(("note", text, level))
        return text if len(text) % 2 else None

    @strawberry.mutation
    def strict(self, info: strawberry.Info, number: int) -> int:
        info.context.append(("strict", number))
        if number % 3 == 0:
            raise Trouble(f"not {number}")
        return number


# Permissions and extensions of fields.


class Sometimes(BasePermission):
    message = "not today"
    error_extensions = {"code": "NOT_TODAY"}  # noqa: RUF012

    def has_permission(self, source: Any, info: strawberry.Info, **_: Any) -> bool:
        return Random(f"{source._place} {info.field_name}").random() < 0.7


class SlowlySometimes(Sometimes):
    message = "not so fast"

    async def has_permission(self, source: Any, info: strawberry.Info, **given: Any) -> bool:  # type: ignore[override]
        return super().has_permission(source, info, **given)


class Louder(FieldExtension):
    def resolve(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **given: Any) -> Any:
        found = next_(source, info, **given)
        return found.upper() if isinstance(found, str) else found

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: strawberry.Info, **given: Any
    ) -> Any:
        found = await next_(source, info, **given)
        return found.upper() if isinstance(found, str) else found


@strawberry.type
class Vault:
    open_word: str | None
    word: str = strawberry.field(permission_classes=[Sometimes])
    secret: str | None = strawberry.field(permission_classes=[Sometimes], extensions=[Louder()])
    inside: "Vault | None" = strawberry.field(permission_classes=[Sometimes])
    vaults: list["Vault"] | None = strawberry.field(extensions=[])

    @strawberry.field(permission_classes=[SlowlySometimes])
    async def slow(self, times: int = 1) -> str | None:
        return f"{times} {self._place}"  # type: ignore[attr-defined]

    @strawberry.field(extensions=[Louder()])
    def loud(self, info: strawberry.Info, times: int = 1) -> str:
        return f"{info.field_name} {times} {self._place}"  # type: ignore[attr-defined]


@strawberry.type(name="Query")
class VaultQuery:
    vault: Vault | None
    vaults: list[Vault] | None


# Scalars and enums that refuse.


Fussy = NewType("Fussy", object)
Even = NewType("Even", int)
Raw = NewType("Raw", object)
Void = NewType("Void", object)


def _fussy(value: Any) -> Any:
    if value == "refused":
        raise ValueError("Fussy does not like that")
    return f"<{value}>"


def _even(value: Any) -> int:
    if not isinstance(value, int) or value % 2:
        raise TypeError(f"Even cannot be {value!r}")
    return value


_SCALARS: Any = {
    Fussy: strawberry.scalar(name="Fussy", serialize=_fussy, parse_value=lambda value: value),
    Even: strawberry.scalar(name="Even", serialize=_even, parse_value=_even),
    Raw: strawberry.scalar(name="Raw", serialize=AsIs(str, int, float, dict), parse_value=lambda value: value),
    Void: strawberry.scalar(name="Void", serialize=lambda _value: None, parse_value=lambda value: value),
}


@strawberry.type
class Values:
    fussy: Fussy
    maybe_fussy: Fussy | None
    fussies: list[Fussy | None] | None
    even: Even | None
    evens: list[Even]
    raw: Raw
    raws: list[Raw] | None
    nothing: Void | None
    colour: ColourType | None  # type: ignore[valid-type]
    colours: list[ColourType]  # type: ignore[valid-type]
    level: LevelType  # type: ignore[valid-type]
    id: strawberry.ID
    real: float
    flag: bool | None
    more: list["Values"] | None


@strawberry.type(name="Query")
class ValuesQuery:
    values: Values | None
    many: list[Values | None] | None


# Edges that are followed in batches.


class Many(NamedTuple):
    limit: int | None
    names: frozenset[str]


def _place(parent: Any) -> str:
    place: str = parent._place
    return place


async def _each(name: str, context: Any, parents: Sequence[Any], asked: Any) -> list[Any]:
    assert len({_place(one) for one in parents}) == len(parents)
    context.append((name, len(parents), asked))
    if Random(f"{name} {asked}").random() < 0.1:
        raise Trouble(f"nothing for {len(parents) > 0} {name}")
    found = []
    for parent in parents:
        try:
            found.append(getattr(parent, name))
        except Trouble as error:
            found.append(error)
    return found


def _edge(name: str) -> Any:
    async def follow(context: Any, parents: Sequence[Any]) -> list[Any]:
        return await _each(name, context, parents, None)

    batch = Batch(follow, identity=_place)

    async def resolve(root: Any, info: strawberry.Info) -> Any:
        return await _load(info, batch, name, root)

    return strawberry.field(resolver=resolve, metadata={BATCH: batch})


async def _load(info: strawberry.Info, batch: Batch, name: str, root: Any, *asked: Any) -> Any:
    """Follows an edge from one parent, as other executors have to."""

    async def load(parents: list[Any]) -> list[Any]:
        return list(await batch.follow(info.context, parents, *asked))

    loader = info.context.loaders.setdefault((name, asked), DataLoader(load, cache_key_fn=_place))
    return await loader.load(root)


def _edge_with(name: str) -> Any:
    def ask(selection: Any, limit: int | None = None, wish: Wish | None = None) -> Many:
        if limit is not None and limit < 0:
            raise Trouble(f"{limit} is too little")
        return Many(limit, selection.names() | {str(wish and wish.text)})

    async def follow(context: Any, parents: Sequence[Any], asked: Many) -> list[Any]:
        return await _each(name, context, parents, asked.limit)

    batch = Batch(follow, ask, _place)

    async def resolve(root: Any, info: strawberry.Info, limit: int | None = None, wish: Wish | None = None) -> Any:
        return await _load(info, batch, name, root, ask(Selection.of(info._raw_info), limit, wish))

    return strawberry.field(resolver=resolve, metadata={BATCH: batch})


@strawberry.type
class Hub:
    is_type_of = is_a("Hub", wrong=0.01)
    name: str | None
    size: int
    next: "Hub | None" = _edge("next")
    hubs: list["Hub"] | None = _edge_with("hubs")
    word: str | None = _edge("word")
    words: list[str] = _edge_with("words")
    plain: list["Hub"]


@strawberry.type(name="Query")
class HubQuery:
    hub: Hub | None
    hubs: list[Hub | None] = _edge_with("hubs")


def _schema(query: type, **more: Any) -> GraphQLSchema:
    schema: GraphQLSchema = strawberry.Schema(query=query, **more)._schema
    return schema


SCHEMAS: dict[str, GraphQLSchema] = {
    "nulls": _schema(DeepQuery),
    "lists": _schema(CellQuery),
    "abstract": _schema(BeingQuery, types=[Human, Cat, Dog]),
    "resolvers": _schema(NodeQuery, mutation=NodeMutation),
    "permissions": _schema(VaultQuery),
    "scalars": _schema(ValuesQuery, config=StrawberryConfig(scalar_map=_SCALARS)),
    "batches": _schema(HubQuery),
}
"""Each has one thing that is nasty; chaos adds the rest."""

ASYNCHRONOUS = {"resolvers", "permissions", "batches"}
"""Those that await even where chaos does not."""
