"""How many SQL statements an endpoint runs, whatever it finds: counted where the database gets them."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest

from contract import rows
from contract.worlds import World, a_world, example_of, least_harm_first, name_of
from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.ids import new_id
from creatoraudit.rest.endpoint import AnyEndpoint
from creatoraudit.rest.params import ListQuery
from creatoraudit.rest.routes import ENDPOINTS

BUDGETS = {
    "GET /health": 0,
    "GET /meta": 0,
    "GET /whoami": 0,
    "GET /openapi.json": 0,
    "GET /docs": 0,
    "GET /accounts": 1,
    "POST /accounts": 7,
    "GET /accounts/{account_id}": 1,
    "PATCH /accounts/{account_id}": 4,
    "POST /accounts/{account_id}/refresh": 3,
    "DELETE /accounts/{account_id}": 10,
    "GET /videos": 1,
    "POST /videos": 8,
    "GET /videos/{video_id}": 1,
    "PATCH /videos/{video_id}": 3,
    "POST /videos/{video_id}/refresh": 3,
    "DELETE /videos/{video_id}": 7,
    "GET /account-videos": 1,
    "GET /account-videos/{account_video_id}": 1,
    "GET /creators": 1,
    "POST /creators": 2,
    "GET /creators/{creator_id}": 1,
    "PATCH /creators/{creator_id}": 3,
    "DELETE /creators/{creator_id}": 1,
    "PUT /creators/{creator_id}/accounts/{account_id}": 2,
    "DELETE /creators/{creator_id}/accounts/{account_id}": 1,
    "GET /overview": 1,
    "GET /analytics": 1,
    "GET /accounts/{account_id}/analytics": 1,
    "GET /videos/{video_id}/analytics": 1,
    "GET /account-videos/{account_video_id}/analytics": 1,
    "GET /creators/{creator_id}/analytics": 1,
    "GET /analytics/timeseries": 1,
    "GET /accounts/{account_id}/timeseries": 1,
    "GET /videos/{video_id}/timeseries": 1,
    "GET /account-videos/{account_video_id}/timeseries": 1,
    "GET /creators/{creator_id}/timeseries": 1,
    "POST /accounts/metrics": 1,
    "POST /videos/metrics": 1,
    "POST /account-videos/metrics": 1,
    "POST /videos/deltas": 1,
    "GET /creators/top": 3,
    "GET /search": 3,
}
ONE_AT_A_TIME = ("POST /accounts", "POST /videos")
"""What waits, on PostgreSQL, for others that add the same profile or a post of its."""
"""Every endpoint has one; looking up a key that is not remembered costs one statement more."""

ASKED = {"GET /search": "?q=acme"}
"""What an endpoint is asked where it is not worth a statement to be asked nothing."""


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with a_world(database_url) as made:
        yield made


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements that run meanwhile, without those that look a key up or only frame a transaction."""
    statements: list[str] = []

    def note(sql: str) -> None:
        if "api_keys" not in sql and not sql.startswith(("BEGIN", "SET")):
            statements.append(sql)

    db.on_statement.append(note)
    try:
        yield statements
    finally:
        db.on_statement.remove(note)


async def statements_of(
    world: World, endpoint: AnyEndpoint, query: str = "", body: dict[str, Any] | None = None
) -> list[str]:
    """What the database is asked for an endpoint's example, or for another body."""
    body = body or example_of(endpoint)
    query = query or ASKED.get(name_of(endpoint), "")
    with counted(world.db) as statements:
        answer = await world.client.request(
            endpoint.method, world.path(endpoint) + query, headers=world.authorized(), json=body
        )
    assert answer.is_success, answer.text
    return statements


async def test_every_endpoint_keeps_its_budget(world: World) -> None:
    used = {name_of(endpoint): len(await statements_of(world, endpoint)) for endpoint in least_harm_first()}
    waits = {} if world.db.dialect.name == "sqlite" else {name: BUDGETS[name] + 1 for name in ONE_AT_A_TIME}
    assert used == BUDGETS | waits


async def test_the_budget_does_not_grow_with_the_rows(world: World) -> None:
    await _fill(world, 200)
    for endpoint in ENDPOINTS:
        budget = BUDGETS[name_of(endpoint)]
        if isinstance(endpoint.query, ListQuery):
            assert len(await statements_of(world, endpoint, "?limit=200")) == budget
            assert len(await statements_of(world, endpoint, "?limit=200&include_total=true")) == budget + 1
        elif endpoint.path == "/creators/top":
            assert len(await statements_of(world, endpoint, "?limit=25&period=90d")) == budget
        elif endpoint.path == "/search":
            for text in ("a", "real"):
                assert len(await statements_of(world, endpoint, f"?limit=25&q={text}")) == budget


async def test_the_budget_does_not_grow_with_the_days(world: World) -> None:
    longest = f"?start_date={clock.today() - dt.timedelta(days=729)}&end_date={clock.today()}"
    for endpoint in ENDPOINTS:
        if endpoint.query is not None and "start_date" in endpoint.query.model.model_fields:
            assert len(await statements_of(world, endpoint, longest)) == BUDGETS[name_of(endpoint)]


async def test_the_budget_does_not_grow_with_the_ids(world: World) -> None:
    unknown = [new_id() for _ in range(198)]
    numbers = list(range(1, 101))
    bodies: dict[str, dict[str, Any]] = {
        "/accounts/metrics": {"account_ids": [world.ids["account_id"], *unknown]},
        "/videos/metrics": {"video_ids": [world.ids["video_id"], world.ids["account_video_id"], *unknown]},
        "/videos/deltas": {"video_ids": [world.ids["video_id"], world.ids["account_video_id"], *unknown]},
        "/account-videos/metrics": {"instagram_post_ids": numbers, "tiktok_video_ids": numbers},
    }
    batches = [one for one in ENDPOINTS if one.method == "POST" and one.scope is KeyScope.READ]
    assert {one.path for one in batches} == bodies.keys()
    for endpoint in batches:
        assert len(await statements_of(world, endpoint, body=bodies[endpoint.path])) == BUDGETS[name_of(endpoint)]


async def _fill(world: World, count: int) -> None:
    db, actor, random = world.db, world.actor, Random(3)
    creators = rows.some_creators(actor, random, count)
    await rows.write(db, creators)
    accounts = rows.some_accounts(actor, random, count, creators)
    await rows.write(db, accounts)
    await rows.write_videos(db, actor, random, rows.some_posts(actor, random, accounts, "video", count))
    found = rows.some_posts(actor, random, accounts, "account_video", count)
    await rows.write_account_videos(db, actor, random, found)
