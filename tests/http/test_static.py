import gzip
from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.routing import Mount

from creatoraudit.http.static import MEDIA_TYPES, STATIC, assets_version, static_app

PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = Starlette(routes=[Mount("/static", static_app)])
    async with AsyncClient(transport=ASGITransport(app), base_url="http://server.test") as client:
        yield client


@pytest.fixture
def script() -> str:
    return f"/static/{assets_version()}/graphiql.js"


def test_every_built_file_has_a_media_type() -> None:
    built = [path for path in (STATIC / assets_version()).iterdir() if path.suffix != ".gz"]
    assert {path.suffix for path in built} <= MEDIA_TYPES.keys()


async def test_a_file_may_be_kept_for_ever(client: AsyncClient, script: str) -> None:
    answer = await client.get(script, headers=PLAIN)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-encoding" not in answer.headers
    assert answer.content == (STATIC / assets_version() / "graphiql.js").read_bytes()


@pytest.mark.parametrize("accepted", ["gzip", "br;q=1.0, GZIP;q=0.5", "deflate, *"])
async def test_who_accepts_gzip_gets_the_same_compressed(client: AsyncClient, script: str, accepted: str) -> None:
    plain = await client.get(script, headers=PLAIN)
    packed = await client.get(script, headers={"Accept-Encoding": accepted})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "*;q=0.0", "gzip;q=0, *"])
async def test_who_does_not_accept_gzip_gets_the_plain_file(client: AsyncClient, script: str, accepted: str) -> None:
    answer = await client.get(script, headers={"Accept-Encoding": accepted})
    assert "content-encoding" not in answer.headers


async def test_a_known_tag_answers_304_for_its_encoding_only(client: AsyncClient, script: str) -> None:
    plain = (await client.get(script, headers=PLAIN)).headers["etag"]
    assert not plain.startswith("W/")

    known = await client.get(script, headers=PLAIN | {"If-None-Match": f'"other", W/{plain}'})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", plain)

    other_encoding = await client.get(script, headers={"Accept-Encoding": "gzip", "If-None-Match": plain})
    assert other_encoding.status_code == 200


async def test_head_answers_the_headers_of_get(client: AsyncClient, script: str) -> None:
    get, head = await client.get(script), await client.head(script)
    assert head.content == b""
    assert head.headers == get.headers


@pytest.mark.parametrize(
    "path", ["", "nothing.js", "../http/static.py", "%2e%2e/http/static.py", "graphiql.js", "{version}/graphiql.js.gz"]
)
async def test_only_built_files_are_served(client: AsyncClient, path: str) -> None:
    path = path.replace("{version}", assets_version())
    assert (await client.get(f"/static/{path}")).status_code == 404


async def test_files_cannot_be_written(client: AsyncClient, script: str) -> None:
    answer = await client.put(script, content=b"")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_the_compressed_twins_hold_the_same() -> None:
    for twin in (STATIC / assets_version()).glob("*.gz"):
        assert gzip.decompress(twin.read_bytes()) == twin.with_suffix("").read_bytes(), twin.name
