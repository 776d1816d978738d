"""The real posts by REST and by GraphQL: whole, paged, sorted and filtered as plain Python over the file says."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from httpx import AsyncClient

from creatoraudit.domain.text import folded
from parity.shapes import ACCOUNT, ACCOUNT_VIDEO, as_rest, selection
from real_posts import a_real_world, all_rows, by_author, real_posts

pytestmark = pytest.mark.asyncio(loop_scope="module")

Row = dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(shared_database_url: str) -> AsyncIterator[AsyncClient]:
    async with a_real_world(shared_database_url) as client:
        yield client


@pytest.fixture(scope="module")
def posts() -> list[Row]:
    return real_posts()


async def by_graphql(client: AsyncClient, field: str, arguments: str, shape: dict[str, str], kind: str) -> list[Row]:
    rows: list[Row] = []
    cursor = None
    while True:
        after = f', after: "{cursor}"' if cursor else ""
        query = (
            f"{{ {field}(first: 200{after}{arguments}) "
            f"{{ pageInfo {{ hasNextPage endCursor }} nodes {{ {selection(shape)} }} }} }}"
        )
        connection = (await client.post("/graphql", json={"query": query})).json()["data"][field]
        rows += [as_rest(node, shape, kind) for node in connection["nodes"]]
        if not connection["pageInfo"]["hasNextPage"]:
            return rows
        cursor = connection["pageInfo"]["endCursor"]


async def videos_both_ways(client: AsyncClient, **params: Any) -> list[Row]:
    """Every account video that the question finds, after both edges have agreed on it."""
    rest = await all_rows(client, "account-videos", **params)
    arguments = ""
    if "order_by" in params:
        order = f"field: {params['order_by'].upper()}, direction: {params['order_direction'].upper()}"
        arguments += f", orderBy: {{ {order} }}"
    if "q" in params:
        escaped = params["q"].replace("\\", "\\\\").replace('"', '\\"')
        arguments += f', filter: {{ q: "{escaped}" }}'
    assert await by_graphql(client, "accountVideos", arguments, ACCOUNT_VIDEO, "account_video") == rest
    return rest


async def test_every_post_comes_back_whole(client: AsyncClient, posts: list[Row]) -> None:
    found = {video["external_id"]: video for video in await videos_both_ways(client)}

    assert set(found) == {post["id"] for post in posts}
    for post in posts:
        video = found[post["id"]]
        published = dt.datetime.fromtimestamp(post["createTime"], dt.UTC)
        assert video["description"] == post["text"]
        assert video["create_time"] == published.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert (video["play_count"], video["view_count"]) == (post["playCount"], post["playCount"])
        assert (video["like_count"], video["share_count"]) == (post["diggCount"], post["shareCount"])
        assert (video["comment_count"], video["saved_count"]) == (post["commentCount"], None)
        assert video["account_username"] == post["authorMeta"]["name"]
    assert sum(video["play_count"] for video in found.values()) == 1_029_212_935
    assert max(video["play_count"] for video in found.values()) == 250_800_000


ACCOUNT_KEYS: dict[str, Callable[[list[Row]], int]] = {
    "follower_count": lambda _: 0,
    "view_count": lambda mine: sum(post["playCount"] for post in mine),
    "like_count": lambda mine: sum(post["diggCount"] for post in mine),
    "play_count": lambda mine: sum(post["playCount"] for post in mine),
}


@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_profiles_rank_as_their_posts_add_up(client: AsyncClient, posts: list[Row], direction: str) -> None:
    published = by_author(posts)
    for key, value in ACCOUNT_KEYS.items():
        ranked = await all_rows(client, "accounts", order_by=key, order_direction=direction)
        in_order = sorted(ranked, key=lambda one: (value(published[one["username"]]), one["id"]))
        assert ranked == (in_order if direction == "asc" else in_order[::-1])
        assert [one[key] for one in ranked] == [value(published[one["username"]]) for one in ranked]
    names = [one["username"] for one in await all_rows(client, "accounts", order_by="username")]
    assert names == sorted(published, reverse=True)


async def test_every_profile_adds_up(client: AsyncClient, posts: list[Row]) -> None:
    accounts = await all_rows(client, "accounts", sort="username")

    assert await by_graphql(
        client, "accounts", ", orderBy: { field: USERNAME, direction: ASC }", ACCOUNT, "account"
    ) == [{"type": "account"} | account for account in accounts]
    assert [account["username"] for account in accounts] == sorted({post["authorMeta"]["name"] for post in posts})
    for account in accounts:
        mine = [post for post in posts if post["authorMeta"]["name"] == account["username"]]
        assert account["total_post_count"] == len(mine)
        assert account["play_count"] == sum(post["playCount"] for post in mine)
        assert account["like_count"] == sum(post["diggCount"] for post in mine)


KEYS: dict[str, Callable[[Row], int]] = {
    "create_time": lambda post: post["createTime"],
    "view_count": lambda post: post["playCount"],
    "like_count": lambda post: post["diggCount"],
    "play_count": lambda post: post["playCount"],
}


@pytest.mark.parametrize("order_by", KEYS)
@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_every_order(client: AsyncClient, posts: list[Row], order_by: str, direction: str) -> None:
    videos = await videos_both_ways(client, order_by=order_by, order_direction=direction)

    values = {post["id"]: KEYS[order_by](post) for post in posts}
    in_order = sorted(videos, key=lambda video: (values[video["external_id"]], video["id"]))
    assert videos == (in_order if direction == "asc" else in_order[::-1])
    assert len(videos) == 1_000


SEARCH = """query ($q: String!) { search(query: $q, limit: 25) {
    accounts { databaseId platform username name }
    creators { databaseId name }
    videos { databaseId platform description externalId createTime account { databaseId } accountUsername }
} }"""
SOUGHT = [
    "#FYP",
    "#fyp #foryou",
    "reply to",
    "For You",
    "tiktok",
    "#fypシ",
    "😍",
    "😂",
    "小技",
    "ダンス",
    "よ",
    "ال",
    "مع",
    "é",
    "100%",
    "%",
    "_",
    "'",
    '"',
    "\\",
    "@",
    "charli",
    "zz",
    " ",
]


async def test_searches_find_what_plain_python_finds(client: AsyncClient, posts: list[Row]) -> None:
    for q in SOUGHT:
        expected = (await client.get("/v2/search", params={"q": q, "limit": 25})).json()["data"]
        answer = (await client.post("/graphql", json={"query": SEARCH, "variables": {"q": q}})).json()
        assert "errors" not in answer
        found = answer["data"]["search"]
        assert [
            {"id": one["databaseId"], "platform": one["platform"].lower()}
            | {"username": one["username"], "display_name": one["name"]}
            for one in found["accounts"]
        ] == expected["accounts"]
        assert [{"id": one["databaseId"], "name": one["name"]} for one in found["creators"]] == expected["creators"]
        assert [
            {"id": one["databaseId"], "platform": one["platform"].lower(), "caption": one["description"]}
            | {"account_id": one["account"]["databaseId"], "account_username": one["accountUsername"]}
            for one in found["videos"]
        ] == expected["videos"]

        text = folded(q.strip())
        captions = {post["id"]: post for post in posts if text and text in folded(post["text"])}
        newest = sorted((post["createTime"] for post in captions.values()), reverse=True)[:25]
        assert [captions[one["externalId"]]["createTime"] for one in found["videos"]] == newest
        usernames = {post["authorMeta"]["name"] for post in posts if text and text in post["authorMeta"]["name"]}
        best = sorted(usernames, key=lambda name: (name != text, not name.startswith(text), name))[:25]
        assert [one["username"] for one in found["accounts"]] == best


@pytest.mark.parametrize("q", ["#FYP", "😍", "小技", "ال", "é", "100%", "_", "'", '"', "\\", "no such thing"])
async def test_filters_find_what_plain_python_finds(client: AsyncClient, posts: list[Row], q: str) -> None:
    videos = await videos_both_ways(client, q=q)

    expected = {post["id"] for post in posts if folded(q) in folded(post["text"])}
    assert {video["external_id"] for video in videos} == expected
