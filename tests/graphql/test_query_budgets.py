"""However many parents there are, a level of nesting costs the same number of SQL statements."""

from collections.abc import Callable
from typing import Any

import pytest

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import a_creator, a_video, an_account, an_account_video

from .conftest import Ask

NUMBERS = "metrics { views coverage } deltas { likes } series { coverage points { views } }"
OPERATIONS = {
    "account and creator": ("{ accounts(first: 100) { nodes { creator { name } } } }", 2),
    "account and videos": (
        "{ accounts(first: 100) { nodes { videos(first: 2) { totalCount nodes { id } } } } }",
        1 + 2,
    ),
    "video and account": ("{ videos(first: 100) { nodes { account { username creator { id } } } } }", 3),
    "account video, account, creator": (
        "{ accountVideos(first: 100) { nodes { account { creator { accountsSummary { total } } } } } }",
        3,
    ),
    "creators down to accounts of videos": (
        """{ creators(first: 100) { nodes {
            accounts(last: 1) { edges { node { videos(first: 1) { nodes { id account { id } } } } } }
            videos(first: 1, orderBy: {field: VIEW_COUNT}) { totalCount nodes { id } }
        } } }""",
        1 + 1 + 1 + 1 + 2,
    ),
    "numbers of accounts": (
        f"{{ accounts(first: 100) {{ nodes {{ {NUMBERS} }} }} }}",
        1 + 3,
    ),
    "numbers of creators": (
        f"{{ creators(first: 100) {{ nodes {{ {NUMBERS} }} }} }}",
        1 + 3,
    ),
    "numbers of videos": (
        f"{{ videos(first: 100) {{ nodes {{ {NUMBERS} }} }} }}",
        1 + 3,
    ),
    "numbers down to posts": (
        """{ creators(first: 20) { nodes { metrics { views } accounts(first: 1) { nodes { metrics { views }
            videos(first: 1) { nodes { metrics { views } } } } } } } }""",
        3 + 3,
    ),
    "several windows": (
        """{ accounts(first: 100) { nodes {
            week: metrics(window: {period: LAST_7_DAYS}) { views }
            again: metrics(window: {period: LAST_7_DAYS}) { views }
            month: metrics { views }
        } } }""",
        1 + 2,
    ),
    "two questions to one edge": (
        """{ accounts(first: 100) { nodes {
            newest: videos(first: 1) { nodes { id } }
            again: videos(first: 1) { nodes { description } }
            oldest: videos(last: 1) { nodes { id } }
        } } }""",
        1 + 2,
    ),
}


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_statements_do_not_grow_with_parents(
    db: Database, organization: Actor, ask: Ask, statements: Callable[[], Any], operation: str
) -> None:
    document, budget = OPERATIONS[operation]
    counts = []
    parents = 0
    for wanted in (1, 10, 100):
        for number in range(parents, wanted):
            creator = await a_creator(db, organization, f"Creator {number}")
            account = await an_account(db, organization, f"account.{number}", creator_id=creator.id)
            await a_video(db, organization, f"https://www.tiktok.com/@account.{number}/video/{10**18 + number}")
            for _ in range(2):
                await an_account_video(db, organization, account)
        parents = wanted
        with statements() as seen:
            data = await ask(document, headers={"X-GraphQL-Cost": "true"})
        counts.append(len(seen))
        (rows,) = data.values()
        assert len(rows["nodes"]) in {wanted, 2 * wanted, 100, 20}

    assert counts == [budget] * 3


async def test_many_ids_of_one_type_are_one_statement(
    db: Database, organization: Actor, ask: Ask, statements: Callable[[], Any]
) -> None:
    ids = [(await an_account(db, organization, f"account.{number}")).id for number in range(10)]
    document = " ".join(f'a{number}: account(id: "{one}") {{ username }}' for number, one in enumerate(ids))
    with statements() as seen:
        data = await ask(f"{{ {document} }}")

    assert [data[f"a{number}"]["username"] for number in range(10)] == [f"account.{number}" for number in range(10)]
    assert len(seen) == 1


async def test_rankings_and_what_hangs_on_them_do_not_grow_with_creators(
    db: Database, organization: Actor, ask: Ask, statements: Callable[[], Any]
) -> None:
    document = """{ topCreators(limit: 25) { rank metrics { views coverage } creator { name
        series { points { views } } accounts(first: 2) { nodes { metrics { views } } } } } }"""
    counts = []
    for wanted in (1, 10, 25):
        for number in range(len(counts) and [1, 10][len(counts) - 1], wanted):
            creator = await a_creator(db, organization, f"Creator {number}")
            await an_account(db, organization, f"account.{number}", creator_id=creator.id)
        with statements() as seen:
            found = (await ask(document))["topCreators"]
        counts.append(len(seen))
        assert [one["rank"] for one in found] == list(range(1, wanted + 1))

    assert counts == [3 + 3] * 3


async def test_the_organization_is_asked_once_for_each_question(ask: Ask, statements: Callable[[], Any]) -> None:
    with statements() as seen:
        await ask(f"{{ viewer {{ organization {{ {NUMBERS} }} }} overview {{ days }} }}")

    assert len(seen) == 1 + 3 + 1
