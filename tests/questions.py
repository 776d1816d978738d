"""Everything that the REST API can be asked about an organization, and what it answers: to compare one with another."""

from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import product
from typing import Any

from httpx import AsyncClient, Response

from creatoraudit.domain.analytics.leaderboards import ORDERS
from creatoraudit.rest.endpoint import PREFIX, AnyEndpoint
from creatoraudit.rest.params import ListParams, ListQuery
from creatoraudit.rest.routes import ENDPOINTS

Row = dict[str, Any]
Ids = dict[str, list[str]]
Answers = dict[tuple[str, str], Any]

LISTS = {
    "account_id": "/accounts",
    "video_id": "/videos",
    "account_video_id": "/account-videos",
    "creator_id": "/creators",
}
"""Where the things are listed that a path names by these ids."""
WINDOWS: list[Row] = [
    *({"period": period} for period in ("7d", "30d", "90d")),
    {"start_date": "2026-06-21", "end_date": "2026-06-29"},
]
CHOICES = {
    "period": ["7d", "30d", "90d"],
    "granularity": ["day", "week", "month"],
    "order_by": [*ORDERS],
    "limit": ["25"],
    "q": ["a", "an", "the", "#", "É", "100%", "acme", "no such thing"],
}
"""What is asked of each parameter but lists' own ones and dates."""
CLOSELY = 2
"""Of how many things, from both ends of their list, everything is asked; of the others what needs no parameters."""


async def ids_of(client: AsyncClient) -> Ids:
    """The ids of everything there is."""
    return {name: [row["id"] for row in await _rows(client, path)] for name, path in LISTS.items()}


async def answers(client: AsyncClient) -> Answers:
    """What every GET endpoint answers, and every batch of metrics and deltas."""
    ids, found = await ids_of(client), Answers()
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET":
            async for path, params, response in _asked(client, endpoint, ids):
                found[path, str(params)] = _body(response)
    for path, body in _batches(ids, await _rows(client, "/account-videos")):
        found[path, str(body)] = _body(await client.post(PREFIX + path, json=body))
    return found


async def _rows(client: AsyncClient, path: str) -> list[Row]:
    rows: list[Row] = (await client.get(f"{PREFIX}{path}?limit=200")).json()["data"]
    return rows


def _body(response: Response) -> Any:
    assert response.status_code == 200, (response.url, response.text)
    return response.json() if "json" in response.headers["content-type"] else response.text


async def _asked(client: AsyncClient, endpoint: AnyEndpoint, ids: Ids) -> AsyncIterator[tuple[str, Row, Response]]:
    for chosen in product(*(ids[name] for name in endpoint.path_ids)):
        in_path = dict(zip(endpoint.path_ids, chosen, strict=True))
        path = PREFIX + endpoint.path.format(**in_path)
        if isinstance(endpoint.query, ListQuery):
            for params in _list_params(endpoint.query, await _rows(client, endpoint.path), ids):
                response = await client.get(path, params=params)
                yield path, params, response
                while "next" in response.links:
                    response = await client.get(response.links["next"]["url"])
                    yield path, dict(response.url.params), response
        else:
            closely = all(one in ids[name][:CLOSELY] + ids[name][-CLOSELY:] for name, one in in_path.items())
            for params in _params(endpoint) if closely else [{}]:
                yield path, params, await client.get(path, params=params)


def _list_params(query: ListQuery[Any], rows: Sequence[Row], ids: Ids) -> list[Row]:
    """Every order of the list, seven things at a time, and every filter with each value that there is."""
    orders = product(query.listing.keys, ("asc", "desc"))
    own = [name for name in query.model.model_fields if name not in ListParams.model_fields]
    return [
        {},
        *({"order_by": key, "order_direction": direction, "limit": 7} for key, direction in orders),
        *({name: value, "include_total": "true"} for name in own for value in _values(name, rows, ids)),
    ]


def _values(name: str, rows: Iterable[Row], ids: Ids) -> Iterable[Any]:
    match name:
        case "is_active":
            return "true", "false"
        case "q":
            return CHOICES["q"]
        case "account_id" | "creator_id":
            return ids[name]
        case _:
            return sorted({row[name] for row in rows if row[name] is not None})


def _params(endpoint: AnyEndpoint) -> list[Row]:
    """Every combination of an endpoint's parameters; one that nobody has thought of is a KeyError."""
    names = [] if endpoint.query is None else [*endpoint.query.model.model_fields]
    if "start_date" not in names:
        return [{}, *_combined(names)]
    others = [name for name in names if name not in {"period", "start_date", "end_date"}]
    windows = [one for one in WINDOWS if one.keys() <= set(names)]
    alone = [{"start_date": "2026-06-24"}, {"end_date": "2026-06-27"}] if "period" not in names else []
    return [{}, *(window | one for window in (*windows, *alone) for one in _combined(others))]


def _combined(names: Sequence[str]) -> list[Row]:
    return [dict(zip(names, values, strict=True)) for values in product(*(CHOICES[name] for name in names))]


def _batches(ids: Ids, found: Sequence[Row]) -> Iterable[tuple[str, Row]]:
    of_either_kind = [*ids["video_id"], *ids["account_video_id"]][:200]
    post_ids = {
        f"{platform}_{kind}_ids": [row["post_id"] for row in found if row["platform"] == platform][:100]
        for platform, kind in (("instagram", "post"), ("tiktok", "video"))
    }
    for window in WINDOWS:
        yield "/accounts/metrics", {"account_ids": ids["account_id"], **window}
        yield "/videos/metrics", {"video_ids": of_either_kind, **window}
        yield "/account-videos/metrics", {**post_ids, **window}
    yield "/videos/deltas", {"video_ids": of_either_kind, "windows": [1, 2, 7, 14, 30, 365]}
