from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient

from creatoraudit.errors import ValidationFailed
from creatoraudit.http.body import parse

MIB = 1_048_576
JSON = {"Content-Type": "application/json"}


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_an_object_arrives_as_it_was_sent(client: AsyncClient) -> None:
    sent = {"name": "Ünï 🎬 \u2028", "n": -(2**63), "m": 2**63 - 1, "f": 1.5e3, "l": [None, True, {}], "": {"a": []}}
    answer = await client.post("/v2/probe", json=sent)
    assert (answer.status_code, answer.json()) == (201, sent)


async def test_a_body_may_come_in_pieces(client: AsyncClient) -> None:
    answer = await client.post("/v2/probe", content=chunks(b'{"na', b'me":', b'"x"}'), headers=JSON)
    assert answer.json() == {"name": "x"}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "Expecting value at line 1, column 1"),
        (b"{", "line 1, column 2"),
        (b'{"a": 1,}', "line 1, column"),
        (b'{"a": 1} x', "Extra data"),
        (b"{'a': 1}", "line 1, column 2"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": 1e999}', "1e999"),
        (b'{"a": -' + b"9" * 400 + b".5}", "-9999"),
        (b'{"a": 01}', "line 1, column 8"),
        (b'{"a": "\n"}', "Invalid control character"),
        (b'{"a": "\xff"}', "not valid UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not valid UTF-8"),
        (b'\xef\xbb\xbf{"a": 1}', "BOM"),
        (b'{"a": {"b": 1, "c": 2, "b": 3}}', '"b" stands twice'),
        (b"{" + b"".join(b'"%d": 0,' % number for number in range(80_000)) + b'"z": 1, "z": 2}', '"z" stands twice'),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
    ],
)
async def test_what_is_no_json_is_a_bad_request(client: AsyncClient, body: bytes, complaint: str) -> None:
    answer = await client.post("/v2/probe", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
    assert complaint in answer.json()["detail"]


@pytest.mark.parametrize("body", ["[]", "null", "1", '"x"', "true"])
async def test_json_that_is_no_object_names_the_body(client: AsyncClient, body: str) -> None:
    answer = await client.post("/v2/probe", content=body, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "body", "message": "must be an object"}]


LONG = "must be an integer of at most 64 bits"
NUL = "must not contain the character U+0000"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ('{"limit": 9223372036854775808}', [("limit", LONG)]),
        ('{"a": [0, -9223372036854775809]}', [("a[1]", LONG)]),
        (f'{{"a": {"9" * 100_000}}}', [("a", LONG)]),
        ('{"metadata": {"x": "a\\u0000b"}, "n": "\\u0000"}', [("metadata.x", NUL), ("n", NUL)]),
        ('{"metadata": {"x\\u0000": 1}}', [("metadata", f"{NUL} in its keys")]),
        ('{"\\u0000": 1}', [("body", f"{NUL} in its keys")]),
        ('{"a": "\\ud800"}', [("a", "must be valid Unicode")]),
    ],
)
async def test_what_cannot_be_stored_names_the_field(
    client: AsyncClient, body: str, errors: list[tuple[str, str]]
) -> None:
    answer = await client.post("/v2/probe", content=body, headers=JSON)
    assert answer.status_code == 422
    assert [(error["field"], error["message"]) for error in answer.json()["errors"]] == errors


@pytest.mark.parametrize("text", [r'{"a": "\\u0000"}', r'{"a": "\ud83c\udfac"}', '{"a": 1234567890123456789}'])
def test_what_only_looks_unstorable_is_taken(text: str) -> None:
    value: Any = parse(text.encode())
    assert value["a"]


def test_a_deep_value_is_looked_through_to_its_end() -> None:
    with pytest.raises(ValidationFailed) as failed:
        parse(b"[" * 500 + b"18446744073709551616" + b"]" * 500)
    assert failed.value.errors[0].field == "[0]" * 500


def test_a_body_that_is_wrong_everywhere_gets_a_short_answer() -> None:
    with pytest.raises(ValidationFailed) as failed:
        parse(b"[" + b",".join([b"18446744073709551616"] * 10_000) + b"]")
    assert [error.field for error in failed.value.errors] == [f"[{index}]" for index in range(20)]


async def test_a_body_over_the_limit_is_too_large(client: AsyncClient) -> None:
    largest = b'{"a":"' + b"x" * (MIB - 8) + b'"}'
    assert len(largest) == MIB
    assert (await client.post("/v2/probe", content=largest, headers=JSON)).status_code == 201
    assert (await client.post("/v2/probe", content=chunks(largest), headers=JSON)).status_code == 201
    for content in (largest + b" ", chunks(largest, b" "), chunks(*[b"x" * 65_536] * 17)):
        answer = await client.post("/v2/probe", content=content, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")
        assert answer.json()["title"] == "Payload Too Large"
        assert "1048576 bytes" in answer.json()["detail"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_where_no_body_belongs_none_is_taken(client: AsyncClient, method: str) -> None:
    assert (await client.request(method, "/v2/probe")).status_code == 204
    assert (await client.request(method, "/v2/probe", headers=JSON)).status_code == 204
    for content in (b"{}", chunks(b"x")):
        answer = await client.request(method, "/v2/probe", content=content)
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"field": "body", "message": "must be empty"}]
    assert (await client.request(method, "/v2/probe", content=b"x" * (MIB + 1))).status_code == 413
