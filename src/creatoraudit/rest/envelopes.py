"""What surrounds the data of an answer: the envelopes, their headers, and the way a row becomes an object."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, TypeVar, get_args
from urllib.parse import quote, urlencode

import orjson
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from creatoraudit.domain.idempotency import Created
from creatoraudit.domain.listing import supplied
from creatoraudit.domain.paging import Page
from creatoraudit.rest.endpoint import Call
from creatoraudit.rest.params import Asked, pairs

R = TypeVar("R", bound=NamedTuple)
Encode = Callable[[R], dict[str, Any]]

_JSON = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


class Pagination(BaseModel):
    """Where a page stands in its list."""

    next_cursor: str | None = Field(
        description="The `cursor` of the next page; null on the last one.", examples=["q83vEjRWeJCrze8SWzEsIm5leHQiXQ"]
    )
    has_next: bool = Field(description="Whether more rows follow.", examples=[True])
    limit: int = Field(description="Rows on a full page.", examples=[50])
    total_count: int | None = Field(
        None, description="Rows in the whole list; only with `include_total=true`.", examples=[1284]
    )


@cache
def single(model: type[BaseModel]) -> type[BaseModel]:
    """Describes an answer with one resource."""
    return create_model(f"{model.__name__}Answer", __doc__=model.__doc__, data=(model, ...))


@cache
def many(model: type[BaseModel]) -> type[BaseModel]:
    """Describes one page of a list; what its `filters` echoes follows from the list's query string."""
    return create_model(
        f"{model.__name__}List",
        __doc__="One page of a list.",
        data=(list[model], ...),  # type: ignore[valid-type]
        pagination=(Pagination, ...),
        filters=(dict[str, Any], ...),
    )


def encoder(model: type[BaseModel], row: type[R]) -> Encode[R]:
    """Makes the function from a row to the object that the model describes: the row's fields and a constant `type`."""
    names = tuple(model.model_fields)
    at = names.index("type")
    (kind,) = get_args(model.model_fields["type"].annotation)
    if (*names[:at], *names[at + 1 :]) != row._fields:
        raise TypeError(f"{model.__name__} does not have the fields of {row.__name__}, in their order")

    def encode(values: R) -> dict[str, Any]:
        return dict(zip(names, (*values[:at], kind, *values[at:]), strict=True))

    return encode


def answer(body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; times are UTC in whole seconds."""
    return Response(orjson.dumps(body, option=_JSON), status, headers, "application/json")


def one(data: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A single resource."""
    return answer({"data": data}, status, headers)


def created(call: Call[Any, Any], path: str, made: Created[R], encode: Encode[R]) -> Response:
    """A resource that was made, by this request or by an earlier one with its Idempotency-Key."""
    headers = {"Location": f"{call.base_url}{path}/{made.row.id}"}  # type: ignore[attr-defined]
    if made.replayed:
        headers["Idempotency-Replayed"] = "true"
    return one(encode(made.row), 201, headers)


def nothing() -> Response:
    """The answer of a deletion."""
    return Response(status_code=204)


def collection(call: Call[Asked[Any], Any], page: Page[R], encode: Encode[R]) -> Response:
    """One page of a list, with links to the first and the next."""
    asked, following = call.query, page.next_cursor
    pagination: dict[str, Any] = {"next_cursor": following, "has_next": page.has_next, "limit": page.limit}
    if page.total_count is not None:
        pagination["total_count"] = page.total_count
    body = {
        "data": [encode(row) for row in page.items],
        "pagination": pagination,
        "filters": {
            **supplied(asked.where),
            "order_by": asked.sort.key,
            "order_direction": asked.sort.direction,
        },
    }
    return answer(body, headers={"Link": _links(call, following)})


def _links(call: Call[Any, Any], following: str | None) -> str:
    kept = [(name, value) for name, value in pairs(call.raw_query) if name != "cursor"] if call.raw_query else []
    links = [_link(call.url, kept, "first")]
    if following is not None:
        links.append(_link(call.url, [*kept, ("cursor", following)], "next"))
    return ", ".join(links)


def _link(url: str, query: list[tuple[str, str]], relation: Literal["first", "next"]) -> str:
    target = f"{url}?{urlencode(query, quote_via=quote)}" if query else url
    return f'<{target}>; rel="{relation}"'
