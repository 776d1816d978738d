"""The document says everything: whoever reads only it can use the API."""

from collections.abc import Iterator
from typing import Any

import pytest

from creatoraudit.rest.routes import ENDPOINTS, openapi_document

DOCUMENT = openapi_document()
OPERATIONS = {
    operation["operationId"]: operation for methods in DOCUMENT["paths"].values() for operation in methods.values()
}


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for."""
    if "$ref" not in value:
        return value
    found: Any = DOCUMENT
    for part in value["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def references(value: Any) -> Iterator[str]:
    """Every reference in a part of the document."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "$ref":
                yield item
            else:
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_every_endpoint_is_an_operation_of_its_own() -> None:
    assert len(OPERATIONS) == len(ENDPOINTS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_described_with_examples(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert operation["description"].endswith(".")
    for parameter in map(resolved, operation["parameters"]):
        assert parameter["description"], parameter
    contents = [operation["requestBody"]["content"]] if "requestBody" in operation else []
    contents += [answer["content"] for answer in map(resolved, operation["responses"].values()) if "content" in answer]
    for content in contents:
        for media_type, described in content.items():
            assert media_type == "text/html" or "example" in described or "examples" in described


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_names_the_headers_and_failures_of_its_answers(name: str) -> None:
    operation = OPERATIONS[name]
    assert {"422", "500"} <= operation["responses"].keys()
    if operation.get("security") != []:
        assert {"401", "403", "429", "503"} <= operation["responses"].keys()
    for answer in map(resolved, operation["responses"].values()):
        assert "X-Request-ID" in answer["headers"]


def test_every_field_is_described() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            assert described.get("description") or "$ref" in described or field == "data", (name, field)


def test_what_requests_may_not_say_is_refused_by_their_schemas() -> None:
    for operation in OPERATIONS.values():
        if "requestBody" in operation:
            schema = resolved(operation["requestBody"]["content"]["application/json"]["schema"])
            assert schema["additionalProperties"] is False


def test_nothing_is_declared_that_is_not_used() -> None:
    used = set(references(DOCUMENT))
    for kind, declared in DOCUMENT["components"].items():
        if kind != "securitySchemes":
            assert {f"#/components/{kind}/{name}" for name in declared} <= used


def test_optional_parameters_are_absent_not_null() -> None:
    for operation in OPERATIONS.values():
        for parameter in map(resolved, operation["parameters"]):
            assert "anyOf" not in parameter["schema"], parameter
            assert parameter["schema"].get("default", "") is not None
