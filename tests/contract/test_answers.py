"""What every answer carries: request ids, limits, tags; and HEAD wherever there is GET."""

import uuid

import pytest
from httpx import Headers, Response

from contract.worlds import World, every, example_of
from creatoraudit.rest.endpoint import AnyEndpoint, HTMLPage

pytestmark = pytest.mark.asyncio(loop_scope="module")

RATE_LIMIT = {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}
VOLATILE = {"x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset"}


def is_get(endpoint: AnyEndpoint) -> bool:
    return endpoint.method == "GET"


async def ask(world: World, endpoint: AnyEndpoint, method: str | None = None, **headers: str) -> Response:
    """The answer to a request whose body is wrong where one is expected, so that nothing changes."""
    return await world.client.request(
        method or endpoint.method,
        world.path(endpoint) + ("" if is_get(endpoint) else "?surprise=1"),
        headers=world.authorized() | {name.replace("_", "-"): value for name, value in headers.items()},
        json=example_of(endpoint),
    )


def stable(headers: Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in VOLATILE}


@every()
async def test_the_request_id_is_the_clients_own(world: World, endpoint: AnyEndpoint) -> None:
    name = "aZ09._-" * 18
    assert (await ask(world, endpoint, X_Request_ID=name)).headers["x-request-id"] == name


@every()
@pytest.mark.parametrize("name", ["", "two words", "x" * 129, "a/b"])
async def test_any_other_request_id_is_replaced(world: World, endpoint: AnyEndpoint, name: str) -> None:
    given = (await ask(world, endpoint, X_Request_ID=name)).headers["x-request-id"]
    assert str(uuid.UUID(given)) == given


@every()
async def test_the_limit_is_told_to_those_who_have_one(world: World, endpoint: AnyEndpoint) -> None:
    first, second = await ask(world, endpoint), await ask(world, endpoint)
    assert RATE_LIMIT & first.headers.keys() == (set() if endpoint.public else RATE_LIMIT)
    if not endpoint.public and first.headers["x-ratelimit-reset"] == second.headers["x-ratelimit-reset"]:
        spent = int(first.headers["x-ratelimit-remaining"]) - int(second.headers["x-ratelimit-remaining"])
        assert spent == 1


@every(is_get)
async def test_head_is_get_without_a_body(world: World, endpoint: AnyEndpoint) -> None:
    get, head = await ask(world, endpoint), await ask(world, endpoint, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert stable(head.headers) == stable(get.headers)


@every(is_get)
@pytest.mark.parametrize("sent", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_an_answer_that_still_stands(world: World, endpoint: AnyEndpoint, method: str, sent: str) -> None:
    whole = await ask(world, endpoint)
    tag = whole.headers["etag"]
    assert tag.startswith('"')
    answer = await ask(world, endpoint, method, If_None_Match=sent.replace("{tag}", tag))
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert RATE_LIMIT & answer.headers.keys() == (set() if endpoint.public else RATE_LIMIT)
    if HTMLPage not in endpoint.answers.values():
        assert whole.headers["cache-control"] == answer.headers["cache-control"] == "private, no-cache"


@every(lambda endpoint: not is_get(endpoint))
async def test_other_methods_are_not_tagged(world: World, endpoint: AnyEndpoint) -> None:
    answer = await ask(world, endpoint, If_None_Match="*")
    assert answer.status_code == 422
    assert "etag" not in answer.headers
