"""Every successful answer has the shape that the table declares for it: its fields, in their order, of their types."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel, RootModel, TypeAdapter

from contract.worlds import World, a_world, example_of, least_harm_first
from creatoraudit.rest.endpoint import HTMLPage


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with a_world(database_url) as made:
        yield made


def check(value: Any, annotation: Any) -> None:
    """Whether JSON is what a model describes, all its fields there and in order."""
    judged = TypeAdapter(annotation).validate_python(value)
    _check_order(value, judged)


def _check_order(value: Any, judged: Any) -> None:
    if isinstance(judged, BaseModel) and not isinstance(judged, RootModel):
        optional = {name for name, field in type(judged).model_fields.items() if not field.is_required()}
        expected = [name for name in type(judged).model_fields if name in value or name not in optional]
        assert list(value) == expected
        for name in expected:
            _check_order(value[name], getattr(judged, name))
    elif isinstance(judged, list):
        for item, judged_item in zip(value, judged, strict=True):
            _check_order(item, judged_item)


async def test_every_answer_is_what_the_table_says(world: World) -> None:
    for endpoint in least_harm_first():
        answer = await world.client.request(
            endpoint.method, world.path(endpoint), headers=world.authorized(), json=example_of(endpoint)
        )
        assert answer.status_code in endpoint.answers, (endpoint, answer.text)
        model = endpoint.answers[answer.status_code]
        if model is None:
            assert (answer.content, "content-type" in answer.headers) == (b"", False)
        elif model is HTMLPage:
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
        else:
            assert answer.headers["content-type"] == "application/json"
            check(answer.json(), model)
