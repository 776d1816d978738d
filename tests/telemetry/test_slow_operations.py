"""A slow operation has its line: what it asked for and what it cost, and nothing that a person wrote."""

import pytest
from graphql import parse
from httpx import AsyncClient
from structlog.testing import capture_logs

from creatoraudit.domain.actor import Actor
from creatoraudit.graphql.schema import EXECUTABLE
from creatoraudit.graphql.signature import Signature, signature_of
from creatoraudit.settings import Settings

QUERY = """
query Mine($n: Int = 7, $name: String = "zaphod") {
  zaphod: account(platform: TIKTOK, username: "zaphod") { ...Named }
  account(platform: TIKTOK, username: $name) { id }
  accounts(first: $n, filter: {q: "zaphod"}) { nodes { username } }
}
fragment Named on Account { name @include(if: true) }
query Other { viewer { key { name } ...Theirs } }
fragment Theirs on Viewer { scopes }
"""


def signature(query: str, name: str | None = None) -> Signature:
    return signature_of(EXECUTABLE, parse(query), name)


def test_a_signature_has_the_shape_and_no_words_of_people() -> None:
    assert signature(QUERY, "Mine").text == (
        'query Mine($n:Int=0$name:String=""){account(platform:TIKTOK username:""){...Named}'
        "account(platform:TIKTOK username:$name){id}accounts(first:$n filter:{}){nodes{username}}}"
        "fragment Named on Account{name@include(if:true)}"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{ account(platform: TIKTOK, username: "a") { id } }', '{account(platform:TIKTOK username:"b"){id}}'),
        ("{ accounts(first: 1) { totalCount } }", "{ accounts(first: 200) { total: totalCount } }"),
        ('{ nodes(ids: ["a"]) { id } }', '{ nodes(ids: ["b", "c"]) { id } }'),
    ],
)
def test_operations_that_differ_in_values_aliases_and_layout_have_one_signature(one: str, other: str) -> None:
    assert signature(one) == signature(other)


def test_operations_that_ask_for_other_things_have_others() -> None:
    asked = [signature("{ accounts { totalCount } }"), signature("{ creators { totalCount } }")]
    asked += [
        signature("query A { accounts { totalCount } }", "A"),
        signature(QUERY, "Mine"),
        signature(QUERY, "Other"),
    ]
    assert len({one.hash for one in asked}) == 5


def test_a_word_that_is_no_value_of_the_schema_is_somebodys() -> None:
    query = "mutation { createCreator(input: {name: ZAPHOD}) { userErrors { message } } }"
    assert "ZAPHOD" not in signature(query).text
    assert "ZAPHOD" not in signature("{ creators(first: ZAPHOD, orderBy: NAME) { totalCount } }").text


class TestWhereTheyAreLogged:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url, slow_operation_ms=0)

    async def test_the_line_says_what_it_was_and_what_it_cost(self, client: AsyncClient, organization: Actor) -> None:
        body = {"query": QUERY, "operationName": "Mine", "variables": {"n": 5, "name": "zaphod"}}
        with capture_logs() as lines:
            answer = await client.post("/graphql", json=body)
        (line,) = [one for one in lines if one["event"] == "slow operation"]
        assert line.pop("duration_ms") > 0
        assert line.pop("key_id")
        assert line["cost"] > 0
        assert line == {
            "event": "slow operation",
            "log_level": "warning",
            "type": "query",
            "name": "Mine",
            "operation": signature(QUERY, "Mine").text,
            "hash": signature(QUERY, "Mine").hash,
            "cost": line["cost"],
            "errors": 0,
            "request_id": answer.headers["x-request-id"],
            "organization_id": organization.organization_id,
        }
        assert "zaphod" not in str(lines)

    async def test_what_was_refused_meanwhile_has_one_too(self, client: AsyncClient) -> None:
        body = {"query": "query ($n: Int!) { accounts(first: $n) { totalCount } }", "variables": {"n": "zaphod"}}
        with capture_logs() as lines:
            assert "errors" in (await client.post("/graphql", json=body)).json()
        (line,) = [one for one in lines if one["event"] == "slow operation"]
        assert (line["errors"], line["name"]) == (None, None)


class TestWhereTheyAreQuick:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url, slow_operation_ms=60_000)

    async def test_there_is_no_line(self, client: AsyncClient) -> None:
        with capture_logs() as lines:
            await client.post("/graphql", json={"query": "{ viewer { organization { name } } }"})
        assert [one["event"] for one in lines] == ["request"]
