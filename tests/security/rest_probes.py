"""Every parameter of every route, asked with everything that another organization has.

What is asked is made of the table of routes alone: of the ids in the paths, and of what the models of query strings and
bodies allow.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zlib import crc32

from pydantic import BaseModel

from creatoraudit.rest.endpoint import PREFIX, AnyEndpoint
from creatoraudit.rest.params import ListQuery
from security.sides import Side

TYPES = {"account_id": "Account", "video_id": "Video", "account_video_id": "AccountVideo", "creator_id": "Creator"}
LISTED = {
    "account_ids": ("Account",),
    "video_ids": ("Video", "AccountVideo"),
}


class Place(NamedTuple):
    """Where an endpoint takes something: `where` is path, query, body or header."""

    endpoint: str
    where: str
    name: str

    def __str__(self) -> str:
        return f"{self.endpoint} {self.where} {self.name}"


class Probe(NamedTuple):
    """One request, and what an answer may repeat because it was asked."""

    place: Place
    method: str
    path: str
    body: bytes | None
    headers: Mapping[str, str]
    sent: list[Any]


def name_of(endpoint: AnyEndpoint) -> str:
    """How an endpoint is called here."""
    return f"{endpoint.method} {endpoint.path}"


def probes(endpoint: AnyEndpoint, own: Side, other: Side) -> Iterator[Probe]:
    """Requests by `own` that ask for what `other` has; the same ones in the same order, whichever other it is."""
    asked = _Asked(endpoint, own, other)
    yield from asked.in_path()
    if endpoint.query is not None:
        yield from asked.in_query()
    if endpoint.body is not None:
        yield from asked.in_body()
    yield from asked.in_headers()


class _Asked:
    def __init__(self, endpoint: AnyEndpoint, own: Side, other: Side) -> None:
        self.endpoint = endpoint
        self.own = own
        self.other = other
        self.ids = {name: own.ids[TYPES[name]][0] for name in endpoint.path_ids}
        self._made = 0

    def in_path(self) -> Iterator[Probe]:
        for name in self.endpoint.path_ids:
            for one in self.other.uuids:
                path = self._path({name: one})
                body, sent = self._body({})
                yield self._probe("path", name, path, body, [one, *sent])

    def in_query(self) -> Iterator[Probe]:
        assert self.endpoint.query is not None
        fields = _fields(self.endpoint.query.model)
        for name, schema in fields.items():
            for context, value in product(self._orders(name), self._values(name, schema)):
                query = urlencode({**_with(name), **context, name: _text(value)})
                yield self._probe("query", name, f"{self._path({})}?{query}", None, [value])

    def in_body(self) -> Iterator[Probe]:
        assert self.endpoint.body is not None
        for name, schema in _fields(self.endpoint.body).items():
            for value in self._values(name, schema):
                body, sent = self._body({**_with(name), name: value})
                yield self._probe("body", name, self._path({}), body, [*_flat(value), *sent])

    def in_headers(self) -> Iterator[Probe]:
        if self.endpoint.idempotent:
            body, sent = self._body({})
            headers = {"Idempotency-Key": self.other.idempotency_key}
            yield self._probe("header", "Idempotency-Key", self._path({}), body, sent, headers)
        if self.endpoint.method == "GET":
            for tag in self.other.tags:
                yield self._probe("header", "If-None-Match", self._path({}), None, [tag], {"If-None-Match": tag})

    def _probe(
        self,
        where: str,
        name: str,
        path: str,
        body: bytes | None,
        sent: list[Any],
        headers: Mapping[str, str] | None = None,
    ) -> Probe:
        told = [one for one in sent if not isinstance(one, bool) and len(str(one)) > 3]
        place = Place(name_of(self.endpoint), where, name)
        return Probe(place, self.endpoint.method, path, body, headers or {}, told)

    def _path(self, ids: Mapping[str, str]) -> str:
        return PREFIX + self.endpoint.path.format(**(self.ids | ids))

    def _orders(self, name: str) -> list[dict[str, str]]:
        """For lists, every order that they have beside a cursor or an id."""
        if not isinstance(self.endpoint.query, ListQuery):
            return [{}]
        if name != "cursor" and not name.endswith("_id"):
            return [{} if name == "include_total" else {"include_total": "true"}]
        fields = _fields(self.endpoint.query.model)
        pairs = product(fields["order_by"]["enum"], fields["order_direction"]["enum"])
        return [
            {"include_total": "true"},
            *({"include_total": "true", "order_by": key, "order_direction": way} for key, way in pairs),
        ]

    def _body(self, given: Mapping[str, Any]) -> tuple[bytes | None, list[Any]]:
        """A body that has what is required beside what is given, and what of it is new."""
        if self.endpoint.body is None:
            return None, []
        sent, new = dict(given), []
        for name, schema in _fields(self.endpoint.body).items():
            if name not in sent and schema["required"]:
                sent[name] = self._filled(name)
                new.append(sent[name])
        return json.dumps(sent).encode(), [one for one in new if isinstance(one, str)]

    def _filled(self, name: str) -> Any:
        self._made += 1
        text = f"{self.other.word}.{self.endpoint.method.lower()}{self._made}"
        match name:
            case "platform":
                return "tiktok"
            case "identifier":
                return f"68{crc32(text.encode()):011d}000000"
            case "username" | "name":
                return text
            case "account_ids" | "video_ids":
                return [self.own.ids[LISTED[name][0]][0]]
        raise LookupError(f"Nothing is known to say for {name} of {name_of(self.endpoint)}.")

    def _values(  # noqa: C901, PLR0911 - one case for each kind of value
        self, name: str, schema: Mapping[str, Any]
    ) -> list[Any]:
        other = self.other
        if name in LISTED:
            mine = [self.own.ids[kind][0] for kind in LISTED[name]]
            return [[one] for one in other.uuids] + [[mine[0], one, mine[-1]] for one in other.uuids]
        if name.endswith("_id"):
            return list(other.uuids)
        if name == "cursor":
            return list(other.cursors)
        if name == "metadata":
            return [{"n": word} for word in other.words]
        if "enum" in schema:
            return list(schema["enum"])
        match schema.get("type"), schema.get("format"):
            case "string", "date":
                return ["2026-06-11", "2026-06-13"]
            case "string", None:
                words = other.words if self.endpoint.method == "GET" else other.own_words
                return [*words, *other.uuids[:6]]
            case "integer", None:
                return [*other.numbers, 1, 2, 3]
            case "boolean", None:
                return [True, False]
            case "array", None if schema["items"].get("type") == "integer":
                return [[one] for one in other.numbers] + [[1, one, 2] for one in other.numbers]
        raise LookupError(f"Nothing is known that {name} of {name_of(self.endpoint)} could be asked with: {schema}")


def _with(name: str) -> dict[str, str]:
    """What must be said together with a parameter for it to mean anything."""
    dates = {"start_date": "2026-06-10", "end_date": "2026-06-14"}
    return dates if name in dates else {}


def _fields(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """The fields of a model: the schema of what is not null, and whether each must be there."""
    schema = model.model_json_schema(mode="validation")
    found = {}
    for name, declared in schema.get("properties", {}).items():
        options = [one for one in declared.get("anyOf", [declared]) if one.get("type") != "null"]
        of_type = dict(options[0])
        if "$ref" in of_type:
            of_type = schema["$defs"][of_type["$ref"].rpartition("/")[2]]
        found[name] = {**declared, **of_type, "required": name in schema.get("required", ())}
    return found


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]
