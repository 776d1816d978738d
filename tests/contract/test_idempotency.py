"""Creates that carry an Idempotency-Key can be repeated, all at once or later, and make one thing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from httpx import Response

from contract.problems import fields_of, problem_of
from contract.worlds import World, a_world, every, example_of, least_harm_first
from creatoraudit.rest.endpoint import AnyEndpoint
from creatoraudit.rest.routes import ENDPOINTS

CREATES = [one for one in ENDPOINTS if one.idempotent]


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with a_world(database_url) as made:
        yield made


def creates(endpoint: AnyEndpoint) -> bool:
    return endpoint.idempotent


async def create(world: World, endpoint: AnyEndpoint, key: str, **changes: object) -> Response:
    return await world.client.post(
        world.path(endpoint),
        json=(example_of(endpoint) or {}) | changes,
        headers=world.authorized() | {"Idempotency-Key": key},
    )


async def total(world: World, endpoint: AnyEndpoint) -> int:
    answer = await world.client.get(world.path(endpoint), params={"limit": 200}, headers=world.authorized())
    return len(answer.json()["data"])


async def test_these_can_be_repeated() -> None:
    assert {one.path for one in CREATES} == {"/accounts", "/videos", "/creators"}
    assert {one.path for one in ENDPOINTS if 201 in one.answers and one.method == "POST"} == {
        one.path for one in CREATES
    }


@every(creates)
async def test_twenty_at_once_make_one(world: World, endpoint: AnyEndpoint) -> None:
    before = await total(world, endpoint)
    answers = await asyncio.gather(*(create(world, endpoint, "twenty") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == len({answer.headers["location"] for answer in answers}) == 1
    replayed = [answer.headers.get("idempotency-replayed") for answer in answers]
    assert sorted(replayed, key=str) == [None] + ["true"] * 19
    assert await total(world, endpoint) == before + 1


@every(creates)
async def test_a_retry_gets_what_was_created_as_it_stands_now(world: World, endpoint: AnyEndpoint) -> None:
    first = await create(world, endpoint, "again")
    assert "idempotency-replayed" not in first.headers
    path = f"{world.path(endpoint)}/{first.json()['data']['id']}"
    assert first.headers["location"] == f"{world.client.base_url}{path}"
    await world.client.patch(path, json={"metadata": {"changed": True}}, headers=world.authorized())

    retry = await create(world, endpoint, "again")
    assert (retry.status_code, retry.headers["idempotency-replayed"]) == (201, "true")
    assert retry.headers["location"] == first.headers["location"]
    assert retry.json()["data"] == (await world.client.get(path, headers=world.authorized())).json()["data"]
    assert retry.json()["data"]["metadata"] == {"changed": True}

    await world.client.delete(path, headers=world.authorized())
    problem_of(await create(world, endpoint, "again"), 404, "NOT_FOUND")


@every(creates)
async def test_a_key_stands_for_one_request(world: World, endpoint: AnyEndpoint) -> None:
    await create(world, endpoint, "mine")
    refused = {"Idempotency-Key": "was used for a different request; use a new key for this one"}
    assert fields_of(await create(world, endpoint, "mine", metadata={"other": 1})) == refused
    for other in CREATES:
        if other is not endpoint:
            assert fields_of(await create(world, other, "mine")) == refused


@every(creates)
async def test_a_first_attempt_that_failed_leaves_the_key_free(world: World, endpoint: AnyEndpoint) -> None:
    problem_of(await create(world, endpoint, "free", is_active="yes"), 422, "VALIDATION_ERROR")
    assert (await create(world, endpoint, "free")).status_code == 201


@every(creates)
async def test_a_key_is_short_and_printable(world: World, endpoint: AnyEndpoint) -> None:
    for key in ("", "x" * 256, "tab\there"):
        refused = {"Idempotency-Key": "must be 1 to 255 printable characters"}
        assert fields_of(await create(world, endpoint, key)) == refused
    assert (await create(world, endpoint, "x" * 255)).status_code == 201


async def test_elsewhere_the_header_is_ignored(world: World) -> None:
    for endpoint in least_harm_first():
        if endpoint.idempotent:
            continue
        answer = await world.client.request(
            endpoint.method,
            world.path(endpoint),
            json=example_of(endpoint),
            headers=world.authorized() | {"Idempotency-Key": "x" * 256},
        )
        assert answer.is_success, (endpoint, answer.text)
        assert "idempotency-replayed" not in answer.headers
