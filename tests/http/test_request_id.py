import uuid

import pytest
from httpx import AsyncClient

PATHS = ["/", "/healthz", "/v2/probe", "/v2/where", "/v2/fail/conflict", "/v2/fail/bug", "/nowhere", "/static/nothing"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH"])
async def test_every_answer_has_the_clients_own_id(anonymous: AsyncClient, method: str) -> None:
    name = "a.B_c-9" + "x" * 121
    for path in PATHS:
        answer = await anonymous.request(method, path, headers={"X-Request-ID": name})
        assert answer.headers.get_list("x-request-id") == [name], path


async def test_any_other_id_is_replaced_by_a_fresh_uuid(anonymous: AsyncClient) -> None:
    seen = set()
    for sent in (None, "", "x" * 129, "two words", "semi;colon", "nül".encode("latin-1"), "a\tb", "a,b"):
        headers = {} if sent is None else {"X-Request-ID": sent}
        answer = await anonymous.get("/healthz", headers=headers)
        seen.add(uuid.UUID(answer.headers["x-request-id"]))
    assert len(seen) == 8
