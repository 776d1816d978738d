"""What the OpenAPI document says about each endpoint: its parameters, its body, its answers."""

from collections.abc import Sequence

from pydantic import BaseModel

from creatoraudit.rest.endpoint import AnyEndpoint, HTMLPage
from creatoraudit.rest.failures import failures_of, name_of
from creatoraudit.rest.params import ListQuery
from creatoraudit.rest.schemas import Schema, Schemas

_RATE_LIMIT = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_DECLARED: dict[str, tuple[str, str | int, bool]] = {
    "X-Request-ID": ("The request's id: the client's own, else a fresh UUID.", "req-42", True),
    "X-RateLimit-Limit": ("Requests a minute that the key may make.", 600, False),
    "X-RateLimit-Remaining": ("Requests left in this minute.", 599, False),
    "X-RateLimit-Reset": ("When the next minute begins: Unix seconds.", 1_781_429_460, False),
    "ETag": ("Names this very answer; send it back as If-None-Match.", '"33a64df551425fcc55e4d42a148795d9"', True),
    "Cache-Control": ("Answers are private, and asked for anew each time.", "private, no-cache", True),
    "Link": (
        "The first page and, if there is one, the next (RFC 8288).",
        '<https://api.example.com/v2/accounts?platform=tiktok>; rel="first"',
        True,
    ),
    "Location": (
        "The URL of what was made.",
        "https://api.example.com/v2/accounts/01977f0e-5c1b-7d3a-9a52-3f1e6c0b8d21",
        True,
    ),
    "Idempotency-Replayed": ("`true` where an earlier request with the key made the resource.", "true", False),
    "Retry-After": ("Seconds after which to try again.", 17, False),
    "Allow": ("The methods of the path.", "GET, HEAD, POST", True),
    "WWW-Authenticate": ("How to authenticate.", "Bearer", True),
}

HEADERS: dict[str, Schema] = {
    name: {
        "description": description,
        "required": always,
        "schema": {"type": "integer" if isinstance(example, int) else "string"},
        "example": example,
    }
    for name, (description, example, always) in _DECLARED.items()
}
"""The headers of answers; required are those that no answer which names them lacks."""

PARAMETERS: dict[str, Schema] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Makes it safe to repeat the request: any printable text, new for each resource to be made.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "example": "3f1c0f6e-signup-42",
    },
    "RequestId": {
        "name": "X-Request-ID",
        "in": "header",
        "description": "A name for the request, repeated in the answer if it consists of at most 128 letters, digits, "
        "dots, underscores and hyphens.",
        "schema": {"type": "string"},
        "example": "req-42",
    },
}


def operation(endpoint: AnyEndpoint, endpoints: Sequence[AnyEndpoint], schemas: Schemas) -> Schema:
    """What the document says about an endpoint."""
    described: Schema = {
        "operationId": endpoint.operation_id,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "description": endpoint.description,
        "parameters": _parameters(endpoint, schemas),
    }
    if endpoint.public:
        described["security"] = []
    if endpoint.body is not None:
        described["requestBody"] = {"required": True, "content": schemas.content(endpoint.body)}
    responses = {
        str(status): _success(endpoint, status, model, endpoints, schemas) for status, model in endpoint.answers.items()
    }
    if endpoint.method == "GET":
        responses["304"] = {
            "description": "What the client has still stands.",
            "headers": _header_refs("X-Request-ID", "ETag", "Cache-Control", *_counted(endpoint)),
        }
    for status, kinds in failures_of(endpoint).items():
        responses[str(status)] = {"$ref": f"#/components/responses/{name_of(kinds)}"}
    return described | {"responses": responses}


def _success(
    endpoint: AnyEndpoint,
    status: int,
    model: type[BaseModel] | None,
    endpoints: Sequence[AnyEndpoint],
    schemas: Schemas,
) -> Schema:
    names = ["X-Request-ID", *_counted(endpoint)]
    if endpoint.method == "GET":
        names += ["ETag", "Cache-Control"]
    if isinstance(endpoint.query, ListQuery):
        names.append("Link")
    if status == 201:  # noqa: PLR2004
        names.append("Location")
    if endpoint.idempotent:
        names.append("Idempotency-Replayed")
    success: Schema = {"description": _SUCCESSES[status], "headers": _header_refs(*names)}
    if model is HTMLPage:
        success["content"] = {"text/html": {"schema": {"type": "string"}}}
    elif model is not None:
        success["content"] = schemas.content(model)
    if links := _links(endpoint, endpoints):
        success["links"] = links
    return success


_SUCCESSES = {
    200: "What was asked for.",
    201: "What was made.",
    202: "It will be done; this is how things are until then.",
    204: "Done; there is nothing to add.",
}


def _parameters(endpoint: AnyEndpoint, schemas: Schemas) -> list[Schema]:
    in_path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"The id of the {name.removesuffix('_id').replace('_', ' ')}.",
            "schema": {"type": "string", "format": "uuid"},
        }
        for name in endpoint.path_ids
    ]
    in_query = schemas.parameters(endpoint.query.model) if endpoint.query is not None else []
    shared = ["RequestId"]
    if endpoint.idempotent:
        shared.append("IdempotencyKey")
    return [*in_path, *in_query, *({"$ref": f"#/components/parameters/{name}"} for name in shared)]


def _links(endpoint: AnyEndpoint, endpoints: Sequence[AnyEndpoint]) -> Schema:
    """What can be done with what a create has made, or with the first row of a list."""
    if endpoint.idempotent:
        an_id = "$response.body#/data/id"
    elif isinstance(endpoint.query, ListQuery):
        an_id = "$response.body#/data/0/id"
    else:
        return {}
    (name,) = {one.path_ids[0] for one in endpoints if one.path.startswith(f"{endpoint.path}/{{")}
    return {
        other.operation_id: {
            "operationId": other.operation_id,
            "description": other.summary,
            "parameters": {name: an_id},
        }
        for other in endpoints
        if name in other.path_ids
    }


def _counted(endpoint: AnyEndpoint) -> tuple[str, ...]:
    return () if endpoint.public else _RATE_LIMIT


def _header_refs(*names: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
