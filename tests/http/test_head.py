import pytest
from httpx import AsyncClient


async def test_head_answers_the_headers_of_get(client: AsyncClient) -> None:
    get, head = await client.get("/v2/probe"), await client.head("/v2/probe")
    volatile = {"x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset"}
    assert head.content == b""
    assert head.headers["content-length"] == str(len(get.content))
    assert {k: v for k, v in head.headers.items() if k not in volatile} == {
        k: v for k, v in get.headers.items() if k not in volatile
    }


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/v2/where", "/nowhere", "/v2/fail/bug"])
async def test_head_has_no_body_anywhere(anonymous: AsyncClient, path: str) -> None:
    get, head = await anonymous.get(path), await anonymous.head(path)
    assert head.content == b""
    assert head.status_code == get.status_code
    assert head.headers["content-type"] == get.headers["content-type"]
