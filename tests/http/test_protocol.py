from pathlib import Path

import httpx
import pytest

from http_fixtures import LiveServer
from live import opened
from servers import exchange, running


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


@pytest.mark.parametrize("header", [b"X-Large: " + b"x" * 30_000, b"Sec-WebSocket-Version: 1"], ids=["large", "old"])
def test_a_handshake_that_cannot_be_answered_is_hung_up_on(live_server: LiveServer, header: bytes) -> None:
    upgrade = (
        b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n%b\r\n\r\n" % header
    )
    assert b" 101 " not in exchange(live_server.url, upgrade).partition(b"\r\n")[0]


async def test_the_log_knows_nothing_of_what_is_sent_over_a_socket(sqlite_url: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": sqlite_url, "LOG_LEVEL": "DEBUG"}
    with running(tmp_path / "server.log", settings) as server:
        async with opened(server.url, path="/graphql?api_key=ca_in_the_url") as client:
            await client.send({"type": "connection_init", "payload": {"Authorization": "Bearer ca_in_a_message"}})
            assert (await client.closed())[0] == 4403
        server.stop()
        log = server.log.read_text()
    assert '"code":4403' in log
    assert "ca_in" not in log
