"""Lists: both ways, with REST's cursors, and nothing counted or asked more often than needed."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from httpx import AsyncClient

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.paging import Direction, PageRequest, Sort
from crowds import ACCOUNT, ACCOUNT_VIDEO, CREATOR, VIDEO, Noun, add
from factories import a_creator, an_account, an_account_video

from .conftest import Ask

FIELDS = {"accounts": ACCOUNT, "videos": VIDEO, "accountVideos": ACCOUNT_VIDEO, "creators": CREATOR}
ORDERS = {"accounts": "AccountOrder", "videos": "PostOrder", "accountVideos": "PostOrder", "creators": "CreatorOrder"}
WALKS = [
    (name, key, direction) for name, noun in FIELDS.items() for key in noun.listing.keys for direction in Direction
]


async def walk(ask: Ask, name: str, key: str, direction: Direction, *, backward: bool, size: int) -> list[str]:
    """The ids of a whole list, page by page; backward, they come in the list's order all the same."""
    limit, place, more, end = (
        ("last", "before", "hasPreviousPage", "startCursor")
        if backward
        else ("first", "after", "hasNextPage", "endCursor")
    )
    document = f"""query ($size: Int, $place: String, $order: {ORDERS[name]}) {{
        list: {name}({limit}: $size, {place}: $place, orderBy: $order) {{
            nodes {{ databaseId }} pageInfo {{ {more} {end} }}
        }}
    }}"""
    found: list[str] = []
    cursor = None
    while True:
        order = {"field": key.upper(), "direction": direction.name}
        page = (await ask(document, size=size, place=cursor, order=order))["list"]
        ids = [node["databaseId"] for node in page["nodes"]]
        found = ids + found if backward else found + ids
        if not page["pageInfo"][more]:
            return found
        cursor = page["pageInfo"][end]


@pytest.mark.parametrize(("name", "by", "direction"), WALKS)
async def test_a_walk_meets_every_row_once_in_either_direction(
    db: Database, organization: Actor, ask: Ask, name: str, by: str, direction: Direction
) -> None:
    noun: Noun = FIELDS[name]
    await add(db, noun.made(organization, random.Random(7), 60))
    whole = await noun.ask(db, organization, where=noun.nothing, sort=Sort(by, direction), page=PageRequest(limit=200))
    expected = [row.id for row in whole.items]

    assert len(expected) == 60
    for backward in (False, True):
        assert await walk(ask, name, by, direction, backward=backward, size=7) == expected


async def test_a_thousand_accounts_seven_at_a_time(db: Database, organization: Actor, ask: Ask) -> None:
    await add(db, ACCOUNT.made(organization, random.Random(7), 1000))

    forward = await walk(ask, "accounts", "last_scrape_time", Direction.DESC, backward=False, size=7)
    backward = await walk(ask, "accounts", "last_scrape_time", Direction.DESC, backward=True, size=7)

    assert len(set(forward)) == 1000
    assert backward == forward


async def test_rows_that_come_and_go_move_no_other(db: Database, organization: Actor, ask: Ask) -> None:
    rows = ACCOUNT.made(organization, random.Random(7), 40)
    await add(db, rows)
    document = """query ($after: String) { accounts(first: 7, after: $after, orderBy: {field: FOLLOWER_COUNT}) {
        nodes { databaseId } pageInfo { hasNextPage endCursor } } }"""
    before = {values["id"] for made in rows.values() for values in made}
    gone: set[str] = set()
    met: list[str] = []
    chance = random.Random(8)
    page: dict[str, Any] = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        page = (await ask(document, after=page["pageInfo"]["endCursor"]))["accounts"]
        met += [node["databaseId"] for node in page["nodes"]]
        await add(db, ACCOUNT.made(organization, chance, 3))
        victim = chance.choice(sorted(before - gone))
        gone.add(victim)
        async with db.transaction() as tx:
            await tx.execute(ACCOUNT.gone(victim))

    assert len(met) == len(set(met))
    assert before - gone <= set(met)


async def test_cursors_are_those_of_rest(db: Database, organization: Actor, client: AsyncClient, ask: Ask) -> None:
    await add(db, ACCOUNT.made(organization, random.Random(7), 9))
    creator = await a_creator(db, organization)
    for name in ("one", "two", "three"):
        await an_account(db, organization, name, creator_id=creator.id)
    rest = (await client.get("/v2/accounts?limit=4&order_by=like_count")).json()
    of_creator = (await client.get(f"/v2/accounts?limit=2&creator_id={creator.id}")).json()

    data = await ask(
        """query ($id: ID!) {
            accounts(first: 4, orderBy: {field: LIKE_COUNT}) { pageInfo { endCursor } }
            creator(id: $id) { accounts(first: 2) { edges { cursor } } }
        }""",
        id=creator.id,
    )

    assert data["accounts"]["pageInfo"]["endCursor"] == rest["pagination"]["next_cursor"]
    assert data["creator"]["accounts"]["edges"][1]["cursor"] == of_creator["pagination"]["next_cursor"]


async def test_filters_combine(db: Database, organization: Actor, ask: Ask) -> None:
    creator = await a_creator(db, organization)
    await an_account(db, organization, "acme.dance", category="dance", creator_id=creator.id)
    await an_account(db, organization, "acme.music", category="music", creator_id=creator.id)
    await an_account(db, organization, "acme.gram", platform="instagram", category="dance")

    data = await ask(
        """query ($filter: AccountFilter) { accounts(filter: $filter) { totalCount nodes { username } } }""",
        filter={"platform": "TIKTOK", "q": "ACME", "category": "dance", "isActive": True, "creatorId": creator.id},
    )

    assert data == {"accounts": {"totalCount": 1, "nodes": [{"username": "acme.dance"}]}}


async def test_an_empty_page_has_no_cursors(ask: Ask) -> None:
    data = await ask(
        "{ accounts { nodes { id } edges { cursor } totalCount "
        "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
    )

    assert data["accounts"] == {
        "nodes": [],
        "edges": [],
        "totalCount": 0,
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        ("first: 0", ["first"]),
        ("first: -1", ["first"]),
        ("first: 201", ["first"]),
        ("last: 201", ["last"]),
        ("first: 1, last: 1", ["last"]),
        ('first: 1, before: "x"', ["before"]),
        ('last: 1, after: "x"', ["after"]),
        ('after: "x", before: "y"', ["after"]),
        ('after: "x"', ["after"]),
        ('before: "x"', ["before"]),
        ('filter: {creatorId: "x"}', ["creatorId"]),
        ('filter: {q: "a\\u0000b"}', ["q"]),
    ],
)
async def test_wrong_arguments_are_named(errors: Ask, arguments: str, fields: list[str]) -> None:
    (error,) = await errors(f"{{ accounts({arguments}) {{ nodes {{ id }} }} }}")

    assert error["extensions"]["code"] == "VALIDATION_ERROR"
    assert error["path"] == ["accounts"]
    assert [one["field"] for one in error["extensions"]["errors"]] == fields


async def test_a_cursor_belongs_to_one_parent_and_fails_the_others_alone(
    db: Database, organization: Actor, send: Any, ask: Ask
) -> None:
    for name in ("first", "second"):
        account = await an_account(db, organization, name)
        for _ in range(3):
            await an_account_video(db, organization, account)
    nested = "accounts(orderBy: {field: USERNAME, direction: ASC}) { nodes { videos(first: 1, after: $after) %s } }"
    data = await ask(f"query ($after: String) {{ {nested % '{ pageInfo { endCursor } }'} }}")
    cursor = data["accounts"]["nodes"][0]["videos"]["pageInfo"]["endCursor"]

    answer = (await send(f"query ($after: String!) {{ {nested % '{ nodes { id } }'} }}", after=cursor)).json()

    first, second = answer["data"]["accounts"]["nodes"]
    assert len(first["videos"]["nodes"]) == 1
    assert second == {"videos": None}
    assert [error["path"] for error in answer["errors"]] == [["accounts", "nodes", 1, "videos"]]


@pytest.mark.parametrize(
    ("selection", "counted"),
    [
        ("totalCount", True),
        ("nodes { id }", False),
        ("...Counted", True),
        ("... on AccountConnection { totalCount }", True),
        ("totalCount @include(if: $no)", False),
        ("...Counted @skip(if: $yes)", False),
        ("... @include(if: $yes) { all: totalCount }", True),
    ],
)
async def test_lists_are_counted_only_when_asked(
    ask: Ask, statements: Callable[[], Any], selection: str, counted: bool
) -> None:
    variable = next((name for name in ("yes", "no") if f"${name}" in selection), None)
    declared = f"(${variable}: Boolean = {'true' if variable == 'yes' else 'false'})" if variable else ""
    document = f"query {declared} {{ accounts {{ pageInfo {{ endCursor }} {selection} }} }}"
    if "Counted" in selection:
        document += " fragment Counted on AccountConnection { totalCount }"
    with statements() as seen:
        await ask(document)

    assert len(seen) == 1 + counted
