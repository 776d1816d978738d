import pytest
from httpx import AsyncClient
from structlog.testing import capture_logs

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import an_api_key


async def test_a_line_says_who_asked_what_and_how_it_went(
    anonymous: AsyncClient, db: Database, organization: Actor
) -> None:
    made = await an_api_key(db, organization)
    headers = {"Authorization": f"Bearer {made.key}", "X-Request-ID": "req-7"}
    with capture_logs() as lines:
        await anonymous.get(f"/v2/probe?api_key={made.key}", headers=headers)
    (line,) = lines
    assert line.pop("duration_ms") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "path": "/v2/probe",
        "status": 200,
        "request_id": "req-7",
        "organization_id": organization.organization_id,
        "key_id": made.row.id,
        "client": "127.0.0.1",
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v2/probe", 401), ("/no%1B%C3%A9", 404), ("/v2/fail/bug", 500), ("/static/x", 404), ("/", 200)],
)
async def test_every_answer_has_its_line(anonymous: AsyncClient, path: str, status: int) -> None:
    with capture_logs() as lines:
        await anonymous.get(path)
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["path"], line["status"], line["key_id"]) == (path, status, None)
