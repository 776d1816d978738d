"""What every problem document has in common."""

from typing import Any

from httpx import Response

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    413: "Payload Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
}


def problem_of(answer: Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer that must be this error, and nothing else."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    detail = document.get("detail")
    assert isinstance(detail, str)
    assert list(document.items())[:7] == [
        ("type", f"urn:creatoraudit:error:{code.lower().replace('_', '-')}"),
        ("title", TITLES[status]),
        ("status", status),
        ("detail", detail),
        ("code", code),
        ("instance", answer.request.url.raw_path.decode().partition("?")[0]),
        ("request_id", answer.headers["x-request-id"]),
    ]
    assert list(document)[7:] == (["errors"] if status == 422 else [])
    return document


def fields_of(answer: Response) -> dict[str, str]:
    """The messages of a failed validation, by field."""
    return {one["field"]: one["message"] for one in problem_of(answer, 422, "VALIDATION_ERROR")["errors"]}
