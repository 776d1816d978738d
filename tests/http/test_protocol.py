import httpx
import pytest

from http_fixtures import LiveServer
from servers import exchange


@pytest.mark.parametrize(
    ("start", "endless"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"X-Header: " + b"x" * 1000 + b"\r\n"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Header: ", b"x" * 1000),
        (b"GET /healthz?", b"x" * 1000),
        (b"POST /v2/where HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 1000),
        (b"POST /v2/where HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: x\r\n" * 200),
    ],
    ids=["headers", "header", "url", "chunk extension", "trailers"],
)
def test_who_never_comes_to_the_point_is_cut_off(live_server: LiveServer, start: bytes, endless: bytes) -> None:
    answer = exchange(live_server.url, start, *[endless] * 2000)
    assert b" 200 " not in answer.partition(b"\r\n")[0]
    assert httpx.get(f"{live_server.url}/healthz").is_success


def test_usual_headers_are_not_too_large(live_server: LiveServer) -> None:
    answer = httpx.get(f"{live_server.url}/healthz?{'q' * 8000}", headers={"X-Large": "x" * 30_000})
    assert answer.status_code == 200
