"""Asking for fresh numbers, over REST and over GraphQL: the same minute counts for both."""

import datetime as dt
from typing import Any, NamedTuple

import pytest
from httpx import AsyncClient, Response

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.settings import Settings
from factories import a_video, an_account
from refreshed import due

MOMENT = dt.datetime(2026, 6, 14, 9, 30, 15, tzinfo=dt.UTC)


class Tracked(NamedTuple):
    """An account or a video of the organization."""

    noun: str
    id: str

    @property
    def path(self) -> str:
        return f"/v2/{self.noun}s/{self.id}"


@pytest.fixture(params=["account", "video"])
async def tracked(request: pytest.FixtureRequest, db: Database, organization: Actor) -> Tracked:
    made: Any = await (an_account if request.param == "account" else a_video)(db, organization)
    return Tracked(request.param, made.id)


async def mutate(client: AsyncClient, tracked: Tracked) -> Response:
    """The answer to the mutation."""
    name = f"refresh{tracked.noun.capitalize()}"
    query = (
        f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input)"
        f" {{ {tracked.noun} {{ databaseId }} userErrors {{ field message code }} }} }}"
    )
    return await client.post("/graphql", json={"query": query, "variables": {"input": {"id": tracked.id}}})


async def test_it_is_taken_on_and_answered_with_what_is_known(client: AsyncClient, tracked: Tracked) -> None:
    answer = await client.post(f"{tracked.path}/refresh")
    assert answer.status_code == 202
    assert answer.json() == (await client.get(tracked.path)).json()


async def test_a_mutation_does_the_same(client: AsyncClient, tracked: Tracked) -> None:
    answer = await mutate(client, tracked)
    assert answer.json()["data"] == {
        f"refresh{tracked.noun.capitalize()}": {tracked.noun: {"databaseId": tracked.id}, "userErrors": []}
    }


async def test_the_same_is_asked_for_once_a_minute(client: AsyncClient, tracked: Tracked) -> None:
    with clock.frozen(MOMENT):
        assert (await client.post(f"{tracked.path}/refresh")).status_code == 202
    with clock.frozen(MOMENT + dt.timedelta(seconds=20)):
        left = (await client.get(tracked.path)).headers["x-ratelimit-remaining"]
        refused = await client.post(f"{tracked.path}/refresh")
        assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
        assert refused.headers["retry-after"] == "40"
        assert refused.json()["detail"] == f"A refresh of the {tracked.noun} was asked for less than a minute ago."
        assert refused.headers["x-ratelimit-remaining"] == left, "a 429 costs nothing"

        (error,) = (await mutate(client, tracked)).json()["errors"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert error["extensions"]["retryAfter"] == 40
    with clock.frozen(MOMENT + dt.timedelta(seconds=60)):
        assert (await mutate(client, tracked)).json()["data"]
        assert (await client.post(f"{tracked.path}/refresh")).status_code == 429


async def test_each_has_a_minute_of_its_own(client: AsyncClient, db: Database, organization: Actor) -> None:
    for account in [await an_account(db, organization, username=f"acme{n}") for n in range(2)]:
        assert (await client.post(f"/v2/accounts/{account.id}/refresh")).status_code == 202


async def test_what_is_paused_is_not_refreshed(client: AsyncClient, tracked: Tracked) -> None:
    assert (await client.patch(tracked.path, json={"is_active": False})).status_code == 200
    refused = await client.post(f"{tracked.path}/refresh")
    assert (refused.status_code, refused.json()["code"]) == (409, "CONFLICT")
    assert refused.json()["detail"] == f"The {tracked.noun} is paused; resume it first."

    (payload,) = (await mutate(client, tracked)).json()["data"].values()
    assert payload == {
        tracked.noun: None,
        "userErrors": [{"field": None, "message": refused.json()["detail"], "code": "CONFLICT"}],
    }
    assert (await client.patch(tracked.path, json={"is_active": True})).status_code == 200
    assert (await client.post(f"{tracked.path}/refresh")).status_code == 202


class TestWithoutASource:
    """Only Instagram is refreshed here, and what is tracked is on TikTok."""

    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url, source_instagram="simulated")

    async def test_who_asks_is_told_that_nobody_is_going_to_look(
        self, client: AsyncClient, db: Database, tracked: Tracked
    ) -> None:
        before = await due(db, tracked.id)
        refused = await client.post(f"{tracked.path}/refresh")
        assert (refused.status_code, refused.json()["code"]) == (409, "CONFLICT")
        assert refused.json()["detail"] == (
            "Nothing on TikTok is refreshed: this server has no source for it. Its operator can name one."
        )
        (payload,) = (await mutate(client, tracked)).json()["data"].values()
        assert payload == {
            tracked.noun: None,
            "userErrors": [{"field": None, "message": refused.json()["detail"], "code": "CONFLICT"}],
        }
        assert await due(db, tracked.id) == before

    async def test_other_platforms_are_refreshed(self, client: AsyncClient, db: Database, organization: Actor) -> None:
        account = await an_account(db, organization, platform="instagram")
        assert (await client.post(f"/v2/accounts/{account.id}/refresh")).status_code == 202

    async def test_what_is_paused_or_not_there_is_told_first(self, client: AsyncClient, tracked: Tracked) -> None:
        assert (await client.patch(tracked.path, json={"is_active": False})).status_code == 200
        assert "is paused" in (await client.post(f"{tracked.path}/refresh")).json()["detail"]
        assert (await client.delete(tracked.path)).status_code == 204
        assert (await client.post(f"{tracked.path}/refresh")).status_code == 404
