"""What the wire shows, asked through plain sockets."""

import json
import time

import httpx

from http_fixtures import LiveServer
from servers import exchange


def test_an_answer_is_dated_and_keeps_quiet_about_the_server(live_server: LiveServer) -> None:
    headers = httpx.get(f"{live_server.url}/healthz").headers
    assert "date" in headers
    assert "server" not in headers


def test_a_large_body_is_refused_before_it_was_sent(live_server: LiveServer) -> None:
    head = (
        f"POST /v2/accounts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {live_server.key}\r\n"
        "Content-Type: application/json\r\nContent-Length: 2000000000\r\nConnection: close\r\n\r\n"
    )
    answer = exchange(live_server.url, head.encode(), b"{")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"title":"Payload Too Large"' in answer


def test_requests_of_one_connection_are_answered_in_turn(live_server: LiveServer) -> None:
    def request(path: str, extra: str = "") -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Request-ID: {path[1:]}\r\n{extra}\r\n".encode()

    answer = exchange(
        live_server.url, request("/healthz") + request("/nowhere") + request("/readyz", "Connection: close\r\n")
    )
    assert [line for line in answer.split(b"\r\n") if line.startswith(b"x-request-id")] == [
        b"x-request-id: healthz",
        b"x-request-id: nowhere",
        b"x-request-id: readyz",
    ]


def test_the_log_is_json_and_knows_no_secrets(live_server: LiveServer) -> None:
    name = "for-the-log"
    headers = {"Authorization": f"Bearer {live_server.key}", "X-Request-ID": name}
    assert httpx.get(f"{live_server.url}/v2/whoami", headers=headers).is_success
    deadline = time.monotonic() + 10
    while not (lines := [line for line in live_server.log.read_text().splitlines() if name in line]):
        assert time.monotonic() < deadline, "no line was written"
        time.sleep(0.02)
    (line,) = map(json.loads, lines)
    assert (line["event"], line["path"], line["status"]) == ("request", "/v2/whoami", 200)
    assert live_server.key not in live_server.log.read_text()
