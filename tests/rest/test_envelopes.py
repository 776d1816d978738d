from typing import Literal, NamedTuple

import pytest
from pydantic import BaseModel

from creatoraudit.rest.envelopes import encoder


class Row(NamedTuple):
    id: str
    name: str


def test_a_row_becomes_an_object_with_its_type_in_its_place() -> None:
    class Thing(BaseModel):
        id: str
        type: Literal["thing"]
        name: str

    encoded = encoder(Thing, Row)(Row("1", "one"))
    assert list(encoded.items()) == [("id", "1"), ("type", "thing"), ("name", "one")]


def test_a_model_that_does_not_fit_its_row_is_refused() -> None:
    class Thing(BaseModel):
        type: Literal["thing"]
        name: str
        id: str

    with pytest.raises(TypeError, match="Thing does not have the fields of Row"):
        encoder(Thing, Row)
