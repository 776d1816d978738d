"""Every list keeps the same promises: pages, sorts, filters, totals, links, and cursors bound to their question."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient, Response

from contract import rows
from contract.problems import fields_of
from contract.rows import in_order
from creatoraudit.app import create_app
from creatoraudit.db.engine import Database
from creatoraudit.domain.text import folded
from creatoraudit.rest.endpoint import PREFIX
from creatoraudit.rest.params import ListQuery
from creatoraudit.rest.routes import ENDPOINTS
from creatoraudit.settings import Settings
from factories import an_api_key, an_organization
from http_fixtures import BASE_URL

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = 40
LISTS = {PREFIX + one.path: one.query for one in ENDPOINTS if isinstance(one.query, ListQuery)}
DEFAULTS = {
    "/v2/accounts": ("added_at", "desc"),
    "/v2/videos": ("added_at", "desc"),
    "/v2/account-videos": ("create_time", "desc"),
    "/v2/creators": ("name", "asc"),
}
SIGNS = {"asc": "", "desc": "-"}
every_list = pytest.mark.parametrize("path", LISTS)


class Shelf(NamedTuple):
    """An application with many rows of everything, asked by one organization, or by another that has as many."""

    client: AsyncClient
    other: AsyncClient

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        """A page that must be there."""
        answer = await self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All rows of a list."""
        rows: list[dict[str, Any]] = (await self.get(path, limit=200, **params))["data"]
        return rows


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shelf(shared_database_url: str) -> AsyncIterator[Shelf]:
    app = create_app(Settings(database_url=shared_database_url, rate_limit=1_000_000))
    async with app.router.lifespan_context(app):
        db = app.state.opened.db
        mine, theirs = [await _filled(db, seed) for seed in (1, 2)]
        async with _asked_by(app, mine) as client, _asked_by(app, theirs) as other:
            yield Shelf(client, other)


def _asked_by(app: Any, key: str) -> AsyncClient:
    headers = {"Authorization": f"Bearer {key}"}
    return AsyncClient(transport=ASGITransport(app), base_url=BASE_URL, headers=headers)


async def _filled(db: Database, seed: int) -> str:
    actor, random = await an_organization(db), Random(seed)
    creators = rows.some_creators(actor, random, ROWS)
    await rows.write(db, creators)
    accounts = rows.some_accounts(actor, random, ROWS, creators[:5])
    await rows.write(db, accounts)
    await rows.write_videos(db, actor, random, rows.some_posts(actor, random, accounts[:5], "video", ROWS))
    found = rows.some_posts(actor, random, accounts[:5], "account_video", ROWS)
    await rows.write_account_videos(db, actor, random, found)
    return (await an_api_key(db, actor)).key


def links_of(answer: Response) -> dict[str, str]:
    """The targets of the Link header, by relation."""
    parts = [part.partition("; ") for part in answer.headers["link"].split(", ")]
    return {relation.removeprefix('rel="').removesuffix('"'): target[1:-1] for target, _, relation in parts}


async def test_these_are_the_lists() -> None:
    assert LISTS.keys() == DEFAULTS.keys()


@every_list
async def test_a_list_without_parameters(shelf: Shelf, path: str) -> None:
    answer = await shelf.client.get(path)
    page = answer.json()
    key, direction = DEFAULTS[path]
    assert list(page) == ["data", "pagination", "filters"]
    assert [row["id"] for row in page["data"]] == in_order(page["data"], key, direction)
    assert page["pagination"] == {"next_cursor": None, "has_next": False, "limit": 50}
    assert list(page["pagination"]) == ["next_cursor", "has_next", "limit"]
    assert page["filters"] == {"order_by": key, "order_direction": direction}
    assert len(page["data"]) == ROWS
    assert links_of(answer) == {"first": BASE_URL + path}


@every_list
@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_every_sort_walks_every_row_once(shelf: Shelf, path: str, direction: str) -> None:
    everything = await shelf.all(path)
    for key in LISTS[path].listing.keys:
        for sort in ({"order_by": key, "order_direction": direction}, {"sort": f"{SIGNS[direction]}{key}"}):
            pages = [page async for page in walk(shelf.client, path, sort | {"limit": "7"})]
            assert [row["id"] for page in pages for row in page["data"]] == in_order(everything, key, direction)
            assert [len(page["data"]) for page in pages] == [7] * (ROWS // 7) + [ROWS % 7]
            for page in pages:
                assert page["filters"] == {"order_by": key, "order_direction": direction}


async def walk(client: AsyncClient, path: str, params: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
    """The pages of a list as its links lead through them, which say the same as `pagination`."""
    answer = await client.get(path, params=params)
    first = links_of(answer)["first"]
    assert (first.partition("?")[0], parse_qsl(urlsplit(first).query)) == (BASE_URL + path, list(params.items()))
    while True:
        page, links = answer.json(), links_of(answer)
        yield page
        assert links.pop("first") == first
        cursor = page["pagination"]["next_cursor"]
        assert page["pagination"] == {"next_cursor": cursor, "has_next": cursor is not None, "limit": 7}
        if cursor is None:
            assert not links
            return
        assert parse_qsl(urlsplit(links["next"]).query) == [*params.items(), ("cursor", cursor)]
        answer = await client.get(links["next"])


@every_list
async def test_order_by_wins_over_sort(shelf: Shelf, path: str) -> None:
    key, direction = DEFAULTS[path]
    opposite = "asc" if direction == "desc" else "desc"
    echoes = [
        ({"sort": key}, (key, "asc")),
        ({"sort": f"-{key}"}, (key, "desc")),
        ({"order_by": key}, (key, direction)),
        ({"order_by": key, "sort": f"-{key}"}, (key, direction)),
        ({"order_by": key, "sort": key, "order_direction": opposite}, (key, opposite)),
        ({"order_direction": opposite}, (key, opposite)),
    ]
    for params, expected in echoes:
        filters = (await shelf.get(path, **params))["filters"]
        assert (filters["order_by"], filters["order_direction"]) == expected, params


@every_list
async def test_the_total_is_counted_only_when_asked_for(shelf: Shelf, path: str) -> None:
    counted = await shelf.get(path, include_total="true", limit=3)
    assert counted["pagination"]["total_count"] == ROWS
    assert list(counted["pagination"]) == ["next_cursor", "has_next", "limit", "total_count"]
    assert "total_count" not in (await shelf.get(path, include_total="false"))["pagination"]
    for name in LISTS[path].filters.model_fields.keys() & {"platform", "is_active"}:
        value = "tiktok" if name == "platform" else "true"
        matching = await shelf.get(path, include_total="true", limit=1, **{name: value})
        assert matching["pagination"]["total_count"] == len(await shelf.all(path, **{name: value}))


@every_list
async def test_filters_combine_and_are_echoed_typed(shelf: Shelf, path: str) -> None:
    everything = await shelf.all(path)
    sample = next(
        row for row in everything if row.get("category", "") is not None and row.get("account_id", "") is not None
    )
    filters = {name: sample[name] for name in LISTS[path].filters.model_fields if name in sample}
    for asked in [{name: value} for name, value in filters.items()] + [filters]:
        sent = {name: str(value).lower() if isinstance(value, bool) else value for name, value in asked.items()}
        page = await shelf.get(path, limit=200, **sent)
        expected = [row["id"] for row in everything if all(row[name] == value for name, value in asked.items())]
        assert [row["id"] for row in page["data"]] == expected
        key, direction = DEFAULTS[path]
        assert page["filters"] == asked | {"order_by": key, "order_direction": direction}
        assert expected


async def test_account_videos_of_a_creators_accounts(shelf: Shelf) -> None:
    accounts = {row["id"]: row["creator_id"] for row in await shelf.all("/v2/accounts")}
    videos = await shelf.all("/v2/account-videos")
    creator = accounts[videos[0]["account_id"]]
    found = await shelf.all("/v2/account-videos", creator_id=creator)
    assert [row["id"] for row in found] == [row["id"] for row in videos if accounts[row["account_id"]] == creator]


@every_list
async def test_an_unknown_id_in_a_filter_finds_nothing(shelf: Shelf, path: str) -> None:
    everything = {row["id"] for row in await shelf.all("/v2/creators") + await shelf.all("/v2/accounts")}
    theirs = (await shelf.other.get("/v2/accounts", params={"limit": 200})).json()["data"][0]
    for name in LISTS[path].filters.model_fields.keys() & {"account_id", "creator_id"}:
        unknown = theirs["id"] if name == "account_id" else theirs["creator_id"]
        assert unknown not in everything
        assert await shelf.all(path, **{name: unknown}) == []
        assert fields_of(await shelf.client.get(path, params={name: "17"})) == {name: "must be a UUID"}


@every_list
async def test_q_is_a_literal_part_of_the_text_whatever_its_case(shelf: Shelf, path: str) -> None:
    text = {"/v2/accounts": "username", "/v2/creators": "name"}.get(path, "description")
    everything = await shelf.all(path)
    for q in ("_", "%", "100%", "éclair", "E\u0301CLAIR", "STRASSE", "Z", "b_", "\\", "nowhere"):
        expected = [row["id"] for row in everything if folded(q) in folded(row[text] or "")]
        page = await shelf.get(path, limit=200, q=q)
        assert [row["id"] for row in page["data"]] == expected, q
        assert page["filters"]["q"] == q
    for blank in ("", " ", "\t"):
        assert [row["id"] for row in await shelf.all(path, q=blank)] == [row["id"] for row in everything]
    assert fields_of(await shelf.client.get(path, params={"q": "x" * 129})) == {"q": "must have at most 128 characters"}
    assert fields_of(await shelf.client.get(path, params={"q": "a\0"})) == {
        "q": "must not contain the character U+0000"
    }


@every_list
async def test_a_cursor_belongs_to_one_question(shelf: Shelf, path: str) -> None:
    key, direction = DEFAULTS[path]
    first = await shelf.get(path, limit=5)
    cursor = first["pagination"]["next_cursor"]
    page = await shelf.get(path, limit=9, include_total="true", cursor=cursor)
    assert (len(page["data"]), page["pagination"]["total_count"]) == (9, ROWS)

    opposite = "asc" if direction == "desc" else "desc"
    others = [path, *(other for other in LISTS if other != path)]
    questions = [(path, {"order_direction": opposite}), (path, {"q": "a"}), *((other, {}) for other in others[1:])]
    questions += [(path, {"order_by": other}) for other in LISTS[path].listing.keys if other != key]
    for other, params in questions:
        refused = await shelf.client.get(other, params={"cursor": cursor, **params})
        assert "cursor" in fields_of(refused), (other, params)
    assert "cursor" in fields_of(await shelf.other.get(path, params={"cursor": cursor}))


@every_list
async def test_a_cursor_cannot_be_altered(shelf: Shelf, path: str) -> None:
    cursor = (await shelf.get(path, limit=5))["pagination"]["next_cursor"]
    swapped = [
        cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :] for place in range(len(cursor))
    ]
    truncated = [cursor[:length] for length in range(1, len(cursor))]
    extended = [cursor + "A", cursor + "=", cursor + "==", " " + cursor, cursor + "\n"]
    for altered in [*swapped, *truncated, *extended, "garbage", "é", "\0"]:
        assert "cursor" in fields_of(await shelf.client.get(path, params={"cursor": altered})), altered


@every_list
async def test_parameters_are_strict(shelf: Shelf, path: str) -> None:
    keys = LISTS[path].listing.keys
    one_of = ", ".join(keys)
    key = DEFAULTS[path][0]
    refused = {
        "limit=0": {"limit": "must be at least 1"},
        "limit=-1": {"limit": "must be at least 1"},
        "limit=201": {"limit": "must be at most 200"},
        f"limit={10**30}": {"limit": "must be at most 200"},
        "limit=ten": {"limit": "must be an integer"},
        "limit=1.0": {"limit": "must be an integer"},
        "limit=%2B1": {"limit": "must be an integer"},
        "limit=": {"limit": "must not be empty"},
        "limit=1&limit=2": {"limit": "must be given once"},
        "limit=1&limit=1": {"limit": "must be given once"},
        "include_total=1": {"include_total": "must be true or false"},
        "include_total=True": {"include_total": "must be true or false"},
        "include_total=": {"include_total": "must not be empty"},
        "cursor=": {"cursor": "must not be empty"},
        "order_by=": {"order_by": "must not be empty"},
        "order_by=id": {"order_by": f"must be one of: {one_of}"},
        f"order_by=-{key}": {"order_by": f"must be one of: {one_of}"},
        f"order_by={key.upper()}": {"order_by": f"must be one of: {one_of}"},
        "order_direction=up": {"order_direction": "must be one of: asc, desc"},
        f"sort={key}&order_direction=asc": {
            "order_direction": "goes with order_by; sort has its direction in its sign"
        },
        "limits=5": {"limits": "is not a known parameter, did you mean 'limit'?"},
        "LIMIT=5": {"LIMIT": "is not a known parameter"},
        "a%00b=1": {"a\0b": "is not a known parameter"},
        "%ff=1": {"query": "must be percent-encoded UTF-8"},
        "q=%ff": {"query": "must be percent-encoded UTF-8"},
        "&".join(f"p{number}=1" for number in range(101)): {"query": "must have at most 100 parameters"},
        f"sort={key}&order_by=nothing&order_direction=asc": {"order_by": f"must be one of: {one_of}"},
        "limit=0&include_total=x&surprise=1": {
            "limit": "must be at least 1",
            "include_total": "must be true or false",
            "surprise": "is not a known parameter",
        },
    }
    for query, expected in refused.items():
        assert fields_of(await shelf.client.get(f"{path}?{query}")) == expected, query
    for overridden in (f"sort=nothing&order_by={key}", "sort=%2B" + key, "sort=--" + key):
        assert list(fields_of(await shelf.client.get(f"{path}?{overridden}"))) == ["sort"], overridden


@every_list
async def test_the_bound_of_a_page_stands_in_the_detail(shelf: Shelf, path: str) -> None:
    answer = await shelf.client.get(path, params={"limit": 201})
    assert answer.json()["detail"] == "limit must be at most 200."
    assert len((await shelf.get(path, limit=200))["data"]) == ROWS
    assert len((await shelf.get(path, limit=1))["data"]) == 1


@every_list
async def test_filters_are_strict(shelf: Shelf, path: str) -> None:
    refused = {
        "platform": {"youtube": "must be one of: instagram, tiktok", "TikTok": "must be one of: instagram, tiktok"},
        "is_active": {"yes": "must be true or false", "": "must not be empty"},
        "category": {"": "must not be empty"},
    }
    for name in LISTS[path].filters.model_fields.keys() & refused.keys():
        for value, message in refused[name].items():
            assert fields_of(await shelf.client.get(path, params={name: value})) == {name: message}


@every_list
async def test_links_keep_what_was_asked_for(shelf: Shelf, path: str) -> None:
    answer = await shelf.client.get(path, params={"q": "%&=é", "limit": 2})
    first = urlsplit(links_of(answer)["first"])
    assert f"{first.scheme}://{first.netloc}{first.path}" == BASE_URL + path
    assert parse_qsl(first.query) == [("q", "%&=é"), ("limit", "2")]
