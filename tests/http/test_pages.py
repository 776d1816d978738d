from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from creatoraudit.http import static
from creatoraudit.http.pages import docs_page, graphiql_page, index_page

PAGES = ["/", "/graphql", "/v2/docs"]
BASE_URL = "https://audit.test/api"


class Elements(HTMLParser):
    """The elements of a page, each with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = Starlette(
        routes=[
            Route("/", lambda _: index_page(BASE_URL)),
            Route("/graphql", lambda _: graphiql_page()),
            Route("/v2/docs", lambda _: docs_page()),
            Mount("/static", static.static_app),
        ]
    )
    async with AsyncClient(transport=ASGITransport(app), base_url="http://server.test") as client:
        yield client


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A checkout in which scripts/assets never ran."""
    monkeypatch.setattr(static, "STATIC", tmp_path / "static")
    static.assets_version.cache_clear()
    yield
    static.assets_version.cache_clear()


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_is_loaded_from_elsewhere_or_inline(client: AsyncClient, path: str) -> None:
    page = await client.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"

    for tag, attributes in Elements(page.text).found:
        assert not any(name.startswith("on") for name in attributes), "an inline handler"
        assert tag != "style"
        if tag == "script":
            assert attributes.get("src"), "an inline script"
        if tag in {"script", "link", "img"}:
            url = urljoin(path, attributes.get("src") or attributes.get("href") or "")
            assert url.startswith("/static/")
            assert (await client.get(url)).status_code == 200, url


@pytest.mark.parametrize("path", PAGES)
async def test_a_browser_is_told_to_load_nothing_else(client: AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"].split("; ")
    assert {"default-src 'self'", "worker-src 'self' blob:", "frame-ancestors 'none'"} <= set(policy)
    assert not any("script-src" in directive for directive in policy)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"


async def test_the_start_page_shows_requests_to_the_public_url(client: AsyncClient) -> None:
    page = (await client.get("/")).text
    assert f"{BASE_URL}/v2/accounts" in page
    assert f"{BASE_URL}/graphql" in page


def test_a_forged_host_cannot_write_markup() -> None:
    assert b"<script>alert" not in index_page("http://<script>alert(1)</script>").body


@pytest.mark.usefixtures("unbuilt")
@pytest.mark.parametrize("path", PAGES)
async def test_a_checkout_without_assets_says_how_to_build_them(client: AsyncClient, path: str) -> None:
    page = await client.get(path)
    assert page.status_code == 503
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<pre>scripts/assets</pre>" in page.text
