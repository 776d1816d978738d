"""Who did best, and the organization at a glance: over any window."""

from collections.abc import Iterator
from typing import Any

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import a_creator, an_account, an_organization
from written import NOON, account_closings

from .conftest import Ask, Send


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


async def a_creator_who_gained(db: Database, actor: Actor, name: str, gains: dict[int, int], **fields: Any) -> None:
    """A creator whose account had gained so many views by so many days ago, and a hundredth of them in likes."""
    creator = await a_creator(db, actor, name, **fields)
    account = await an_account(db, actor, name.lower(), creator_id=creator.id)
    closings = {ago: {"gained_views": gained, "gained_likes": gained // 100} for ago, gained in gains.items()}
    await account_closings(db, account.id, closings)


async def test_creators_are_ranked_over_any_window(db: Database, organization: Actor, ask: Ask) -> None:
    await a_creator_who_gained(db, organization, "Ada", {40: 0, 20: 5000, 0: 5100})
    await a_creator_who_gained(db, organization, "Bo", {40: 0, 2: 300})
    await a_creator_who_gained(db, organization, "Paused", {0: 9999}, is_active=False)
    await a_creator_who_gained(db, await an_organization(db, name="Other"), "Foreign", {0: 9999})

    async def ranking(arguments: str) -> list[tuple[int, str, int]]:
        places = (await ask(f"{{ topCreators{arguments} {{ rank creator {{ name }} metrics {{ views }} }} }}"))[
            "topCreators"
        ]
        return [(place["rank"], place["creator"]["name"], place["metrics"]["views"]) for place in places]

    assert await ranking("") == [(1, "Bo", 300), (2, "Ada", 100)]
    assert await ranking("(window: {period: LAST_30_DAYS})") == [(1, "Ada", 5100), (2, "Bo", 300)]
    assert await ranking('(window: {startDate: "2026-05-20", endDate: "2026-06-01"}, limit: 1)') == [(1, "Ada", 5000)]
    assert await ranking("(orderBy: LIKES)") == [(1, "Bo", 300), (2, "Ada", 100)]


async def test_the_overview_looks_at_any_window(db: Database, organization: Actor, ask: Ask) -> None:
    with clock.frozen(NOON.replace(day=2)):
        await an_account(db, organization)
    asked = (
        "startDate endDate days current { activeAccounts } previous { activeAccounts } changes { activeAccountsPct }"
    )

    week = (await ask(f"{{ overview {{ {asked} }} }}"))["overview"]
    june = (await ask(f'{{ overview(window: {{startDate: "2026-06-01", endDate: "2026-07-01"}}) {{ {asked} }} }}'))[
        "overview"
    ]
    long_ago = await ask('{ overview(window: {startDate: "1970-01-01", endDate: "1971-12-31"}) { days } }')

    same = {"endDate": "2026-06-14", "current": {"activeAccounts": 1}}
    assert week == same | {
        "startDate": "2026-06-08",
        "days": 7,
        "previous": {"activeAccounts": 1},
        "changes": {"activeAccountsPct": 0.0},
    }
    assert june == same | {
        "startDate": "2026-06-01",
        "days": 14,
        "previous": {"activeAccounts": 0},
        "changes": {"activeAccountsPct": 0.0},
    }
    assert long_ago == {"overview": {"days": 730}}


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("topCreators(limit: 0) { rank }", "limit must be at least 1."),
        ("topCreators(limit: 26) { rank }", "limit must be at most 25."),
        ("topCreators(window: {period: CUSTOM}) { rank }", "startDate is required with period custom; endDate is"),
        ('overview(window: {startDate: "2027-01-01", endDate: "2027-01-02"}) { days }', "startDate must not be in"),
    ],
)  # fmt: skip
async def test_a_wrong_question_fails_alone(send: Send, field: str, message: str) -> None:
    answer = (await send(f"{{ wrong: {field} accounts {{ totalCount }} }}")).json()

    (error,) = answer["errors"]
    assert error["message"].startswith(message)
    assert (error["path"], error["extensions"]["code"]) == (["wrong"], "VALIDATION_ERROR")
    assert answer["data"] == {"wrong": None, "accounts": {"totalCount": 0}}


async def test_what_ranks_is_one_of_the_metrics(send: Send) -> None:
    response = await send("{ topCreators(orderBy: FOLLOWERS) { rank } }")

    assert response.status_code == 400
    assert "TopCreatorOrderField" in response.json()["errors"][0]["message"]
