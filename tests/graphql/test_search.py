"""Searching: what contains a text, as objects with their edges."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import AccountObservation, PostObservation, PostSnapshot
from factories import a_creator, a_video, an_account, an_organization
from written import NOON

from .conftest import Ask, Send

DOCUMENT = """query ($q: String!, $limit: Int! = 10) { search(query: $q, limit: $limit) {
    accounts { username creator { name } metrics { views } }
    creators { name accounts { totalCount } }
    videos { __typename description viewCount account { username } metrics { views }
        ... on Video { isActive } ... on AccountVideo { postId } }
} }"""


async def a_kitchen(db: Database, actor: Actor, posts: int = 2) -> None:
    """An account with posts about apples, newest first by number, of which the second is tracked by itself too."""
    creator = await a_creator(db, actor, "Apple Cook")
    account = await an_account(db, actor, "apple.cook", platform="instagram", creator_id=creator.id)
    names = [str(10**18 + number) for number in range(posts)]
    feed = [
        PostSnapshot(
            NOON, name, description=f"Apple {name}", create_time=NOON - dt.timedelta(number), view_count=number
        )
        for number, name in enumerate(names)
    ]
    await a_video(db, actor, names[1], platform="instagram")
    alone = PostSnapshot(NOON, "2" * 19, description="APPLES!", create_time=NOON - dt.timedelta(300), view_count=9)
    await a_video(db, actor, "2" * 19, platform="instagram")
    await observe(
        db,
        str(actor.organization_id),
        [AccountObservation(account.id, [], feed), PostObservation("instagram", [alone])],
    )


async def test_what_is_found_are_objects_with_edges(db: Database, organization: Actor, ask: Ask) -> None:
    await a_kitchen(db, organization)
    await a_kitchen(db, await an_organization(db, name="Other"))

    found = (await ask(DOCUMENT, q=" aPPle "))["search"]

    nothing = {"views": 0}
    assert found["accounts"] == [
        {"username": "apple.cook", "creator": {"name": "Apple Cook"}, "metrics": nothing},
    ]
    assert found["creators"] == [{"name": "Apple Cook", "accounts": {"totalCount": 1}}]
    (first, second, third) = found["videos"]
    cook = {"username": "apple.cook"}
    assert first.pop("postId") > 0
    assert first == {
        "__typename": "AccountVideo",
        "description": "Apple 1000000000000000000",
        "viewCount": 0,
        "account": cook,
        "metrics": nothing,
    }
    assert (second["__typename"], second["viewCount"], second["isActive"], second["account"]) == (
        "Video",
        1,
        True,
        cook,
    )
    assert (third["__typename"], third["description"], third["account"]) == ("Video", "APPLES!", None)


@pytest.mark.parametrize("q", ["", " \t\n", "nothing like it", "%", "_"])
async def test_nothing_is_found_where_there_is_nothing(db: Database, organization: Actor, ask: Ask, q: str) -> None:
    await an_account(db, organization)

    assert (await ask(DOCUMENT, q=q))["search"] == {"accounts": [], "creators": [], "videos": []}


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"q": "x" * 129}, "query must have at most 128 characters."),
        ({"q": "a\0b"}, "query must not contain the character U+0000."),
        ({"q": "x", "limit": 0}, "limit must be at least 1."),
        ({"q": "x", "limit": 26}, "limit must be at most 25."),
    ],
)
async def test_a_wrong_search_fails_alone(send: Send, variables: dict[str, Any], message: str) -> None:
    document = "query ($q: String!, $limit: Int! = 10) { search(query: $q, limit: $limit) { creators { name } }"

    answer = (await send(f"{document} accounts {{ totalCount }} }}", **variables)).json()

    if "\0" in variables["q"]:  # no request has that character anywhere
        assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_ERROR"
        return
    (error,) = answer["errors"]
    assert (error["message"], error["path"]) == (message, ["search"])
    assert error["extensions"]["code"] == "VALIDATION_ERROR"
    assert answer["data"] == {"search": None, "accounts": {"totalCount": 0}}


async def test_statements_do_not_grow_with_what_is_found(
    db: Database, organization: Actor, ask: Ask, statements: Callable[[], Any]
) -> None:
    await a_kitchen(db, organization, posts=20)
    counts = []
    for limit, videos in ((1, 1), (25, 21)):
        with statements() as seen:
            found = (await ask(DOCUMENT, q="apple", limit=limit))["search"]
        counts.append(len(seen))
        assert len(found["videos"]) == videos

    of_search, of_objects, of_numbers, of_edges = 3, 4, 2, 4
    assert counts == [of_search + of_objects + of_numbers + of_edges] * 2


async def test_several_searches_load_their_objects_together(
    db: Database, organization: Actor, ask: Ask, statements: Callable[[], Any]
) -> None:
    await a_kitchen(db, organization, posts=5)
    searches = " ".join(
        f's{number}: search(query: "{q}") {{ accounts {{ username }} videos {{ id }} }}'
        for number, q in enumerate(["apple", "APPLES!", "cook", "100000000000000000"])
    )
    with statements() as seen:
        found = await ask(f"{{ {searches} }}")

    assert [len(one["videos"]) for one in found.values()] == [6, 1, 0, 5]
    assert len(seen) == 4 * 2 + 1 + 2


async def test_only_the_sections_that_are_selected_are_searched(
    db: Database, organization: Actor, ask: Ask, statements: Callable[[], Any]
) -> None:
    await a_kitchen(db, organization)
    with statements() as seen:
        found = (await ask('{ search(query: "apple") { creators { name } } }'))["search"]

    assert found == {"creators": [{"name": "Apple Cook"}]}
    assert len(seen) == 2
