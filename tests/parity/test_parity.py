"""The same question by REST and by GraphQL gives the same answer, for every noun, list, filter and order."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from httpx import AsyncClient

from creatoraudit.domain.account_videos.queries import ACCOUNT_VIDEOS
from creatoraudit.domain.accounts.queries import ACCOUNTS
from creatoraudit.domain.creators.queries import CREATORS
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.videos.queries import VIDEOS
from parity.shapes import ACCOUNT, ACCOUNT_VIDEO, CREATOR, VIDEO, as_rest, selection


class Noun(NamedTuple):
    kind: str
    path: str
    field: str
    one: str
    shape: dict[str, str]
    listing: Listing[Any]
    filters: tuple[dict[str, Any], ...]


NOUNS = {
    noun.kind: noun
    for noun in (
        Noun(
            "account",
            "/v2/accounts",
            "accounts",
            "account",
            ACCOUNT,
            ACCOUNTS,
            ({"platform": "instagram"}, {"q": "A"}, {"is_active": False}, {"category": "dance"}),
        ),
        Noun(
            "account_video",
            "/v2/account-videos",
            "accountVideos",
            "accountVideo",
            ACCOUNT_VIDEO,
            ACCOUNT_VIDEOS,
            ({"platform": "tiktok"}, {"q": "É"}, {"platform": "instagram", "q": "a"}),
        ),
        Noun("video", "/v2/videos", "videos", "video", VIDEO, VIDEOS, ({"platform": "tiktok"}, {"is_active": False})),
        Noun("creator", "/v2/creators", "creators", "creator", CREATOR, CREATORS, ({"is_active": True}, {"q": "a"})),
    )
}


async def rest(client: AsyncClient, noun: Noun, params: dict[str, Any]) -> dict[str, Any]:
    shown = {name: str(value).lower() if isinstance(value, bool) else value for name, value in params.items()}
    answer = await client.get(noun.path, params=shown)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def graphql(client: AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    assert "errors" not in answer.json(), answer.text
    return answer.json()["data"]


async def connection(client: AsyncClient, noun: Noun, params: dict[str, Any]) -> dict[str, Any]:
    literal = ", ".join(f"{name}: {value}" for name, value in _arguments(params))
    called = f"{noun.field}({literal})" if literal else noun.field
    query = f"{{ {called} {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {selection(noun.shape)} }} }} }}"
    return (await graphql(client, query))[noun.field]


def _arguments(params: dict[str, Any]) -> Iterator[tuple[str, str]]:
    paging = {"limit", "cursor", "order_by", "order_direction", "include_total"}
    if "limit" in params:
        yield "first", str(params["limit"])
    if "cursor" in params:
        yield "after", f'"{params["cursor"]}"'
    if "order_by" in params:
        yield "orderBy", f"{{ field: {params['order_by'].upper()}, direction: {params['order_direction'].upper()} }}"
    filters = [f"{_camel(name)}: {_literal(name, value)}" for name, value in params.items() if name not in paging]
    if filters:
        yield "filter", f"{{ {', '.join(filters)} }}"


def _camel(name: str) -> str:
    head, *rest_ = name.split("_")
    return head + "".join(part.title() for part in rest_)


def _literal(name: str, value: Any) -> str:
    if name == "platform":
        return str(value).upper()
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


@pytest.mark.parametrize("kind", NOUNS)
async def test_every_order_and_page(demo_client: AsyncClient, kind: str) -> None:
    noun = NOUNS[kind]
    for key in noun.listing.keys:
        for direction in ("asc", "desc"):
            params = {"limit": 7, "order_by": key, "order_direction": direction, "include_total": True}
            for _ in range(3):
                expected, found = await rest(demo_client, noun, params), await connection(demo_client, noun, params)

                assert [as_rest(node, noun.shape, kind) for node in found["nodes"]] == expected["data"]
                assert found["totalCount"] == expected["pagination"]["total_count"]
                assert found["pageInfo"]["hasNextPage"] == expected["pagination"]["has_next"]
                if not expected["pagination"]["has_next"]:
                    break
                assert found["pageInfo"]["endCursor"] == expected["pagination"]["next_cursor"]
                params["cursor"] = expected["pagination"]["next_cursor"]


@pytest.mark.parametrize("kind", NOUNS)
async def test_every_filter(demo_client: AsyncClient, kind: str) -> None:
    noun = NOUNS[kind]
    everything = (await rest(demo_client, noun, {"include_total": True}))["pagination"]["total_count"]
    for filters in noun.filters:
        params = {"limit": 200, "include_total": True, **filters}
        expected, found = await rest(demo_client, noun, params), await connection(demo_client, noun, params)

        assert [as_rest(node, noun.shape, kind) for node in found["nodes"]] == expected["data"]
        assert 0 < expected["pagination"]["total_count"] <= everything, filters


@pytest.mark.parametrize("kind", NOUNS)
async def test_every_object_by_its_id(demo_client: AsyncClient, kind: str) -> None:
    noun = NOUNS[kind]
    for listed in (await rest(demo_client, noun, {"limit": 5}))["data"]:
        expected = (await demo_client.get(f"{noun.path}/{listed['id']}")).json()["data"]
        found = await graphql(demo_client, f'{{ {noun.one}(id: "{listed["id"]}") {{ {selection(noun.shape)} }} }}')

        assert as_rest(found[noun.one], noun.shape, kind) == expected == listed
        assert set(expected) == {"type", *noun.shape}


async def test_edges_between_nouns_are_filtered_lists(demo_client: AsyncClient) -> None:
    creators = (await rest(demo_client, NOUNS["creator"], {"limit": 10}))["data"]
    accounts = NOUNS["account"]
    videos = NOUNS["account_video"]
    query = f"""
      query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Creator {{
        accounts(first: 3, orderBy: {{ field: FOLLOWER_COUNT }}) {{
          totalCount pageInfo {{ endCursor hasNextPage }}
          nodes {{ {selection(ACCOUNT)}
                   videos(first: 4) {{
                     pageInfo {{ endCursor hasNextPage }} nodes {{ {selection(ACCOUNT_VIDEO)} }} }} }} }}
        videos(first: 5) {{ nodes {{ {selection(ACCOUNT_VIDEO)} }} }} }} }} }}"""
    ids = {creator["id"]: await _global_id(demo_client, "creator", creator["id"]) for creator in creators}
    nodes = (await graphql(demo_client, query, ids=list(ids.values())))["nodes"]
    for creator, node in zip(creators, nodes, strict=True):
        mine = {"creator_id": creator["id"]}
        order = {"order_by": "follower_count", "order_direction": "desc", "include_total": True}
        expected = await rest(demo_client, accounts, {**mine, **order, "limit": 3})
        assert [as_rest(one, ACCOUNT, "account") for one in node["accounts"]["nodes"]] == expected["data"]
        assert node["accounts"]["totalCount"] == expected["pagination"]["total_count"]
        if expected["pagination"]["has_next"]:
            assert node["accounts"]["pageInfo"]["endCursor"] == expected["pagination"]["next_cursor"]
        feed = await rest(demo_client, videos, {**mine, "limit": 5})
        assert [as_rest(one, ACCOUNT_VIDEO, "account_video") for one in node["videos"]["nodes"]] == feed["data"]
        for account in node["accounts"]["nodes"]:
            feed = await rest(demo_client, videos, {"account_id": account["databaseId"], "limit": 4})
            shown = account["videos"]["nodes"]
            assert [as_rest(one, ACCOUNT_VIDEO, "account_video") for one in shown] == feed["data"]
            if feed["pagination"]["has_next"]:
                assert account["videos"]["pageInfo"]["endCursor"] == feed["pagination"]["next_cursor"]


async def _global_id(client: AsyncClient, field: str, database_id: str) -> str:
    found: str = (await graphql(client, f'{{ {field}(id: "{database_id}") {{ id }} }}'))[field]["id"]
    return found
