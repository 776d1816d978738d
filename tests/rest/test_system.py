from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from creatoraudit.app import create_app
from creatoraudit.domain.actor import Actor
from creatoraudit.settings import Settings
from http_fixtures import BASE_URL


async def test_health_needs_no_key_and_is_not_limited(anonymous: AsyncClient) -> None:
    for _ in range(100):
        answer = await anonymous.get("/v2/health", headers={"Authorization": "Bearer nonsense"})
        assert (answer.status_code, answer.json()) == (200, {"data": {"type": "health", "status": "ok"}})


async def test_meta_tells_where_things_are(anonymous: AsyncClient) -> None:
    data = (await anonymous.get("/v2/meta", headers={"Host": "audit.example:8443"})).json()["data"]
    assert list(data.items()) == [
        ("type", "api_meta"),
        ("api_version", "v2"),
        ("status", "current"),
        ("docs_url", "http://audit.example:8443/v2/docs"),
        ("openapi_url", "http://audit.example:8443/v2/openapi.json"),
        ("whoami_url", "http://audit.example:8443/v2/whoami"),
        ("deprecation", None),
        ("sunset", None),
    ]


async def test_whoami_tells_whose_key_it_is(client: AsyncClient, organization: Actor) -> None:
    data = (await client.get("/v2/whoami")).json()["data"]
    assert list(data.items()) == [
        ("type", "whoami"),
        ("organization_id", organization.organization_id),
        ("api_key_name", "dashboard"),
    ]


async def test_the_docs_are_for_people_whatever_they_accept(anonymous: AsyncClient) -> None:
    answer = await anonymous.get("/v2/docs", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_the_document_names_this_server(anonymous: AsyncClient) -> None:
    document = (await anonymous.get("/v2/openapi.json")).json()
    assert (document["openapi"], document["info"]["title"]) == ("3.1.0", "CreatorAudit API v2")
    assert [server["url"] for server in document["servers"]] == ["http://api.test/v2"]


class TestBehindAPublicURL:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return Settings(database_url=database_url, public_url="https://audit.example/api/")

    async def test_every_absolute_url_starts_with_it(self, client: AsyncClient) -> None:
        made = await client.post("/v2/creators", json={"name": "Jo"})
        assert made.headers["location"].startswith("https://audit.example/api/v2/creators/")
        listed = await client.get("/v2/creators")
        assert listed.headers["link"] == '<https://audit.example/api/v2/creators>; rel="first"'
        meta = await client.get("/v2/meta")
        assert meta.json()["data"]["docs_url"] == "https://audit.example/api/v2/docs"
        document = await client.get("/v2/openapi.json")
        assert document.json()["servers"][0]["url"] == "https://audit.example/api/v2"


async def test_a_database_that_is_away_is_a_503(sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(Settings(database_url=sqlite_url))
    transport = ASGITransport(app)
    async with app.router.lifespan_context(app), AsyncClient(transport=transport, base_url=BASE_URL) as client:
        (tmp_path / "creatoraudit.db").unlink()
        for path in ("/v2/health", "/v2/accounts"):
            answer = await client.get(path, headers={"Authorization": "Bearer ca_unknown"})
            assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
            assert int(answer.headers["retry-after"]) >= 1
        assert (await client.get("/v2/meta")).status_code == 200
