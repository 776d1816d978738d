"""A realistic day, pressed into minutes: many keys that read, write and ask GraphQL at once, of one address."""

import json
import random
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from benchmarks.client import GRAPHQL, Client, Request

WINDOW_SECONDS = 60


class Scene(NamedTuple):
    """What there is to ask for: ids of the world, of each noun."""

    accounts: list[str]
    creators: list[str]
    account_videos: list[str]


class Kind(NamedTuple):
    """A sort of request: its name, how often it comes among all others, and one of it, made by chance."""

    name: str
    weight: int
    make: Callable[[Scene, random.Random], Request]
    statuses: tuple[int, ...] = (200,)
    """What may answer it, besides 429 to a key whose requests are counted."""


class Sent(NamedTuple):
    """A request and what came of it."""

    kind: str
    status: int
    seconds: float
    at: float
    """When it was sent, on the monotonic clock."""
    window: int
    """The end of the minute that it was counted in, in Unix seconds."""


def look(client: Client) -> Scene:
    """Reads what there is."""

    def ids(path: str) -> list[str]:
        return [one["id"] for one in client.ask(Request(path, {"limit": 200}))["data"]]

    return Scene(ids("/accounts"), ids("/creators"), ids("/account-videos"))


def visit(client: Client, scene: Scene, kinds: Sequence[Kind], seconds: float, seed: int) -> list[Sent]:
    """Asks one request after the other for so long."""
    chance = random.Random(seed)  # noqa: S311 - it must be the same each time
    weights = [kind.weight for kind in kinds]
    sent: list[Sent] = []
    end = time.monotonic() + seconds
    client.connect()
    while (at := time.monotonic()) < end:
        (kind,) = chance.choices(kinds, weights)
        answer = client.send(client.encoded(kind.make(scene, chance)))
        took = time.monotonic() - at
        if answer.status not in kind.statuses and answer.status < 429:  # noqa: PLR2004 - the rest is counted
            raise RuntimeError(f"{kind.name} answered {answer.status}: {answer.body[:500].decode()}")
        if kind.name.startswith("GraphQL") and answer.status == 200 and "errors" in json.loads(answer.body):  # noqa: PLR2004
            raise RuntimeError(f"{kind.name} answered {answer.body[:500].decode()}")
        sent.append(Sent(kind.name, answer.status, took, at, int(answer.header("x-ratelimit-reset") or 0)))
    return sent


def _get(path: str, **query: Any) -> Callable[[Scene, random.Random], Request]:
    return lambda _scene, _chance: Request(path, query)


def _of_one(path: str, noun: str, **query: Any) -> Callable[[Scene, random.Random], Request]:
    return lambda scene, chance: Request(path.format(chance.choice(getattr(scene, noun))), query)


def _metrics(scene: Scene, chance: random.Random) -> Request:
    ids = chance.sample(scene.accounts, min(50, len(scene.accounts)))
    return Request("/accounts/metrics", body={"account_ids": ids, "period": "30d"})


def _create(_: Scene, chance: random.Random) -> Request:
    body = {"platform": "tiktok", "username": f"load.{chance.getrandbits(60):x}"}
    return Request("/accounts", body=body, headers={"Idempotency-Key": str(uuid.UUID(int=chance.getrandbits(128)))})


def _patch(scene: Scene, chance: random.Random) -> Request:
    path = f"/accounts/{chance.choice(scene.accounts)}"
    return Request(path, body={"metadata": {"seen": chance.randrange(1_000)}}, method="PATCH")


def _graphql(query: str, noun: str | None = None) -> Callable[[Scene, random.Random], Request]:
    def make(scene: Scene, chance: random.Random) -> Request:
        variables = {} if noun is None else {"id": chance.choice(getattr(scene, noun))}
        return Request(GRAPHQL, body={"query": query, "variables": variables})

    return make


_FEED = """query Feed($id: ID!) {
  creator(id: $id) {
    name
    accounts(first: 5) {
      nodes { username followerCount videos(first: 5) { nodes { description viewCount } } }
    }
    metrics(window: { period: LAST_30_DAYS }) { views engagementRate }
  }
}"""
_ACCOUNT = "query Account($id: ID!) { account(id: $id) { username followerCount viewCount isActive creator { name } } }"
_TABLE = "query Table { accounts(first: 50) { nodes { databaseId username platform followerCount viewCount } } }"
_RENAME = """mutation Categorize($id: ID!) {
  updateAccount(input: { id: $id, category: "load" }) { account { category } userErrors { message } }
}"""

COUNTED = (
    Kind("GET an account", 3, _of_one("/accounts/{}", "accounts")),
    Kind("GET a page of accounts", 1, _get("/accounts", limit=10)),
)
"""What keys with a low limit ask for: each costs one of it."""

MIX = (
    Kind("GET an account", 20, _of_one("/accounts/{}", "accounts")),
    Kind("GET a page of accounts", 8, _get("/accounts", order_by="follower_count", order_direction="desc", limit=50)),
    Kind("GET a page of account videos", 8, _of_one("/account-videos", "accounts", limit=50)),
    Kind("GET the overview", 6, _get("/overview")),
    Kind("GET a creator's series", 4, _of_one("/creators/{}/timeseries", "creators", period="30d")),
    Kind("GET the organization's series", 3, _get("/analytics/timeseries", period="90d")),
    Kind("GET the top creators", 2, _get("/creators/top", period="7d")),
    Kind("GET a search", 5, _get("/search", q="morning")),
    Kind("GET what is not there", 2, lambda *_: Request(f"/accounts/{uuid.UUID(int=0)}"), (404,)),
    Kind("POST metrics of 50 accounts", 4, _metrics),
    Kind("POST an account", 3, _create, (201,)),
    Kind("PATCH an account", 6, _patch),
    Kind("GraphQL: an account", 14, _graphql(_ACCOUNT, "accounts")),
    Kind("GraphQL: 50 accounts", 8, _graphql(_TABLE)),
    Kind("GraphQL: a creator's feed", 5, _graphql(_FEED, "creators")),
    Kind("GraphQL: updateAccount", 2, _graphql(_RENAME, "accounts")),
)
"""What everybody else asks for."""
