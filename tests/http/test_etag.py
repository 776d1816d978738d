import pytest
from httpx import AsyncClient


async def test_an_answer_is_tagged_strongly(client: AsyncClient) -> None:
    first, second = await client.get("/v2/probe"), await client.get("/v2/probe")
    assert first.headers["etag"] == second.headers["etag"]
    assert first.headers["etag"].startswith('"')
    assert first.headers["etag"].endswith('"')
    assert first.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("sent", ["{tag}", "W/{tag}", '"other", {tag}', '"a,b" ,W/"c",{tag}', "*", " * "])
async def test_a_known_answer_is_not_sent_again(client: AsyncClient, method: str, sent: str) -> None:
    tag = (await client.get("/v2/probe")).headers["etag"]
    answer = await client.request(method, "/v2/probe", headers={"If-None-Match": sent.replace("{tag}", tag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == tag
    assert answer.headers["cache-control"] == "private, no-cache"
    assert {"x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= answer.headers.keys()
    assert not {"content-type", "content-length"} & answer.headers.keys()


async def test_tags_may_stand_in_several_header_lines(client: AsyncClient) -> None:
    tag = (await client.get("/v2/probe")).headers["etag"]
    lines = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert (await client.get("/v2/probe", headers=lines)).status_code == 304


@pytest.mark.parametrize("sent", ['"other"', "", "unquoted", '"*"'])
async def test_another_tag_gets_the_whole_answer(client: AsyncClient, sent: str) -> None:
    answer = await client.get("/v2/probe", headers={"If-None-Match": sent})
    assert answer.status_code == 200
    assert answer.json()["word"] == "façade"


async def test_errors_and_writes_are_never_tagged(client: AsyncClient) -> None:
    refused = await client.get("/v2/probe", headers={"If-None-Match": "*", "Accept": "text/html"})
    assert refused.status_code == 406
    assert "etag" not in refused.headers
    created = await client.post("/v2/probe", json={}, headers={"If-None-Match": "*"})
    assert created.status_code == 201
    assert "etag" not in created.headers
