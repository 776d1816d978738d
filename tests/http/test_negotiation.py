import pytest
from httpx import AsyncClient

from creatoraudit.http.negotiation import preferred

JSON, HTML = "application/json", "text/html"


async def test_a_client_that_takes_no_json_is_refused(client: AsyncClient) -> None:
    refused = ["text/html", "image/*", "application/xml", "*/*;q=0", "application/*;q=0.000", "json", ";", "*/json"]
    for accept in refused:
        answer = await client.get("/v2/probe", headers={"Accept": accept})
        assert (answer.status_code, answer.json()["code"]) == (406, "NOT_ACCEPTABLE"), accept
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_client_that_takes_json_somehow_is_served(client: AsyncClient) -> None:
    served = [
        "",
        "*/*",
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/problem+json",
        "application/*",
        "text/html, */*;q=0.1",
        "text/html;q=0.9 , application/json;q=0.001",
        'text/plain; x=", "; q=1, application/json',
        "application/json;q=nonsense, application/*;q=0.5",
        ", ,application/json,",
    ]
    for accept in served:
        answer = await client.get("/v2/probe", headers={"Accept": accept})
        assert answer.status_code == 200, accept
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("text/html", HTML),
        ("application/json;q=0.5, text/html;q=0.6", HTML),
        ("text/*;q=0.6, application/json;q=0.6", JSON),
        ("text/html, */*", HTML),
        ("text/html, application/json", JSON),
        ("*/*, application/json;q=0", HTML),
        ("*/*;q=0.1, application/json;q=0.05", HTML),
        ("application/json;q=0.2;ext=1, text/html;q=0.1", JSON),
        ("image/png", None),
    ],
)
def test_the_weights_decide(accept: str | None, chosen: str | None) -> None:
    headers = [] if accept is None else [(b"accept", accept.encode())]
    assert preferred({"type": "http", "headers": headers}, [JSON, HTML]) == chosen


def test_several_header_lines_are_one_list() -> None:
    lines = [(b"accept", b"image/png"), (b"accept", b"text/html")]
    assert preferred({"type": "http", "headers": lines}, [JSON, HTML]) == HTML


async def test_a_write_must_be_json(client: AsyncClient) -> None:
    for content_type in (None, "", "text/plain", "application/x-www-form-urlencoded", "application/json5", "json"):
        headers = {} if content_type is None else {"Content-Type": content_type}
        answer = await client.post("/v2/probe", content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE"), content_type
    assert (await client.post("/v2/probe")).status_code == 415, "an empty body has no type either"


async def test_json_may_name_a_charset(client: AsyncClient) -> None:
    for content_type in ("application/json", "application/json; charset=utf-8", "APPLICATION/JSON;Charset=UTF-8"):
        answer = await client.post("/v2/probe", content=b"{}", headers={"Content-Type": content_type})
        assert answer.status_code == 201, content_type
