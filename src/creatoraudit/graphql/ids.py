"""Global ids: a type's name and the id that REST uses, in base64. Arguments take either of the two."""

import base64
import binascii
from typing import NamedTuple

from creatoraudit.domain.validation import UUID
from creatoraudit.errors import ValidationFailed


class GlobalId(NamedTuple):
    """What a global id says."""

    type_name: str
    database_id: str


def global_id(type_name: str, database_id: str) -> str:
    """The global id of a row of that type."""
    return base64.b64encode(f"{type_name}:{database_id}".encode()).decode()


def parse_global_id(text: str, field: str = "id") -> GlobalId:
    """What a global id says; ValidationFailed, naming the field, if it is none."""
    try:
        type_name, separator, database_id = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        separator = type_name = database_id = ""
    if not separator or not UUID.match(database_id):
        raise ValidationFailed.of(field, "must be the global id of an object, as its field id gives it")
    return GlobalId(type_name, database_id)


def database_id(text: str, type_name: str, field: str = "id") -> str:
    """The REST id that either kind of id stands for; ValidationFailed if it is none, or one of another type."""
    plain = text.lower()
    if UUID.match(plain):
        return plain
    try:
        found = parse_global_id(text, field)
    except ValidationFailed:
        raise ValidationFailed.of(field, "must be a global id or a UUID") from None
    if found.type_name != type_name:
        raise ValidationFailed.of(field, f"must be the id of {_an(type_name)}, not of {_an(found.type_name)}")
    return found.database_id


def _an(type_name: str) -> str:
    return f"{'an' if type_name[:1] in set('AEIO') else 'a'} {type_name}"
