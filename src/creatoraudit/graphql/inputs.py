"""What clients send, made of the domain's own models: their fields, their descriptions, their validation."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import strawberry
from pydantic.fields import FieldInfo
from strawberry.scalars import JSON

from creatoraudit.domain import validation
from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.validation import Input
from creatoraudit.errors import FieldError, ValidationFailed
from creatoraudit.graphql import enums
from creatoraudit.graphql.ids import database_id
from creatoraudit.graphql.scalars import BigInt

C = TypeVar("C", bound=type)

_OF_TYPE = "of_type"
_INT32_MAX = 2**31 - 1
_TYPES: dict[type, Any] = {
    validation.Platform: enums.Platform,
    KeyScope: enums.KeyScope,
    dict: JSON,
    str: str,
    bool: bool,
    dt.datetime: dt.datetime,
}


def fields_of(model: type[Input], **ids: str) -> Callable[[C], C]:
    """Gives a class the fields of a domain model, with their descriptions; `ids` says of which type an id is."""

    def add(cls: C) -> C:
        for name, found in model.model_fields.items():
            cls.__annotations__[name] = strawberry.ID | None if name in ids else _type(found)
            setattr(cls, name, _field(found, {_OF_TYPE: ids[name]} if name in ids else {}))
        return cls

    return add


def id_of(type_name: str, description: str) -> Any:
    """An input's field that takes either kind of id of a type."""
    return strawberry.field(description=description, metadata={_OF_TYPE: type_name})


def idempotency_key() -> Any:
    """The field of an input that makes its mutation safe to repeat."""
    return strawberry.field(
        default=strawberry.UNSET,
        description="1 to 255 printable characters of your choice. Repeating a mutation with the same key and input "
        "within 24 hours changes nothing and answers with the object that the first one made.",
    )


def given(sent: Any) -> dict[str, Any]:
    """What a client sent in an input object, in the domain's words: without what is absent, ids as REST's."""
    values = {}
    for name, declared in type(sent).__dataclass_fields__.items():
        value = getattr(sent, name)
        if value is not strawberry.UNSET:
            of_type = declared.metadata.get(_OF_TYPE)
            values[name] = database_id(value, of_type, name) if of_type and value is not None else _plain(value)
    return values


def renamed(error: ValidationFailed, **names: str) -> ValidationFailed:
    """The same failure with its fields as GraphQL names them, those in its messages too."""
    errors = [
        FieldError(
            names.get(one.field) or field_name(one.field),
            _SNAKE_CASE.sub(lambda found: field_name(found[0]), one.message),
        )
        for one in error.errors
    ]
    return ValidationFailed(errors, error.detail)


def field_name(path: str) -> str:
    """A field of the domain as GraphQL writes it."""
    return _OTHER_NAMES.get(path) or re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), path)


_SNAKE_CASE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
_OTHER_NAMES = {"Idempotency-Key": "idempotencyKey"}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def _field(found: FieldInfo, metadata: dict[str, str]) -> Any:
    if found.is_required():
        return strawberry.field(description=found.description, metadata=metadata)
    default = strawberry.UNSET if _is_nullable(found) else found.default
    return strawberry.field(default=default, description=found.description, metadata=metadata)


def _is_nullable(found: FieldInfo) -> bool:
    """Whether null stands for the default; else GraphQL shows what it is."""
    return found.default_factory is not None or found.default is None


def _type(found: FieldInfo) -> Any:
    of = _leaf(found.annotation, found)
    return of if found.is_required() or not _is_nullable(found) else of | None


def _leaf(annotation: Any, found: FieldInfo) -> Any:
    origin = get_origin(annotation)
    if origin in {Union, UnionType}:
        (one,) = (part for part in get_args(annotation) if part is not NoneType)
        return _leaf(one, found)
    if origin is Annotated:
        return _leaf(get_args(annotation)[0], found)
    if origin is list:
        return list[_leaf(get_args(annotation)[0], found)]  # type: ignore[misc]
    if annotation is int:
        return BigInt if max(_upper_bounds(found), default=0) > _INT32_MAX else int
    return _TYPES[origin or annotation]


def _upper_bounds(found: FieldInfo) -> Iterator[int]:
    """The upper bounds that stand in a field's annotation, however deep."""
    left = [*found.metadata, found.annotation]
    while left:
        item = left.pop()
        if (bound := getattr(item, "le", None)) is not None:
            yield bound
        left.extend(getattr(item, "metadata", ()))
        left.extend(get_args(item))
