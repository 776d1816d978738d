"""Every argument of every field of the schema, asked with everything that another organization has.

What is asked is made of the schema alone. A field or an argument that nothing here knows how to ask has no probe, and
`test_isolation` says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple
from zlib import crc32

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

from creatoraudit.graphql.ids import global_id
from security.sides import SHARED_PROFILE, Side

TOGETHER = 20
"""Probes in one operation: the limit of root fields."""

_ORDER = "order"
"""The variable that says in which order a list is asked for."""

Declared = GraphQLArgument | GraphQLInputField
Parent = GraphQLObjectType | GraphQLInterfaceType


class Leaf(NamedTuple):
    """A place for a value: an argument, or a field of its input object; `path` begins with the argument."""

    parent: str
    field: str
    path: tuple[str, ...]
    type: Any

    @property
    def named(self) -> str:
        """The name of its type."""
        return str(get_named_type(self.type).name)

    def __str__(self) -> str:
        return f"{self.parent}.{self.field}({'.'.join(self.path)}:)"


class Probe(NamedTuple):
    """One operation that asks about up to TOGETHER values, one alias each."""

    leaf: Leaf
    document: str
    variables: dict[str, Any]
    sent: list[Any]
    """What an answer may repeat, because it was asked."""

    @property
    def size(self) -> int:
        """How many values it has."""
        return sum(name != _ORDER for name in self.variables)


def every_leaf(schema: GraphQLSchema) -> list[Leaf]:
    """All places for values, of all types: what must be probed."""
    parents = [one for name, one in schema.type_map.items() if isinstance(one, Parent) and not name.startswith("__")]
    return [
        leaf for parent in parents for name, field in parent.fields.items() for leaf in _leaves(parent, name, field)
    ]


def probes(schema: GraphQLSchema, leaves: Sequence[Leaf], own: Side, other: Side) -> Iterator[Probe]:
    """Operations by `own` that ask for what `other` has; the same ones in the same order, whichever other it is."""
    for leaf in leaves:
        parent = schema.type_map[leaf.parent]
        assert isinstance(parent, Parent)
        field = parent.fields[leaf.field]
        values = _values(leaf, own, other)
        for start in range(0, len(values), TOGETHER):
            probe = _probe(parent, field, leaf, values[start : start + TOGETHER], own, _Fill(leaf, own, other, start))
            for order in _orders(field, leaf):
                yield probe._replace(variables=probe.variables | order)


def _leaves(parent: Parent, name: str, field: GraphQLField) -> Iterator[Leaf]:
    left = [((argument,), declared.type) for argument, declared in reversed(field.args.items())]
    while left:
        path, of_type = left.pop()
        named = get_named_type(of_type)
        if isinstance(named, GraphQLInputObjectType):
            left += [((*path, one), declared.type) for one, declared in reversed(named.fields.items())]
        else:
            yield Leaf(parent.name, name, path, of_type)


def _values(leaf: Leaf, own: Side, other: Side) -> list[Any]:  # noqa: C901, PLR0911 - one case for each type
    of_type = get_named_type(leaf.type)
    match leaf.named:
        case "ID":
            ids: list[Any] = list(other.any_ids)
            if is_list_type(get_nullable_type(leaf.type)):
                mine = [global_id(name, found[0]) for name, found in own.ids.items()]
                mixed = [[mine[0], one, mine[-2]] for one in ids]
                return [[one] for one in ids] + mixed + [[*mine, *ids[:100], *mine]]
            return ids
        case "String" if leaf.path[-1] in {"after", "before"}:
            return list(other.cursors)
        case "String" if leaf.path[-1] == "idempotencyKey":
            return [other.idempotency_key]
        case "String":
            words = other.own_words if leaf.parent == "Mutation" else other.words
            return words + other.any_ids[:6] + other.any_ids[-6:]
        case "JSON":
            return [{"n": word} for word in other.words]
        case "Int" | "BigInt":
            of_pages = leaf.path[-1] in {"first", "last", "limit", "windows"}
            numbers = list(range(12)) if of_pages else list(other.numbers)
            return [[one] for one in numbers] if is_list_type(get_nullable_type(leaf.type)) else numbers
        case "Boolean":
            return [True, False]
        case "Date":
            return ["2026-06-11", "2026-06-13"]
        case "DateTime":
            return ["2030-01-01T00:00:00Z"]
    if isinstance(of_type, GraphQLEnumType):
        return [[name] if is_list_type(get_nullable_type(leaf.type)) else name for name in of_type.values]
    raise LookupError(f"Nothing is known that {leaf} could be asked with.")


_COMPANIONS: dict[tuple[str, str], Mapping[str, Any]] = {
    ("account", "username"): {"platform": "TIKTOK"},
    ("account", "platform"): {"username": f'"{SHARED_PROFILE}"'},
}
"""What must be said together with an argument for it to mean anything."""


def _context(field: GraphQLField, leaf: Leaf) -> Mapping[str, Any]:
    """What else an operation says."""
    if "first" in field.args:
        page = {} if leaf.path[0] in {"first", "last"} else {_size(leaf): "5"}
        return page | ({"orderBy": f"${_ORDER}"} if _is_ordered(leaf) else {})
    if leaf.path[-1] in {"startDate", "endDate"}:
        return {leaf.path[0]: {"period": "CUSTOM", "startDate": '"2026-06-10"', "endDate": '"2026-06-14"'}}
    return _COMPANIONS.get((leaf.field, leaf.path[0]), {})


def _is_ordered(leaf: Leaf) -> bool:
    return leaf.path[0] in {"after", "before"} or (leaf.path[0] == "filter" and leaf.named == "ID")


def _orders(field: GraphQLField, leaf: Leaf) -> list[Mapping[str, Any]]:
    """Every order in which a list is asked for a cursor or an id."""
    if not _is_ordered(leaf):
        return [{}]
    fields = get_named_type(field.args["orderBy"].type).fields
    ways = product(*(get_named_type(fields[name].type).values for name in ("field", "direction")))
    return [{}, *({_ORDER: {"field": key, "direction": way}} for key, way in ways)]


def _size(leaf: Leaf) -> str:
    return "last" if leaf.path[0] == "before" else "first"


def _probe(
    parent: Parent,
    field: GraphQLField,
    leaf: Leaf,
    values: Sequence[Any],
    own: Side,
    fill: "_Fill",
) -> Probe:
    of_type, context = get_named_type(field.type), _context(field, leaf)
    is_leaf = is_leaf_type(of_type)
    aliases = []
    for number in range(len(values)):
        arguments = _arguments(field, leaf.path, f"$v{number}", context, fill)
        aliases.append(f"p{number}: {leaf.field}({arguments[1:-1]}){'' if is_leaf else ' { ...All }'}")
    before, after = _way_to(parent, own)
    declared = ", ".join(f"$v{number}: {leaf.type}" for number in range(len(values)))
    if _is_ordered(leaf) and "orderBy" in field.args:
        declared += f", ${_ORDER}: {field.args['orderBy'].type}"
    kind = "mutation" if parent.name == "Mutation" else "query"
    document = f"{kind} ({declared}) {{ {before} {' '.join(aliases)} {after} }}"
    if not is_leaf:
        document += f" fragment All on {of_type.name}{_selection(of_type)}"
    variables = {f"v{number}": value for number, value in enumerate(values)}
    return Probe(leaf, document, variables, [*_flat(values), *fill.used])


def _flat(values: Any) -> Iterator[Any]:
    for value in values.values() if isinstance(values, dict) else values:
        if isinstance(value, list | dict):
            yield from _flat(value)
        elif not isinstance(value, bool) and len(str(value)) > 3:  # shorter ones give nothing away
            yield value


class _Fill:
    """Values for what must be there although it is not what is probed."""

    def __init__(self, leaf: Leaf, own: Side, other: Side, start: int) -> None:
        self.leaf = leaf
        self.used: list[str] = []
        self._start = start
        self._own = own
        self._word = other.word

    def value(self, name: str, of_type: Any) -> str:
        named = get_named_type(of_type)
        if isinstance(named, GraphQLEnumType):
            return "TIKTOK" if "TIKTOK" in named.values else next(iter(named.values))
        match named.name, name:
            case "ID", _:
                about = name if name != "id" else self.leaf.field
                type_name = next(
                    one for one in ("ApiKey", "Creator", "Account", "Video") if one.lower() in about.lower()
                )
                return f'"{self._own.ids[type_name][0]}"'
            case "String", "query":
                return '"fyp"'
            case "String", "identifier":
                return self._new(f"69{crc32(self._unused().encode()):011d}000000")
            case "String", _:
                return self._new(self._unused())
        raise LookupError(f"Nothing is known to say for {name} where {self.leaf} is asked.")

    def _unused(self) -> str:
        return f"{self._word}.{''.join(self.leaf.path)[-9:].lower()}{self._start + len(self.used)}"

    def _new(self, text: str) -> str:
        self.used.append(text)
        return f'"{text}"'


def _arguments(declared: Any, path: tuple[str, ...], reference: str, context: Mapping[str, Any], fill: _Fill) -> str:
    """What stands between the braces: the value on its path, what is required beside it, and the context."""
    is_field = isinstance(declared, GraphQLField)
    fields: Mapping[str, Declared] = declared.args if is_field else get_named_type(declared.type).fields
    parts = []
    for name, one in fields.items():
        required = is_required_argument(one) if is_field else is_required_input_field(one)
        given = context.get(name)
        if path[:1] == (name,):
            if len(path) == 1:
                parts.append(f"{name}: {reference}")
            else:
                inner = given if isinstance(given, Mapping) else {}
                parts.append(f"{name}: {_arguments(one, path[1:], reference, inner, fill)}")
        elif isinstance(given, Mapping):
            parts.append(f"{name}: {{{', '.join(f'{key}: {value}' for key, value in given.items())}}}")
        elif given is not None:
            parts.append(f"{name}: {given}")
        elif required and is_leaf_type(get_named_type(one.type)):
            value = fill.value(name, one.type)
            parts.append(f"{name}: {f'[{value}]' if is_list_type(get_nullable_type(one.type)) else value}")
        elif required:
            parts.append(f"{name}: {_arguments(one, (), reference, {}, fill)}")
    return f"{{{', '.join(parts)}}}"


def _way_to(parent: Parent, own: Side) -> tuple[str, str]:
    """How an operation reaches an object of a type that is the asker's own."""
    match parent.name:
        case "Query" | "Mutation":
            return "", ""
        case "Organization":
            return "viewer { organization {", "} }"
        case "Account" | "Creator" | "Video" | "AccountVideo":
            field = parent.name[0].lower() + parent.name[1:]
            return f'{field}(id: "{own.ids[parent.name][0]}") {{', "}"
        case "Post":
            return 'search(query: "fyp") { videos {', "} }"
    raise LookupError(f"No operation is known that reaches the fields of {parent.name}.")


_OF_NODES = """ { __typename id ... on Account { username followerCount metadata } ... on Creator { isActive }
    ... on Video { externalId description } ... on AccountVideo { externalId description }
    ... on Organization { accountQuota } ... on ApiKey { hint } }"""
_OF_POSTS = " { __typename id externalId description accountUsername viewCount account { username } }"


def _selection(of_type: Any, depth: int = 0) -> str:
    """All that one object says without being asked anything, and what stands beside it."""
    if is_leaf_type(of_type):
        return ""
    if isinstance(of_type, GraphQLInterfaceType):
        return _OF_NODES if of_type.name == "Node" else _OF_POSTS
    parts = []
    for name, field in of_type.fields.items():
        named = get_named_type(field.type)
        if is_leaf_type(named):
            parts.append(name)
        elif not any(is_required_argument(one) for one in field.args.values()) and not _is_wide(name, field, depth):
            parts.append(name + _selection(named, depth + 1))
    return f" {{ {' '.join(parts)} }}"


_DEEPEST = 3


def _is_wide(name: str, field: GraphQLField, depth: int) -> bool:
    """Whether an object is left out of a selection: lists within lists, and what costs more than it could tell."""
    return (
        depth >= _DEEPEST or "first" in field.args or (depth > 0 and bool(field.args)) or (name == "node" and depth > 1)
    )
