import re

import pytest
from httpx import AsyncClient
from starlette.requests import Request
from structlog.testing import capture_logs

from creatoraudit import errors
from creatoraudit.http.problems import TITLES, problem

REQUEST_ID = {"X-Request-ID": "req-1"}


async def test_an_error_is_a_problem_document(anonymous: AsyncClient) -> None:
    answer = await anonymous.get("/v2/fail/conflict?key=secret", headers=REQUEST_ID)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(answer.json().items()) == [
        ("type", "urn:creatoraudit:error:conflict"),
        ("title", "Conflict"),
        ("status", 409),
        ("detail", "Taken."),
        ("code", "CONFLICT"),
        ("instance", "/v2/fail/conflict"),
        ("request_id", "req-1"),
    ]


async def test_a_validation_error_names_the_fields(anonymous: AsyncClient) -> None:
    document = (await anonymous.get("/v2/fail/invalid")).json()
    assert document["title"] == "Unprocessable Entity"
    assert document["type"] == "urn:creatoraudit:error:validation-error"
    assert document["detail"] == "Request failed validation."
    assert document["errors"] == [{"field": "video_ids[3]", "message": "must be a UUID"}]


async def test_a_fault_is_masked_and_logged_under_the_requests_id(anonymous: AsyncClient) -> None:
    with capture_logs() as logs:
        answer = await anonymous.get("/v2/fail/bug", headers=REQUEST_ID)
    assert answer.status_code == 500
    assert answer.json()["code"] == "INTERNAL_ERROR"
    assert answer.json()["detail"] == "An internal error occurred."
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text

    (fault,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert fault["request_id"] == "req-1"
    assert isinstance(fault["exc_info"], RuntimeError)


async def test_what_is_away_says_when_to_come_again(anonymous: AsyncClient) -> None:
    answer = await anonymous.get("/v2/fail/away")
    assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "3"


@pytest.mark.parametrize("path", ["/nowhere", "/v2", "/v2/", "/v2/probe/", "/v2/probe/1", "/static/", "/v2/%C3%A9?q=1"])
async def test_an_unknown_path_is_a_problem(anonymous: AsyncClient, path: str) -> None:
    answer = await anonymous.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "NOT_FOUND"
    assert answer.json()["instance"] == path.partition("?")[0]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", "/v2/probe", "DELETE, GET, HEAD, POST, PUT"),
        ("OPTIONS", "/v2/probe", "DELETE, GET, HEAD, POST, PUT"),
        ("BREW", "/v2/where", "GET, HEAD"),
        ("POST", "/static/x.js", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_learns_the_right_ones(anonymous: AsyncClient, method: str, path: str, allow: str) -> None:
    answer = await anonymous.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == allow


def test_every_error_has_the_title_of_its_status() -> None:
    def tree(error: type[errors.CreatorAuditError]) -> set[type[errors.CreatorAuditError]]:
        return {error}.union(*(tree(child) for child in error.__subclasses__()))

    for error in tree(errors.CreatorAuditError):
        assert error.status in TITLES
        assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", error.code)


def test_a_path_that_came_without_its_raw_form_is_quoted() -> None:
    request = Request({"type": "http", "path": "/v2/é ü", "creatoraudit.request_id": "r"})
    assert b'"instance":"/v2/%C3%A9%20%C3%BC"' in problem(errors.NotFound("Path"), request).body
