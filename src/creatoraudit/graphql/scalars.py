"""Values that GraphQL itself has no type for. What a client sends is checked here, what we send is only written."""

import datetime as dt
import re
from typing import Any, NewType

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from creatoraudit.domain.validation import INT64_MAX
from creatoraudit.domain.validation import UUID as UUID_TEXT
from creatoraudit.engine import AsIs

BigInt = NewType("BigInt", int)
UUID = NewType("UUID", str)


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > INT64_MAX:
        raise GraphQLError("BigInt must be an integer of at most 64 bits.")
    return value


def _uuid(value: object) -> str:
    if not isinstance(value, str) or not UUID_TEXT.match(value.lower()):
        raise GraphQLError("UUID must be written as 8-4-4-4-12 hexadecimal digits.")
    return value.lower()


def _moment(value: object) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError("DateTime must be a time with its offset, such as 2026-06-14T09:30:00Z.")


def _date(value: object) -> dt.date:
    if isinstance(value, str) and _DATE.match(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError("Date must be a day of the calendar as YYYY-MM-DD, such as 2026-06-14.")


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


def _anything(value: Any) -> Any:
    return value


ENCODING = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
"""How answers are encoded: times and dates are left to it, as it writes them fastest."""


def encoded(answer: Any) -> bytes:
    """The JSON of an answer, or of anything that contains one."""
    return orjson.dumps(answer, option=ENCODING)


SCALARS: dict[object, ScalarDefinition] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description="An integer of at most 64 bits, as a JSON number.",
        serialize=AsIs(int),
        parse_value=_integer,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description="An identifier as the REST API writes it, in lower case.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc9562",
        serialize=AsIs(str),
        parse_value=_uuid,
    ),
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description="A time in UTC to the second, as ISO 8601: 2026-06-14T09:30:00Z.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=AsIs(dt.datetime),
        parse_value=_moment,
    ),
    dt.date: strawberry.scalar(
        name="Date",
        description="A day of the calendar in UTC, as ISO 8601: 2026-06-14.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=AsIs(dt.date),
        parse_value=_date,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value; here always an object.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=AsIs(dict, orjson.Fragment),
        parse_value=_anything,
    ),
}
