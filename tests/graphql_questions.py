"""Everything that GraphQL can be asked about an organization, made of its schema, and what it answers."""

import json
from collections.abc import Iterable, Iterator
from itertools import cycle

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)
from httpx import AsyncClient

from creatoraudit.domain.analytics.leaderboards import ORDERS
from creatoraudit.graphql.ids import global_id
from creatoraudit.graphql.schema import EXECUTABLE
from questions import CHOICES, Answers, Ids, ids_of

ROOT = EXECUTABLE.type_map["Query"]
assert isinstance(ROOT, GraphQLObjectType)
DEPTH = 3
"""How far from the root objects are shown, connections and their pages aside; one less where all of a list is."""
KINDS = {"Account": "account_id", "Video": "video_id", "AccountVideo": "account_video_id", "Creator": "creator_id"}
EVERYTHING = "(first: 200)"
NOT_COPIED = {
    "ApiKey": {"id", "databaseId", "hint", "createdAt"},
    "Organization": {"apiKeys"},
    "Viewer": {"rateLimit"},
}
"""What is the key's own that asks: exports have no keys."""
ARGUMENTS = {"deltas": "(windows: [1, 7, 30])", "first": "(first: 3)"}
WINDOWS = ("period: LAST_7_DAYS", "period: LAST_90_DAYS", 'startDate: "2026-06-21", endDate: "2026-06-29"')


async def answers(client: AsyncClient) -> Answers:
    """What every root field answers, each with all that its objects have."""
    found = Answers()
    asked = _questions(await ids_of(client))
    assert asked.keys() == ROOT.fields.keys()
    for name, arguments in asked.items():
        for one in arguments:
            shown = _selection(ROOT.fields[name], DEPTH - (one == EVERYTHING))
            answer = (await client.post("/graphql", json={"query": f"{{ {name}{one} {shown} }}"})).json()
            assert "errors" not in answer, (name, one, answer)
            found[name, one] = answer["data"]
    return found


def _questions(ids: Ids) -> dict[str, Iterable[str]]:
    nodes = [global_id(kind, one) for kind, name in KINDS.items() for one in ids[name][:3]]
    return {
        "accounts": [EVERYTHING, "(last: 3, orderBy: {field: USERNAME})", "(filter: {isActive: false})"],
        "videos": [EVERYTHING, "(last: 3, orderBy: {field: VIEW_COUNT})"],
        "accountVideos": [EVERYTHING, "(last: 3, orderBy: {field: LIKE_COUNT})"],
        "creators": [EVERYTHING],
        "viewer": [""],
        "node": [f'(id: "{nodes[0]}")', f'(id: "{nodes[-1]}")'],
        "nodes": [f"(ids: {json.dumps(nodes)})"],
        "account": [f'(id: "{one}")' for one in ids["account_id"][:3]],
        "video": [f'(id: "{one}")' for one in ids["video_id"][:3]],
        "accountVideo": [f'(id: "{one}")' for one in ids["account_video_id"][:3]],
        "creator": [f'(id: "{one}")' for one in ids["creator_id"][:3]],
        "overview": ["", *(f"(window: {{{window}}})" for window in WINDOWS)],
        "topCreators": [
            f"(limit: 25, orderBy: {order.upper()}, window: {{{window}}})"
            for order, window in zip(ORDERS, cycle(WINDOWS), strict=False)
        ],
        "search": [f'(query: "{q}", limit: 25)' for q in CHOICES["q"]],
        "metricDefinitions": [""],
    }


def _selection(field: GraphQLField, depth: int) -> str:
    kind = get_named_type(field.type)
    return "" if is_leaf_type(kind) else f"{{ {' '.join(_shown(kind, depth))} }}"


def _shown(kind: GraphQLNamedType, depth: int) -> Iterator[str]:
    """All leaves of a type, and its objects that are not too deep; fields of several types under different names."""
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        yield "__typename"
        for one in EXECUTABLE.get_possible_types(kind):
            yield f"... on {one.name} {{ {' '.join(f'{one.name}_{_name(f)}: {f}' for f in _shown(one, depth))} }}"
        return
    assert isinstance(kind, GraphQLObjectType)
    for name, field in kind.fields.items():
        of = get_named_type(field.type)
        if name in NOT_COPIED.get(kind.name, ()):
            continue
        if is_leaf_type(of):
            yield name
        elif of.name == "PageInfo" or kind.name.endswith(("Connection", "Edge")):
            if name != "edges":
                yield f"{name} {_selection(field, depth)}"
        elif depth > 1:
            arguments = ARGUMENTS.get("first" if "first" in field.args else name, "")
            yield f"{name}{arguments} {_selection(field, depth - 1)}"


def _name(shown: str) -> str:
    return shown.partition(" ")[0].partition("(")[0]
