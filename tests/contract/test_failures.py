"""Every endpoint turns wrong requests away as the contract says, in the order it says."""

import json

import pytest

from contract.problems import fields_of, problem_of
from contract.worlds import World, every, example_of
from creatoraudit.domain.actor import KeyScope
from creatoraudit.rest.endpoint import PREFIX, AnyEndpoint, HTMLPage
from creatoraudit.rest.routes import ENDPOINTS

pytestmark = pytest.mark.asyncio(loop_scope="module")

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
UNKNOWN = "01977f0e-0000-7000-8000-000000000000"


def has_key(endpoint: AnyEndpoint) -> bool:
    return not endpoint.public


def has_body(endpoint: AnyEndpoint) -> bool:
    return endpoint.body is not None


def writes(endpoint: AnyEndpoint) -> bool:
    return endpoint.scope is not KeyScope.READ


def has_ids(endpoint: AnyEndpoint) -> bool:
    return bool(endpoint.path_ids)


async def test_every_path_below_the_prefix_comes_from_the_table(world: World) -> None:
    routes = [route for one in world.app.routes for route in getattr(one, "routes", [one])]
    served = {route.path for route in routes if route.path.startswith(PREFIX)}
    assert served == {PREFIX + endpoint.path for endpoint in ENDPOINTS}


async def test_only_the_read_only_batches_are_posts_that_any_key_may_call() -> None:
    harmless = {(one.method, one.path) for one in ENDPOINTS if one.method != "GET" and not writes(one)}
    batches = ("/accounts/metrics", "/videos/metrics", "/account-videos/metrics", "/videos/deltas")
    assert harmless == {("POST", path) for path in batches}
    assert not [one for one in ENDPOINTS if one.method == "GET" and writes(one)]


async def test_only_these_need_no_key() -> None:
    assert {one.path for one in ENDPOINTS if one.public} == {"/health", "/meta", "/openapi.json", "/docs"}


@every(has_key)
async def test_without_a_key(world: World, endpoint: AnyEndpoint) -> None:
    answer = await world.client.request(endpoint.method, world.path(endpoint))
    problem_of(answer, 401, "UNAUTHORIZED")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "x-ratelimit-limit" not in answer.headers


@every(has_key)
async def test_with_an_unknown_key(world: World, endpoint: AnyEndpoint) -> None:
    unknown = world.authorized("ca_" + "x" * 43)
    answer = await world.client.request(endpoint.method, world.path(endpoint), headers=unknown)
    problem_of(answer, 401, "UNAUTHORIZED")
    assert answer.headers["www-authenticate"] == "Bearer"


@every(has_key)
async def test_with_a_disabled_key(world: World, endpoint: AnyEndpoint) -> None:
    disabled = world.authorized(world.disabled_key)
    answer = await world.client.request(endpoint.method, world.path(endpoint), headers=disabled)
    problem_of(answer, 403, "FORBIDDEN")


@every(writes)
async def test_with_a_key_that_only_reads(world: World, endpoint: AnyEndpoint) -> None:
    headers = world.authorized(world.read_key)
    answer = await world.client.request(endpoint.method, world.path(endpoint), headers=headers)
    document = problem_of(answer, 403, "INSUFFICIENT_SCOPE")
    assert document["detail"] == "This operation requires the 'write' scope."


@every(lambda endpoint: has_key(endpoint) and not writes(endpoint))
async def test_a_key_that_only_reads_may_read(world: World, endpoint: AnyEndpoint) -> None:
    headers = world.authorized(world.read_key)
    answer = await world.client.request(
        endpoint.method, world.path(endpoint), headers=headers, json=example_of(endpoint)
    )
    assert answer.status_code == 200, answer.text


@every(has_ids)
async def test_with_ids_of_another_organization(world: World, endpoint: AnyEndpoint) -> None:
    for name in endpoint.path_ids:
        ids = world.ids | {name: world.foreign_ids[name]}
        foreign = await world.client.request(
            endpoint.method, world.path(endpoint, ids), headers=world.authorized(), json=example_of(endpoint)
        )
        ids = world.ids | {name: UNKNOWN}
        unknown = await world.client.request(
            endpoint.method, world.path(endpoint, ids), headers=world.authorized(), json=example_of(endpoint)
        )
        assert problem_of(foreign, 404, "NOT_FOUND")["detail"] == problem_of(unknown, 404, "NOT_FOUND")["detail"]


@every(has_ids)
async def test_with_malformed_ids(world: World, endpoint: AnyEndpoint) -> None:
    for name in endpoint.path_ids:
        path = world.path(endpoint, world.ids | {name: "17"})
        answer = await world.client.request(
            endpoint.method, path, headers=world.authorized(), json=example_of(endpoint)
        )
        assert fields_of(answer) == {name: "must be a UUID"}


@every()
async def test_with_methods_that_the_path_does_not_have(world: World, endpoint: AnyEndpoint) -> None:
    allowed = {one.method for one in ENDPOINTS if one.path == endpoint.path}
    for method in set(METHODS) - allowed:
        answer = await world.client.request(method, world.path(endpoint))
        problem_of(answer, 405, "METHOD_NOT_ALLOWED")
        expected = allowed | ({"HEAD"} if "GET" in allowed else set())
        assert set(answer.headers["allow"].split(", ")) == expected


@every(has_body)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_with_a_body_of_another_type(world: World, endpoint: AnyEndpoint, content_type: str | None) -> None:
    headers = world.authorized() | ({"Content-Type": content_type} if content_type else {})
    answer = await world.client.request(
        endpoint.method, world.path(endpoint), headers=headers, content=json.dumps(example_of(endpoint))
    )
    problem_of(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


@every(lambda endpoint: endpoint.method != "GET")
async def test_with_an_oversize_body(world: World, endpoint: AnyEndpoint) -> None:
    headers = world.authorized() | {"Content-Type": "application/json"}
    answer = await world.client.request(
        endpoint.method, world.path(endpoint), headers=headers, content=b" " * (2**20 + 1)
    )
    problem_of(answer, 413, "PAYLOAD_TOO_LARGE")


@every(has_body)
@pytest.mark.parametrize("body", [b"", b"{", b'{"a": NaN}', b'{"a": 1, "a": 2}', b'{"a": "\xff"}'])
async def test_with_a_body_that_is_no_json(world: World, endpoint: AnyEndpoint, body: bytes) -> None:
    headers = world.authorized() | {"Content-Type": "application/json; charset=utf-8"}
    answer = await world.client.request(endpoint.method, world.path(endpoint), headers=headers, content=body)
    problem_of(answer, 400, "BAD_REQUEST")


@every(has_body)
async def test_with_a_body_that_is_no_object(world: World, endpoint: AnyEndpoint) -> None:
    answer = await world.client.request(endpoint.method, world.path(endpoint), headers=world.authorized(), json=[])
    assert fields_of(answer) == {"body": "must be an object"}


@every(has_body)
async def test_with_an_unknown_field(world: World, endpoint: AnyEndpoint) -> None:
    example = example_of(endpoint) or {}
    known = next(iter(endpoint.body.model_fields))
    answer = await world.client.request(
        endpoint.method, world.path(endpoint), headers=world.authorized(), json=example | {f"{known}s": 1}
    )
    assert fields_of(answer) == {f"{known}s": f"is not a known field, did you mean '{known}'?"}


@every(lambda endpoint: endpoint.method in {"PUT", "DELETE"})
async def test_with_a_body_where_there_is_none(world: World, endpoint: AnyEndpoint) -> None:
    answer = await world.client.request(endpoint.method, world.path(endpoint), headers=world.authorized(), json={})
    assert fields_of(answer) == {"body": "must be empty"}


@every()
async def test_with_an_unknown_parameter(world: World, endpoint: AnyEndpoint) -> None:
    answer = await world.client.request(
        endpoint.method,
        f"{world.path(endpoint)}?surprise=1",
        headers=world.authorized(),
        json=example_of(endpoint),
    )
    assert fields_of(answer) == {"surprise": "is not a known parameter"}


@every(lambda endpoint: HTMLPage not in endpoint.answers.values())
@pytest.mark.parametrize("accept", ["text/html", "application/xml, image/*", "application/json;q=0"])
async def test_with_an_accept_that_allows_no_json(world: World, endpoint: AnyEndpoint, accept: str) -> None:
    answer = await world.client.request(
        endpoint.method, world.path(endpoint), headers=world.authorized() | {"Accept": accept}
    )
    problem_of(answer, 406, "NOT_ACCEPTABLE")


@every(lambda endpoint: writes(endpoint) and has_body(endpoint))
async def test_the_checks_come_in_the_order_of_the_contract(world: World, endpoint: AnyEndpoint) -> None:
    path = world.path(endpoint, world.ids | dict.fromkeys(endpoint.path_ids, UNKNOWN))
    valid = json.dumps(example_of(endpoint)).encode()
    wrong = {"Accept": "text/html", "Content-Type": "text/plain"}
    steps = [
        (405, "TRACE", "?surprise=1", wrong, b" " * (2**20 + 1)),
        (401, endpoint.method, "?surprise=1", wrong, b" " * (2**20 + 1)),
        (403, endpoint.method, "?surprise=1", wrong | world.authorized(world.read_key), b" " * (2**20 + 1)),
        (406, endpoint.method, "?surprise=1", wrong | world.authorized(), b" " * (2**20 + 1)),
        (415, endpoint.method, "?surprise=1", {"Content-Type": "text/plain"}, b" " * (2**20 + 1)),
        (413, endpoint.method, "?surprise=1", {"Content-Type": "application/json"}, b" " * (2**20 + 1)),
        (400, endpoint.method, "?surprise=1", {"Content-Type": "application/json"}, b"{"),
        (422, endpoint.method, "?surprise=1", {"Content-Type": "application/json"}, valid),
        (404 if endpoint.path_ids else 201, endpoint.method, "", {"Content-Type": "application/json"}, valid),
    ]
    for status, method, query, headers, body in steps[:-1] if not endpoint.path_ids else steps:
        sent = (world.authorized() if status not in {401, 405} else {}) | headers
        answer = await world.client.request(method, path + query, headers=sent, content=body)
        assert answer.status_code == status, (status, answer.text)


@pytest.mark.parametrize("path", ["/v2", "/v2/", "/v2/accounts/", "/v2/nothing", "/v1/accounts", "/V2/accounts"])
async def test_an_unknown_path(world: World, path: str) -> None:
    answer = await world.client.get(path, headers=world.authorized())
    problem_of(answer, 404, "NOT_FOUND")
