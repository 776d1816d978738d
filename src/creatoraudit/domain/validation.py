"""Validation, once for both edges: pydantic models judge, and every failure reads the same way."""

import difflib
import re
from collections.abc import Mapping
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError

from creatoraudit.errors import FieldError, ValidationFailed

M = TypeVar("M", bound=BaseModel)

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
INT64_MAX = 2**63 - 1
MAX_ERRORS = 250
"""Errors that are told at once: nobody reads more, and each takes time to word."""
_HINTED_LENGTH = 64
"""Longer names are no slips of the pen, and comparing them takes time."""


class Platform(StrEnum):
    """Where accounts and posts live."""

    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"

    @property
    def label(self) -> str:
        """What people call it."""
        return "Instagram" if self is Platform.INSTAGRAM else "TikTok"


class Input(BaseModel):
    """What a client sends: strict types, and no field that is not named here."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Patch(Input):
    """A change: absent means unchanged, null clears what can be null and leaves the rest as it is."""

    def changes(self) -> dict[str, Any]:
        """The fields to write, with their new values."""
        nullable = type(self).clearable()
        return {
            name: value
            for name in self.model_fields_set
            if (value := getattr(self, name)) is not None or name in nullable
        }

    @classmethod
    def clearable(cls) -> frozenset[str]:
        """The fields that null clears."""
        return frozenset()


def _plain_text(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("null_character", "must not contain the character U+0000")
    return value


def _canonical_id(value: object) -> object:
    if isinstance(value, str):
        lowered = value.lower()
        if UUID.match(lowered):
            return lowered
    raise PydanticCustomError("uuid", "must be a UUID")


def member_of(enum: type[StrEnum]) -> BeforeValidator:
    """Takes a member's value for the member, and names them all when it is none."""

    def parse(value: object) -> object:
        if isinstance(value, str) and value in enum._value2member_map_:
            return enum(value)
        raise PydanticCustomError("one_of", "must be one of: {names}", {"names": ", ".join(enum)})

    return BeforeValidator(parse)


class _Omissible:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return schema["schema"] if schema["type"] == "nullable" else schema


OMISSIBLE = _Omissible()
"""On a field of type `X | None`: None is what it is when left out, but no value that may be sent."""

PlainText = Annotated[str, AfterValidator(_plain_text)]
UUIDText = Annotated[
    str, BeforeValidator(_canonical_id, json_schema_input_type=str), Field(json_schema_extra={"format": "uuid"})
]
PlatformName = Annotated[Platform, member_of(Platform)]
Query = Annotated[PlainText, Field(max_length=128)]
Hours = Annotated[int, Field(ge=1, le=168)]
Cap = Annotated[int, Field(ge=1, le=INT64_MAX)]
Category = Annotated[PlainText, Field(min_length=1, max_length=64)]

_METADATA_KEYS = 20
_METADATA_LENGTH = 255


def _metadata(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) > _METADATA_KEYS:
        raise PydanticCustomError("metadata", "must have at most {n} keys", {"n": _METADATA_KEYS})
    for name, item in value.items():
        _metadata_text(name, "keys")
        if isinstance(item, str):
            _metadata_text(item, "values")
        elif isinstance(item, int) and abs(item) > INT64_MAX:
            raise PydanticCustomError("metadata", "must not have integers beyond 64 bits")
        elif not isinstance(item, str | int | float | bool | None):
            raise PydanticCustomError("metadata", "values must be strings, numbers, booleans or null")
    return value


def _metadata_text(text: str, what: str) -> None:
    if len(text) > _METADATA_LENGTH:
        raise PydanticCustomError(
            "metadata", "{what} must have at most {n} characters", {"what": what, "n": _METADATA_LENGTH}
        )
    _plain_text(text)


Metadata = Annotated[
    dict[str, Any],
    AfterValidator(_metadata),
    Field(
        json_schema_extra={
            "maxProperties": _METADATA_KEYS,
            "propertyNames": {"maxLength": _METADATA_LENGTH},
            "additionalProperties": {
                "type": ["string", "number", "boolean", "null"],
                "maxLength": _METADATA_LENGTH,
            },
        }
    ),
]


def validate(model: type[M], data: Mapping[str, Any]) -> M:
    """The model made of the data, or ValidationFailed naming every field that is wrong."""
    try:
        return model.model_validate(_within_reason(data, model))
    except ValidationError as error:
        raise failed(error, model) from None


def _within_reason(data: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """The data without the unknown fields that nobody would be told of: finding each of them wrong takes time."""
    known = {name: data[name] for name in model.model_fields if name in data}
    unknown = islice((name for name in data if name not in known), MAX_ERRORS)
    return known | {name: data[name] for name in unknown}


def failed(error: ValidationError, model: type[BaseModel]) -> ValidationFailed:
    """What pydantic found, in this API's words."""
    found = error.errors(include_url=False)[:MAX_ERRORS]
    errors = [FieldError(_path(one["loc"]), _message(one, model)) for one in found]
    limit = next((e for one, e in zip(found, errors, strict=True) if one["type"] in _BOUNDS), None)
    if limit is not None:
        return ValidationFailed(errors, f"{limit.field} {limit.message}.")
    return ValidationFailed(errors)


_BOUNDS = frozenset({"less_than_equal", "too_long", "too_many_together", "string_too_long"})


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


_MESSAGES = {
    "missing": "is required",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must have at least {min_length} character(s)",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} item(s)",
    "too_long": "must have at most {max_length} items",
    "int_type": "must be an integer",
    "int_from_float": "must be an integer",
    "int_parsing_size": "must be an integer of at most 64 bits",
    "float_type": "must be a number",
    "bool_type": "must be a boolean",
    "string_type": "must be a string",
    "string_unicode": "must be valid Unicode",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "list_type": "must be an array",
}


def _message(error: ErrorDetails, model: type[BaseModel]) -> str:
    if error["type"] == "extra_forbidden":
        return f"is not a known field{hint(str(error['loc'][-1]), model.model_fields)}"
    kind = error["type"]
    if isinstance(error["input"], str) and f"string_{kind}" in _MESSAGES:
        kind = f"string_{kind}"  # a length that pydantic checks behind another validator forgets what it is one of
    template = _MESSAGES.get(kind)
    return error["msg"] if template is None else template.format(**error.get("ctx", {}))


def hint(name: str, known: Mapping[str, object]) -> str:
    """`, did you mean 'x'?` for the nearest known name, or nothing."""
    near = difflib.get_close_matches(name, known, n=1) if len(name) <= _HINTED_LENGTH else []
    return f", did you mean '{near[0]}'?" if near else ""
