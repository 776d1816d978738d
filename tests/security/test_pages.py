"""What browsers are told about pages, and caches about answers."""

import pytest
from httpx import AsyncClient
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from creatoraudit.http.static import assets_version

PAGES = {"/", "/graphql", "/v2/docs"}
TOLD = {
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PRIVATE = ("private, no-cache", "no-store", "private, no-store")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def paths_of(app: Starlette) -> list[str]:
    """The paths of all routes, those that stand in another one too; of parameters, their names."""
    left, found = list(app.routes), []
    while left:
        one = left.pop()
        if isinstance(one, Route):
            found.append(one.path)
        elif not isinstance(one, Mount):
            left += getattr(one, "routes", ())
    return found


async def test_every_page_says_what_it_may_load(app: Starlette, anonymous: AsyncClient) -> None:
    pages = set()
    for path in paths_of(app):
        answer = await anonymous.get(path, headers=BROWSER)
        if answer.headers.get("content-type", "").startswith("text/html"):
            pages.add(path)
            assert set(answer.headers) >= TOLD, path
            policy = dict(one.partition(" ")[::2] for one in answer.headers["content-security-policy"].split("; "))
            assert policy["default-src"] == policy.get("script-src", "'self'") == "'self'"
            assert (
                policy["frame-ancestors"]
                == policy["base-uri"]
                == policy["form-action"]
                == policy["object-src"]
                == "'none'"
            )
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cross-origin-opener-policy"] == "same-origin"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert pages == PAGES


@pytest.mark.usefixtures("organization")
async def test_every_other_answer_is_not_guessed_at_and_what_is_private_not_kept(
    app: Starlette, client: AsyncClient, anonymous: AsyncClient
) -> None:
    asked = 0
    for path in paths_of(app):
        for asker in (client, anonymous):
            for method in ("GET", "POST", "DELETE"):
                answer = await asker.request(method, path)
                if not answer.headers.get("content-type", "").startswith("text/html"):
                    asked += 1
                    assert answer.headers["x-content-type-options"] == "nosniff", (method, path)
                    if "x-ratelimit-limit" in answer.headers:
                        assert answer.headers["cache-control"] in PRIVATE, (method, path, answer.status_code)
    assert asked > 100
    graphql = await client.post("/graphql", json={"query": "{ accounts { totalCount } }"})
    assert graphql.headers["cache-control"] == "no-store"
    created = await client.post("/v2/creators", json={"name": "Jo"})
    assert (created.status_code, created.headers["cache-control"]) == (201, "no-store")


async def test_assets_are_what_they_say(app: Starlette, anonymous: AsyncClient) -> None:
    assert any(isinstance(one, Mount) and one.path == "/static" for one in app.routes)
    asset = await anonymous.get(f"/static/{assets_version()}/favicon.svg")
    assert (asset.status_code, asset.headers["x-content-type-options"]) == (200, "nosniff")
