"""What asks for too much is refused before anything is executed, however it is written."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from httpx import AsyncClient

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.settings import Settings
from factories import an_account, an_api_key

from .conftest import Ask, Send


def nested(levels: int) -> str:
    """An operation of that many levels."""
    pairs, odd = divmod(levels - 2, 3)
    assert odd == 0
    return (
        "{ accountVideos(first: 1) { nodes { "
        + "account { videos(first: 1) { nodes { " * pairs
        + "__typename"
        + " }" * (3 * pairs + 3)
    )


def fragments(count: int, body: str, last: str) -> str:
    """Fragments F0 to F`count`, each using the next one as `body` says."""
    chain = [f"fragment F{i} on Account {{ {body.replace('NEXT', f'...F{i + 1}')} }}" for i in range(count)]
    return "\n".join([*chain, f"fragment F{count} on Account {{ {last} }}"])


BOMBS = {
    "tokens": ("{ accounts { nodes { " + "id " * 4000 + "} } }", "tokens"),
    "comments": ("{ __typename }\n" + "#\n" * 5000, "tokens"),
    "depth": (nested(14), "levels of nesting"),
    "depth beyond any stack": ("{a" * 1900, "levels of nesting"),
    "lists beyond any stack": ("{ nodes(ids: " + "[" * 3000, "levels of nesting"),
    "depth through fragments": (
        "{ accounts { nodes { ...F0 } } }" + fragments(4, "videos { nodes { account { NEXT } } }", "id"),
        "levels of nesting",
    ),
    "fragments beyond any stack": (
        "{ accounts { nodes { ...F0 } } }" + fragments(450, "NEXT", "id"),
        "pairs of repeated",
    ),
    "aliases": ("{ " + "accounts { nodes { " + " ".join(f"a{i}: id" for i in range(31)) + " } } }", "aliases"),
    "a field again and again": ("{ accounts { nodes { " + "id " * 3900 + "} } }", "pairs of repeated fields"),
    "levels again and again": ("{ accounts { nodes { " + "creator { id } " * 900 + "} } }", "pairs of repeated fields"),
    "arguments again and again": (
        "{ accounts { nodes { " + "videos(first: 1) { totalCount } " * 400 + "} } }",
        "pairs of repeated fields",
    ),
    "inline fragments again and again": ("{ accounts { nodes { " + "... { id } " * 900 + "} } }", "pairs of repeated"),
    "one level in many places": (
        "{ accounts { nodes { " + ("creator { " + "id " * 60 + "} ") * 60 + "} } }",
        "pairs of repeated fields",
    ),
    "many small fragments": (
        "{ accounts { nodes { " + " ".join(f"...F{i}" for i in range(360)) + " } } }" + fragments(359, "id", "id"),
        "pairs of repeated fields or fragments",
    ),
    "root fields": ("{ " + "accounts { totalCount } " * 21 + "}", "root fields"),
    "root fields in fragments": (
        "{ ...R ...R ... { ...R } } fragment R on Query { " + "accounts { totalCount } " * 21 + "}",
        "root fields",
    ),
    "cost": ("{ accounts(first: 200) { nodes { videos { nodes { id } } } } }", "cost"),
    "cost by default": ("{ creators { nodes { accounts { nodes { videos { nodes { id } } } } } } }", "cost"),
    "cost of doubling fragments": (
        "{ accounts(first: 1) { nodes { ...F0 } } }" + fragments(14, "creator { id } NEXT NEXT", "creator { id }"),
        "cost",
    ),
    "cost of a ranking": (
        "{ topCreators(limit: 25) { creator { videos(first: 200) { nodes { series { days } } } } } }",
        "cost",
    ),
    "schema again and again": ("{ " + " ".join(f"s{i}: __schema {{ __typename }}" for i in range(11)) + " }", "cost"),
    "cycle": (
        "{ accounts { nodes { ...A } } } fragment A on Account { creator { accounts { nodes { ...A } } } }",
        None,
    ),
    "introspection in circles": (
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        None,
    ),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_bombs_are_refused_before_anything_runs(send: Send, statements: Callable[[], Any], name: str) -> None:
    document, limit = BOMBS[name]
    with statements() as seen:
        response = await send(document)

    answer = response.json()
    assert seen == []
    assert "data" not in answer
    if limit is None:
        assert (response.status_code, answer["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")
    else:
        assert (response.status_code, answer["errors"][0]["extensions"]["code"]) == (422, "VALIDATION_ERROR")
        assert limit in answer["errors"][0]["message"]


@pytest.mark.parametrize("name", [name for name, (_, limit) in BOMBS.items() if limit not in {"cost", None}])
async def test_the_shape_is_measured_before_anything_is_validated(
    send: Send, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("creatoraudit.graphql.documents.validate")

    assert (await send(BOMBS[name][0])).status_code == 422


async def test_what_clients_write_may_repeat_itself(send: Send) -> None:
    components = "\n".join(f"fragment F{i} on Account {{ __typename id creator {{ id name }} }}" for i in range(40))
    document = f"{{ accounts {{ nodes {{ {' '.join(f'...F{i}' for i in range(40))} }} }} }} {components}"

    assert (await send(document)).status_code == 200


@pytest.mark.parametrize(
    ("document", "variables", "cost"),
    [
        ("{ __typename viewer { scopes } }", {}, 1),
        ("{ accounts(first: 10) { totalCount nodes { id username } } }", {}, 1 + 10),
        ("{ accounts { pageInfo { endCursor } edges { cursor node { id } } } }", {}, 1 + 1 + 50),
        ("{ accounts(last: 7) { nodes { creator { name } freshness { intervalHours } } } }", {}, 1 + 7 * 3),
        ("query ($n: Int!) { accounts(first: $n) { nodes { id } } }", {"n": 120}, 1 + 120),
        ("query ($n: Int = 30) { accounts(first: $n) { nodes { id } } }", {}, 1 + 30),
        ("query ($n: Int = 30) { accounts(first: $n) { nodes { id } } }", {"n": 3}, 1 + 3),
        ("query ($n: Int) { accounts(first: $n) { nodes { id } } }", {}, 1 + 50),
        (
            "{ creators(first: 20) { nodes { accounts(first: 5) { nodes { videos(last: 10) { nodes { id } } } } } } }",
            {},
            1 + 20 * (1 + 1 + 5 * (1 + 1 + 10)),
        ),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Account { creator { id } } } }", {"ids": []}, 0),
        ('{ nodes(ids: ["a", "b", "c"]) { ...A } } fragment A on Account { creator { id } }', {}, 3 * 2),
        ("{ accounts(first: 3) { ...C } } fragment C on AccountConnection { nodes { id } }", {}, 1 + 3),
        ("{ videos(first: 4) { nodes { ...V } } } fragment V on Post { account { id } }", {}, 1 + 4 * 2),
        ("{ accounts(first: 3) { nodes { metrics { views coverage } } } }", {}, 1 + 3 * 2),
        ("{ accounts(first: 3) { nodes { series { coverage points { date views } } } } }", {}, 1 + 3 * (1 + 5)),
        ("{ accounts(first: 3) { nodes { deltas { views } } } }", {}, 1 + 3 * (1 + 4)),
        ("{ accounts(first: 3) { nodes { deltas(windows: [1, 2]) { views } } } }", {}, 1 + 3 * (1 + 2)),
        ("query ($w: [Int!]!) { accounts(first: 3) { nodes { deltas(windows: $w){days} } } }", {"w": [7]}, 1 + 3 * 2),
        ("{ topCreators { rank metrics { views } creator { name } } }", {}, 10 * 3),
        ("query ($n: Int!) { topCreators(limit: $n) { creator { accounts { nodes { id } } } } }", {"n": 20}, 20 * 53),
        ("{ overview { current { totalViews } changes { totalViewsPct } } metricDefinitions { name } }", {}, 3 + 1),
    ],
)  # fmt: skip
async def test_the_cost_is_said_when_asked(send: Send, document: str, variables: dict[str, Any], cost: int) -> None:
    quiet = (await send(document, **variables)).json()
    answer = (await send(document, headers={"X-GraphQL-Cost": "true"}, **variables)).json()

    assert "extensions" not in quiet
    assert answer["extensions"] == {"cost": {"requested": cost, "limit": 10_000}}


async def test_a_document_that_is_known_costs_what_the_values_of_its_variables_say(send: Send) -> None:
    document = "query ($n: Int!) { accounts(first: $n) { ...A } } fragment A on AccountConnection { nodes { id } }"
    costs = []
    for n in (1, 200, 7):
        answer = await send(document, headers={"X-GraphQL-Cost": "true"}, n=n)
        costs.append(answer.json()["extensions"]["cost"]["requested"])

    assert costs == [1 + 1, 1 + 200, 1 + 7]


async def test_every_started_thousand_costs_a_unit(db: Database, organization: Actor, send: Send) -> None:
    key = (await an_api_key(db, organization, rate_limit=10)).key

    async def spend(first: int, times: int) -> tuple[int, str, Any]:
        selection = " ".join(f"a{i}: accounts(first: {first}) {{ nodes {{ id }} }}" for i in range(times))
        response = await send(f"{{ viewer {{ rateLimit {{ remaining }} }} {selection} }}", key=key)
        return response.status_code, response.headers["x-ratelimit-remaining"], response.json()

    status, remaining, answer = await spend(198, 5)
    assert (status, remaining, answer["data"]["viewer"]["rateLimit"]["remaining"]) == (200, "9", 9)
    status, remaining, answer = await spend(200, 5)
    assert (status, remaining, answer["data"]["viewer"]["rateLimit"]["remaining"]) == (200, "7", 7)
    status, remaining, answer = await spend(200, 19)
    assert (status, remaining) == (200, "3")
    status, remaining, answer = await spend(200, 19)
    assert (status, remaining, answer["errors"][0]["extensions"]["code"]) == (429, "3", "RATE_LIMITED")
    status, remaining, _ = await spend(1, 1)
    assert (status, remaining) == (200, "2")


class TestLowerLimits:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url, graphql_max_depth=4, graphql_max_cost=20, graphql_timeout=0.2)

    async def test_limits_are_settings(self, send: Send) -> None:
        assert (await send("{ accounts(first: 9) { nodes { creator { name } } } }")).status_code == 200
        assert (await send("{ accounts(first: 10) { nodes { creator { name } } } }")).status_code == 422
        too_deep = "{ accounts(first: 1) { nodes { creator { accountsSummary { total } } } } }"
        assert (await send(too_deep)).status_code == 422

    async def test_an_operation_has_only_so_much_time(
        self, db: Database, organization: Actor, send: Send, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await an_account(db, organization)
        fetch = Database.fetch

        async def slowly(self: Database, *arguments: Any) -> Any:
            if "key_hash" not in arguments[0].prepared(self.dialect).sql:
                await asyncio.sleep(60)
            return await fetch(self, *arguments)

        with monkeypatch.context() as patched:
            patched.setattr(Database, "fetch", slowly)
            response = await send("{ accounts(first: 1) { nodes { id } } }")

        assert response.status_code == 503
        assert (
            response.json()["errors"][0]["message"]
            == "The operation took longer than 0.2 seconds; ask for less at once."
        )
        assert (await ask("{ accounts(first: 1) { nodes { username } } }"))["accounts"]["nodes"] == [
            {"username": "acme"}
        ]


async def test_those_without_a_key_can_only_ask_so_often(anonymous: AsyncClient) -> None:
    document = {"query": "{ __schema { queryType { name } } }"}
    for _ in range(60):
        assert (await anonymous.post("/graphql", json=document)).status_code == 200

    response = await anonymous.post("/graphql", json=document)

    assert response.status_code == 429
    assert int(response.headers["retry-after"]) >= 1
    assert response.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
