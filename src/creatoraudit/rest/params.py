"""Query strings, read strictly: every parameter is known, given once, not empty and of its type."""

import re
import types
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Protocol, TypeVar, Union, get_args, get_origin
from urllib.parse import parse_qsl

from pydantic import AfterValidator, BaseModel, Field, ValidationError, ValidationInfo, create_model, field_validator
from pydantic_core import PydanticCustomError

from creatoraudit.domain.listing import Listing
from creatoraudit.domain.paging import DEFAULT_LIMIT, MAX_LIMIT, Direction, PageRequest, Sort
from creatoraudit.domain.validation import Input, PlainText, failed, hint
from creatoraudit.errors import FieldError, ValidationFailed

Q_co = TypeVar("Q_co", covariant=True)
M = TypeVar("M", bound=Input)
F = TypeVar("F", bound=Input)

_INTEGER = re.compile(r"-?[0-9]{1,100}\Z")
_MAX_PARAMETERS = 100
_BOOLEANS = {"true": True, "false": False}
_MAY_BE_BLANK = frozenset({"q"})
"""A blank search text asks for no search; every other parameter that is given must say something."""


class NoParams(Input):
    """The query string of an endpoint that takes none."""


class QueryString(Protocol[Q_co]):
    """What an endpoint reads from its query string: a model that judges it, and what is made of that."""

    @property
    def model(self) -> type[Input]:
        """The parameters there are."""
        ...

    def parse(self, raw: bytes) -> Q_co:
        """What the query string asks; ValidationFailed naming every parameter that is wrong."""
        ...


@dataclass(frozen=True, slots=True)
class Params(Generic[M]):
    """A query string that is just its model."""

    model: type[M]

    def parse(self, raw: bytes) -> M:
        """The parameters; ValidationFailed naming every one that is wrong."""
        return _judged(raw, self.model)


@dataclass(frozen=True, slots=True)
class Asked(Generic[F]):
    """Which page of a list: filters, effective sort, page."""

    where: F
    sort: Sort
    page: PageRequest


class ListParams(Input):
    """The parameters that every list has."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Rows on a page.")
    cursor: PlainText | None = Field(
        None, description="`pagination.next_cursor` of the page before, valid for the same filters and sort only."
    )
    order_by: str | None = Field(None, description="What the list is ordered by.")
    sort: str | None = Field(
        None, description="The older form of `order_by`, with `-` for descending; ignored where `order_by` is given."
    )
    order_direction: str | None = Field(None, description="Which way the list runs.")
    include_total: bool = Field(False, description="Whether `pagination.total_count` is counted.")

    @field_validator("order_direction")
    @classmethod
    def _belongs_to_order_by(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("sort") is not None and info.data.get("order_by", "") is None:
            raise PydanticCustomError("direction", "goes with order_by; sort has its direction in its sign")
        return value


class ListQuery(Generic[F]):
    """The query string of a list: its filters, the sort keys it declares, its pages."""

    def __init__(self, listing: Listing[Any], filters: type[F]) -> None:
        keys = tuple(listing.keys)
        self.listing = listing
        self.filters = filters
        self.model: type[Input] = create_model(
            f"{listing.model.__name__}ListParams",
            __base__=(filters, ListParams),
            order_by=_narrowed(ListParams, "order_by", keys),
            sort=_narrowed(ListParams, "sort", tuple(sign + key for key in keys for sign in ("", "-"))),
            order_direction=_narrowed(ListParams, "order_direction", tuple(Direction)),
        )

    def parse(self, raw: bytes) -> Asked[F]:
        """Which page is asked for; ValidationFailed naming every parameter that is wrong."""
        if not raw:
            return Asked(self.filters.model_validate({}), self.listing.default_sort, PageRequest())
        given = _judged(raw, self.model)
        assert isinstance(given, ListParams)  # noqa: S101 - create_model's bases are beyond the types
        where = {name: getattr(given, name) for name in self.filters.model_fields if name in given.model_fields_set}
        return Asked(
            self.filters.model_validate(where),
            self._sort(given),
            PageRequest(given.limit, given.cursor, include_total=given.include_total),
        )

    def _sort(self, given: ListParams) -> Sort:
        default = self.listing.default_sort
        if given.sort is not None and given.order_by is None:
            direction = Direction.DESC if given.sort.startswith("-") else Direction.ASC
            return Sort(given.sort.removeprefix("-"), direction)
        return Sort(given.order_by or default.key, Direction(given.order_direction or default.direction))


def choice(*names: str) -> Any:
    """The type of a parameter that is one of a few names."""

    def check(value: str) -> str:
        if value not in names:
            raise PydanticCustomError("one_of", "must be one of: {names}", {"names": ", ".join(names)})
        return value

    return Annotated[str, AfterValidator(check), Field(json_schema_extra={"enum": list(names)})]


def pairs(raw: bytes) -> list[tuple[str, str]]:
    """The parameters of a query string in their order."""
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS)
    except UnicodeDecodeError:
        raise ValidationFailed.of("query", "must be percent-encoded UTF-8") from None
    except ValueError:
        raise ValidationFailed.of("query", f"must have at most {_MAX_PARAMETERS} parameters") from None


def _narrowed(model: type[BaseModel], name: str, names: tuple[str, ...]) -> Any:
    field = model.model_fields[name]
    return (choice(*names) | None, Field(None, description=field.description))


def _judged(raw: bytes, model: type[M]) -> M:
    values, errors = _read(raw, model) if raw else ({}, [])
    detail = None
    try:
        judged = model.model_validate(values)
    except ValidationError as error:
        failure = failed(error, model)
        known_wrong = {name for name, _ in errors}
        errors += [one for one in failure.errors if one.field not in known_wrong]
        detail = failure.detail
    if errors:
        raise ValidationFailed(errors, detail) if detail else ValidationFailed(errors)
    return judged


def _read(raw: bytes, model: type[Input]) -> tuple[dict[str, Any], list[FieldError]]:
    values: dict[str, Any] = {}
    wrong: dict[str, FieldError] = {}
    for name, text in pairs(raw):
        message = None
        if name not in model.model_fields:
            message = f"is not a known parameter{hint(name, model.model_fields)}"
        elif name in values or name in wrong:
            message = "must be given once"
        elif not text and name not in _MAY_BE_BLANK:
            message = "must not be empty"
        else:
            values[name], message = _typed(text, _kind(model.model_fields[name].annotation))
        if message is not None:
            wrong.setdefault(name, FieldError(name, message))
    return {name: value for name, value in values.items() if name not in wrong}, list(wrong.values())


def _typed(text: str, kind: type) -> tuple[Any, str | None]:
    if kind is bool:
        return _BOOLEANS.get(text), None if text in _BOOLEANS else "must be true or false"
    if kind is int:
        return (int(text), None) if _INTEGER.match(text) else (None, "must be an integer")
    return text, None


def _kind(annotation: Any) -> type:
    """The type of a parameter, or the one it is an optional of: bool, int or else str."""
    if get_origin(annotation) in {Union, types.UnionType, Annotated}:
        return next((kind for part in get_args(annotation) if (kind := _kind(part)) is not str), str)
    return annotation if annotation in {bool, int} else str
