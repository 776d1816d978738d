import datetime as dt
import unicodedata
from typing import Any

import pytest
from httpx import AsyncClient

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import AccountObservation, PostObservation, PostSnapshot, ProfileSnapshot
from factories import a_creator, a_video, an_account, an_organization
from real_posts import import_real_posts
from written import NOON

pytestmark = pytest.mark.usefixtures("today")

SECTIONS = ["accounts", "creators", "videos"]


async def found(client: AsyncClient, q: str, limit: int = 25) -> dict[str, list[dict[str, Any]]]:
    """The sections of a search."""
    answer = await client.get("/v2/search", params={"q": q, "limit": limit})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert list(body) == ["data", "meta"]
    assert list(body["data"]) == SECTIONS
    caps = dict.fromkeys(SECTIONS, limit)
    assert list(body["meta"].items()) == [("query", q), ("limit_per_section", limit), ("effective_caps", caps)]
    sections: dict[str, list[dict[str, Any]]] = body["data"]
    return sections


async def followed(db: Database, actor: Actor, username: str, followers: int, **fields: Any) -> str:
    """An account that was seen with followers."""
    account = await an_account(db, actor, username, **fields)
    profile = ProfileSnapshot(NOON, name=f"The {username}", follower_count=followers)
    await observe(db, str(actor.organization_id), [AccountObservation(account.id, [profile])])
    return str(account.id)


async def test_what_is_called_so_comes_before_what_begins_so_and_the_rest(
    client: AsyncClient, db: Database, organization: Actor
) -> None:
    other = await an_organization(db, name="Other")
    for actor in (organization, other):
        ids = {
            name: await followed(db, actor, name, followers, platform=platform)
            for name, followers, platform in [
                ("the.cook", 900, "instagram"),
                ("cooking", 20, "tiktok"),
                ("cook", 1, "tiktok"),
                ("cookies", 50, "tiktok"),
                ("dancer", 5_000, "tiktok"),
            ]
        }
        for name, account in [("A Cook", "dancer"), ("Cookie", None), ("COOK", None), ("Cooks", "cookies")]:
            creator = await a_creator(db, actor, name)
            if account:
                linked = f"/v2/creators/{creator.id}/accounts/{ids[account]}"
                assert (await client.put(linked)).status_code == (201 if actor is organization else 404)
        if actor is organization:
            mine = ids

    sections = await found(client, " cOOk ")
    assert [row["username"] for row in sections["accounts"]] == ["cook", "cookies", "cooking", "the.cook"]
    assert list(sections["accounts"][0].items()) == [
        ("id", mine["cook"]),
        ("platform", "tiktok"),
        ("username", "cook"),
        ("display_name", "The cook"),
    ]
    assert [row["name"] for row in sections["creators"]] == ["COOK", "Cooks", "Cookie", "A Cook"]
    assert list(sections["creators"][0]) == ["id", "name"]
    assert sections["videos"] == []
    fewer = await found(client, "cook", limit=1)
    assert [len(rows) for rows in fewer.values()] == [1, 1, 0]


async def test_a_post_appears_once_newest_first(client: AsyncClient, db: Database, organization: Actor) -> None:
    account = await an_account(db, organization, "cook", platform="instagram")
    names = [str(10**18 + number) for number in range(4)]
    both = await a_video(db, organization, names[1], platform="instagram")
    alone = await a_video(db, organization, names[3], platform="instagram")

    def seen(number: int, caption: str | None) -> PostSnapshot:
        return PostSnapshot(
            NOON, names[number], description=caption, create_time=NOON - dt.timedelta(days=number), view_count=1
        )

    feed = [seen(0, "Apple pie"), seen(1, "APPLE crumble"), seen(2, None)]
    observations = [AccountObservation(account.id, [], feed), PostObservation("instagram", [seen(3, "no\u0308 apple")])]
    await observe(db, str(organization.organization_id), observations)
    listed = (await client.get("/v2/account-videos")).json()["data"]
    (discovered,) = [row["id"] for row in listed if row["external_id"] == names[0]]

    videos = (await found(client, "apple"))["videos"]
    assert [row["id"] for row in videos] == [discovered, both.id, alone.id]
    assert [row["caption"] for row in videos] == ["Apple pie", "APPLE crumble", "no\u0308 apple"]
    assert list(videos[0].items()) == [
        ("id", discovered),
        ("platform", "instagram"),
        ("caption", "Apple pie"),
        ("account_id", account.id),
        ("account_username", "cook"),
    ]
    assert [row["id"] for row in (await found(client, "NÖ"))["videos"]] == [alone.id]


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%09", "?limit=3"])
async def test_nothing_is_found_for_nothing(client: AsyncClient, organization: Actor, db: Database, query: str) -> None:
    await an_account(db, organization, "acme")
    answer = await client.get(f"/v2/search{query}")
    assert answer.status_code == 200
    assert answer.json()["data"] == {name: [] for name in SECTIONS}
    assert answer.json()["meta"]["query"] == (" \t" if "%20" in query else "")
    assert answer.json()["meta"]["limit_per_section"] == (3 if "limit" in query else 10)


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("q=" + "x" * 129, "q", "must have at most 128 characters"),
        ("q=a%00b", "q", "must not contain the character U+0000"),
        ("q=a&q=b", "q", "must be given once"),
        ("q=a&limit=26", "limit", "must be at most 25"),
        ("q=a&limit=0", "limit", "must be at least 1"),
        ("q=a&limit=ten", "limit", "must be an integer"),
        ("query=a", "query", "is not a known parameter"),
    ],
)
async def test_a_search_is_asked_strictly(client: AsyncClient, query: str, field: str, message: str) -> None:
    answer = await client.get(f"/v2/search?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": field, "message": message}]


REAL = [
    "😂",
    "❤️",
    "🥺",
    "ال",
    "مع",
    "よ",
    "ダンス",
    "を",
    "ни",
    "#fyp",
    "#FYP",
    "love",
    "Charli",
    "%",
    "100%",
    "_",
    "'",
    '"',
    "\\",
    "“",
    "’",
    "@",
    "é",
    "ß",
    "﷽",
    "x",
    "zz",
    "nowhere#at#all",
]


async def test_real_captions_are_found_as_plain_python_finds_them(
    client: AsyncClient, db: Database, organization: Actor
) -> None:
    await import_real_posts(db, organization)
    videos = await all_of(client, "account-videos")
    accounts = await all_of(client, "accounts")
    newest = sorted(videos, key=lambda row: (row["create_time"], row["post_id"]), reverse=True)
    hits = 0
    for q in [*REAL, "to be", " a ", "."]:
        text = folded(q.strip())
        sections = await found(client, q)
        ids = [row["id"] for row in sections["videos"]]
        assert ids == [row["id"] for row in newest if text in folded(row["description"] or "")][:25], q
        usernames = [row["username"] for row in sections["accounts"]]
        assert (
            usernames
            == sorted(
                (row["username"] for row in accounts if text in row["username"]),
                key=lambda name: (name != text, not name.startswith(text), name),
            )[:25]
        ), q
        hits += len(ids)
    assert hits > 100


async def all_of(client: AsyncClient, path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    url: str | None = f"/v2/{path}?limit=200"
    while url is not None:
        answer = await client.get(url)
        rows += answer.json()["data"]
        url = answer.links.get("next", {}).get("url")
    return rows


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
