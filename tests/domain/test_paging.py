"""Keyset pages: every row exactly once, in order, whatever happens meanwhile; and cursors that cannot be bent."""

import datetime as dt
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Table, delete, insert

from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account, AccountVideo, Creator, Post, Video, stored
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import (
    ACCOUNT_VIDEOS,
    account_videos_by_account_ids,
    account_videos_by_creator_ids,
    list_account_videos,
)
from creatoraudit.domain.accounts.inputs import AccountFilter
from creatoraudit.domain.accounts.queries import ACCOUNTS, accounts_by_creator_ids, list_accounts
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.creators.inputs import CreatorFilter
from creatoraudit.domain.creators.queries import CREATORS, list_creators
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.paging import Direction, Page, PageRequest, Sort, cut
from creatoraudit.domain.scope import table
from creatoraudit.domain.text import folded
from creatoraudit.domain.validation import Input
from creatoraudit.domain.videos.inputs import VideoFilter
from creatoraudit.domain.videos.queries import VIDEOS, list_videos, videos_by_account_ids
from creatoraudit.errors import FieldError, ValidationFailed
from factories import a_creator, an_account, an_account_video, an_organization

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
Rows = dict[Table, list[dict[str, Any]]]


class Noun(NamedTuple):
    """A list, and how rows that it shows are made and unmade: few values for many rows, some of them null."""

    listing: Listing[Any]
    ask: Callable[..., Awaitable[Page[Any]]]
    nothing: Input
    made: Callable[[Actor, random.Random, int], Rows]
    gone: Callable[[str], Any]


def _moment(chance: random.Random) -> dt.datetime:
    return NOON - dt.timedelta(minutes=chance.randrange(20))


def _counters(chance: random.Random, of: Sequence[Any] = range(20)) -> dict[str, Any]:
    return {name: chance.choice(of) for name in ("view_count", "like_count", "play_count")}


def _accounts(actor: Actor, chance: random.Random, count: int) -> Rows:
    return {
        table(Account): [
            stored(
                Account(
                    id=new_id(),
                    organization_id=actor.organization_id or "",
                    platform=chance.choice(["instagram", "tiktok"]),
                    username=f"user.{chance.getrandbits(64):x}",
                    added_at=_moment(chance),
                    tracked_since=NOON.date(),
                    last_scrape_time=chance.choice([None, _moment(chance)]),
                    follower_count=chance.randrange(20),
                    **_counters(chance),
                )
            )
            for _ in range(count)
        ]
    }


def _creators(actor: Actor, chance: random.Random, count: int) -> Rows:
    names = [chance.choice(["Ada", "ada", "É", "é", "E\N{COMBINING ACUTE ACCENT}", "😀", "~"]) for _ in range(count)]
    return {
        table(Creator): [
            stored(
                Creator(
                    id=new_id(),
                    organization_id=actor.organization_id or "",
                    name=name,
                    name_folded=folded(name),
                    added_at=NOON,
                )
            )
            for name in names
        ]
    }


def _posts(actor: Actor, chance: random.Random, record: str, count: int) -> tuple[list[dict[str, Any]], Rows]:
    (account,) = _accounts(actor, chance, 1)[table(Account)]
    posts = [
        stored(
            Post(
                id=chance.getrandbits(62),
                organization_id=actor.organization_id or "",
                platform=account["platform"],
                external_id=str(chance.getrandbits(62)),
                account_id=account["id"],
                create_time=chance.choice([None, _moment(chance)]),
                updated_at=NOON,
                **{record: new_id()},
                **_counters(chance, [None, *range(20)]),
            )
        )
        for _ in range(count)
    ]
    return posts, {table(Account): [account], table(Post): posts}


def _record(post: dict[str, Any], name: str, chance: random.Random) -> dict[str, Any]:
    owner = {"id": post[name], "organization_id": post["organization_id"]}
    return owner | {"post_id": post["id"], "added_at": _moment(chance)}


def _videos(actor: Actor, chance: random.Random, count: int) -> Rows:
    posts, rows = _posts(actor, chance, "video_id", count)
    return rows | {
        table(Video): [stored(Video(**_record(post, "video_id", chance), updated_at=NOON)) for post in posts]
    }


def _account_videos(actor: Actor, chance: random.Random, count: int) -> Rows:
    posts, rows = _posts(actor, chance, "account_video_id", count)
    return rows | {table(AccountVideo): [_record(post, "account_video_id", chance) for post in posts]}


ACCOUNT = Noun(
    ACCOUNTS, list_accounts, AccountFilter(), _accounts, lambda one: delete(table(Account)).filter_by(id=one)
)
CREATOR = Noun(
    CREATORS, list_creators, CreatorFilter(), _creators, lambda one: delete(table(Creator)).filter_by(id=one)
)
VIDEO = Noun(VIDEOS, list_videos, VideoFilter(), _videos, lambda one: delete(table(Post)).filter_by(video_id=one))
ACCOUNT_VIDEO = Noun(
    ACCOUNT_VIDEOS,
    list_account_videos,
    AccountVideoFilter(),
    _account_videos,
    lambda one: delete(table(Post)).filter_by(account_video_id=one),
)
WALKS = [
    *(pytest.param(ACCOUNT, key, 1000, id=f"accounts-{key}") for key in ACCOUNTS.keys),
    *(
        pytest.param(noun, key, 150, id=f"{noun.listing.endpoint}-{key}")
        for noun in (CREATOR, VIDEO, ACCOUNT_VIDEO)
        for key in noun.listing.keys
    ),
]


async def add(db: Database, rows: Rows) -> None:
    async with db.transaction() as tx:
        for made, values in rows.items():
            await tx.execute(insert(made), values)


async def walk(
    ask: Callable[[PageRequest], Awaitable[Page[Any]]],
    *,
    limit: int,
    backward: bool = False,
    between: Callable[[], Awaitable[None]] | None = None,
) -> list[Any]:
    """All rows of a list in its order, page after page, or, backward, page before page."""
    found: list[Any] = []
    cursor = None
    while True:
        page = await ask(PageRequest(limit, cursor, backward))
        assert len(page.items) <= limit
        found = [*page.items, *found] if backward else [*found, *page.items]
        if not (page.has_previous if backward else page.has_next):
            return found
        assert len(page.items) == limit
        cursor = page.cursor_of(page.items[0] if backward else page.items[-1])
        assert backward or cursor == page.next_cursor
        if between is not None:
            await between()


def in_order(rows: Sequence[Any], sort: Sort, listing: Listing[Any]) -> list[Any]:
    """What the order promises: nulls last in both directions, ties by id in the sort's direction."""
    shown = listing.keys[sort.key].value
    valued = [row for row in rows if getattr(row, sort.key) is not None]
    nulls = [row for row in rows if getattr(row, sort.key) is None]
    backward = sort.direction is Direction.DESC
    return [
        *sorted(valued, key=lambda row: (shown(getattr(row, sort.key)), row.id), reverse=backward),
        *sorted(nulls, key=lambda row: row.id, reverse=backward),
    ]


@dataclass
class Traffic:
    """What happens to a list while someone pages through it: after every fifth page three rows come and one goes."""

    db: Database
    noun: Noun
    actor: Actor
    chance: random.Random
    doomed: list[str]
    gone: list[str] = field(default_factory=list)
    pages: int = 0

    async def __call__(self) -> None:
        self.pages += 1
        if self.pages % 5 == 0 and self.doomed:
            await add(self.db, self.noun.made(self.actor, self.chance, 3))
            self.gone.append(self.doomed.pop())
            async with self.db.transaction() as tx:
                await tx.execute(self.noun.gone(self.gone[-1]))


@pytest.mark.parametrize(("noun", "key", "count"), WALKS)
@pytest.mark.parametrize("direction", Direction)
async def test_a_walk_shows_every_surviving_row_exactly_once(
    db: Database, noun: Noun, key: str, count: int, direction: Direction
) -> None:
    actor, other, chance = await an_organization(db), await an_organization(db), random.Random(key)
    await add(db, noun.made(other, chance, 20))
    await add(db, noun.made(actor, chance, count))
    sort = Sort(key, direction)

    async def ask(page: PageRequest) -> Page[Any]:
        return await noun.ask(db, actor, where=noun.nothing, sort=sort, page=page)

    before = await walk(ask, limit=200)
    assert len(before) == count
    assert before == in_order(before, sort, noun.listing)
    assert await walk(ask, limit=200, backward=True) == before

    for backward in (False, True):
        there = await walk(ask, limit=200)
        doomed = [row.id for row in chance.sample(there, count // 10)]
        traffic = Traffic(db, noun, actor, chance, doomed)

        seen = await walk(ask, limit=7, backward=backward, between=traffic)

        gone = set(traffic.gone)
        assert gone
        assert len({row.id for row in seen}) == len(seen)
        assert seen == in_order(seen, sort, noun.listing)
        assert {row.id for row in there} - gone <= {row.id for row in seen}
        assert {row.id for row in seen} <= {row.id for row in [*there, *await walk(ask, limit=200)]}


async def test_names_that_differ_only_by_case_are_ties(db: Database) -> None:
    actor = await an_organization(db)
    names = ["b", "A", "a", "É", "é", "E\N{COMBINING ACUTE ACCENT}", "😀", "zz", "ZZ", "ß", "SS", "_"]
    made = [await a_creator(db, actor, name) for name in names]

    async def ask(page: PageRequest) -> Page[Any]:
        return await list_creators(db, actor, where=CreatorFilter(), page=page)

    assert [row.name for row in await walk(ask, limit=1)] == [
        *["_", "A", "a", "b", "ß", "SS", "zz", "ZZ"],
        *["É", "é", "E\N{COMBINING ACUTE ACCENT}", "😀"],
    ]
    assert await walk(ask, limit=5, backward=True) == sorted(made, key=lambda row: (folded(row.name), row.id))


class Family(NamedTuple):
    """A list that is also asked per parent."""

    listing: Listing[Any]
    parent: str
    alone: Callable[..., Awaitable[Page[Any]]]
    together: Callable[..., Awaitable[list[Any]]]
    where: type[Input]


FAMILIES = [
    Family(ACCOUNTS, "creator_id", list_accounts, accounts_by_creator_ids, AccountFilter),
    Family(VIDEOS, "account_id", list_videos, videos_by_account_ids, VideoFilter),
    Family(ACCOUNT_VIDEOS, "account_id", list_account_videos, account_videos_by_account_ids, AccountVideoFilter),
    Family(ACCOUNT_VIDEOS, "creator_id", list_account_videos, account_videos_by_creator_ids, AccountVideoFilter),
]


async def populated(db: Database, actor: Actor, chance: random.Random) -> dict[str, list[str]]:
    """Three creators, some without accounts, and accounts with some videos of both kinds; the parents' ids."""
    creators = [(await a_creator(db, actor)).id for _ in range(3)]
    accounts = []
    for made in [
        *(_videos(actor, chance, 9) for _ in range(4)),
        *(_account_videos(actor, chance, 9) for _ in range(4)),
    ]:
        for account in made[table(Account)]:
            account["creator_id"] = chance.choice([None, *creators[:2]])
            accounts.append(account["id"])
        await add(db, made)
    return {"creator_id": creators, "account_id": accounts}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: f"{family.listing.endpoint}-{family.parent}")
async def test_each_parent_gets_the_page_that_its_filter_would_give(db: Database, family: Family) -> None:
    actor, other, chance = await an_organization(db), await an_organization(db), random.Random(7)
    parents = (await populated(db, actor, chance))[family.parent]
    strangers = (await populated(db, other, chance))[family.parent]
    asked = [*parents, new_id(), strangers[0], parents[0]]

    for key in family.listing.keys:
        for direction in Direction:
            sort = Sort(key, direction)
            for request in (PageRequest(2, include_total=True), PageRequest(2, backward=True), PageRequest(100)):
                together = await family.together(db, actor, asked, where=family.where(), sort=sort, page=request)
                alone = [
                    await family.alone(db, actor, where=family.where(**{family.parent: one}), sort=sort, page=request)
                    for one in asked
                ]
                assert [_shown(page) for page in together] == [_shown(page) for page in alone]
    assert sum(len(page.items) for page in together) > len(parents)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: f"{family.listing.endpoint}-{family.parent}")
async def test_a_cursor_of_one_parent_fails_the_others_only(db: Database, family: Family) -> None:
    actor, chance = await an_organization(db), random.Random(8)
    parents = (await populated(db, actor, chance))[family.parent]

    for key in family.listing.keys:
        sort = Sort(key, Direction.DESC)
        firsts = await family.together(db, actor, parents, where=family.where(), sort=sort, page=PageRequest(2))
        mine = next(index for index, page in enumerate(firsts) if page.has_next)
        for backward in (False, True):
            cursor = firsts[mine].cursor_of(firsts[mine].items[-1])
            request = PageRequest(2, cursor, backward)
            pages = await family.together(db, actor, parents, where=family.where(), sort=sort, page=request)
            alone = await family.alone(
                db, actor, where=family.where(**{family.parent: parents[mine]}), sort=sort, page=request
            )
            assert _shown(pages.pop(mine)) == _shown(alone)
            assert alone.items
            assert all(isinstance(page, ValidationFailed) for page in pages)


def _shown(page: Page[Any]) -> tuple[Any, ...]:
    cursors = [page.cursor_of(row) for row in page.items]
    return list(page.items), cursors, page.has_next, page.has_previous, page.total_count


async def test_a_count_is_of_the_whole_list_and_only_made_when_asked_for(db: Database) -> None:
    actor, chance = await an_organization(db), random.Random(9)
    account = await an_account(db, actor)
    await add(db, _videos(actor, chance, 5))
    await add(db, _account_videos(actor, chance, 4))
    await an_account_video(db, actor, account, description="Café")

    async def total(noun: Noun, where: Input) -> int | None:
        page: Page[Any] = await noun.ask(db, actor, where=where, page=PageRequest(1, include_total=True))
        return page.total_count

    assert await total(VIDEO, VideoFilter()) == 5
    assert await total(ACCOUNT, AccountFilter()) == 3
    assert await total(ACCOUNT_VIDEO, AccountVideoFilter()) == 5
    assert await total(ACCOUNT_VIDEO, AccountVideoFilter(q="CAFÉ")) == 1
    assert await total(CREATOR, CreatorFilter()) == 0
    assert (await list_videos(db, actor, where=VideoFilter(), page=PageRequest(1))).total_count is None


@pytest.fixture
async def actor(db: Database) -> Actor:
    """An organization with 30 accounts."""
    actor = await an_organization(db)
    await add(db, _accounts(actor, random.Random(10), 30))
    return actor


SORT = Sort("last_scrape_time", Direction.DESC)


async def cursor_of(db: Database, actor: Actor, sort: Sort | None = SORT, **where: Any) -> str:
    page = await list_accounts(db, actor, where=AccountFilter(**where), sort=sort, page=PageRequest(3))
    assert page.next_cursor is not None
    return page.next_cursor


async def refused(db: Database, actor: Actor, cursor: str, sort: Sort | None = SORT, **where: Any) -> FieldError:
    with pytest.raises(ValidationFailed) as failure:
        await list_accounts(db, actor, where=AccountFilter(**where), sort=sort, page=PageRequest(3, cursor))
    (error,) = failure.value.errors
    assert error.field == "cursor"
    return error


async def test_an_altered_cursor_is_refused(db: Database, actor: Actor) -> None:
    cursor = await cursor_of(db, actor)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    for place, character in enumerate(cursor):
        other = alphabet[(alphabet.index(character) + 1) % 64]
        await refused(db, actor, cursor[:place] + other + cursor[place + 1 :])
        await refused(db, actor, cursor[:place])
    for garbage in (
        "",
        "=",
        f"{cursor}=",
        f"{cursor}A",
        f" {cursor}",
        "A" * 5000,
        "é",
        "\0",
        "%00",
        "null",
        cursor * 2,
    ):
        await refused(db, actor, garbage)


async def test_a_cursor_belongs_to_its_question(db: Database, actor: Actor) -> None:
    cursor = await cursor_of(db, actor, platform="tiktok")

    await refused(db, actor, cursor)
    await refused(db, actor, cursor, platform="instagram")
    await refused(db, actor, cursor, platform="tiktok", is_active=True)
    await refused(db, actor, cursor, platform="tiktok", sort=Sort("last_scrape_time", Direction.ASC))
    await refused(db, actor, cursor, platform="tiktok", sort=Sort("added_at", Direction.DESC))
    await refused(db, await an_organization(db), cursor, platform="tiktok")
    with pytest.raises(ValidationFailed):
        await list_videos(db, actor, where=VideoFilter(), page=PageRequest(3, await cursor_of(db, actor, None)))


async def test_limit_and_total_may_change_between_pages(db: Database, actor: Actor) -> None:
    cursor = await cursor_of(db, actor)

    page = await list_accounts(
        db, actor, where=AccountFilter(), sort=SORT, page=PageRequest(200, cursor, include_total=True)
    )

    assert (len(page.items), page.total_count, page.has_next, page.has_previous) == (27, 30, False, True)


class Letter(NamedTuple):
    id: str


def test_the_row_too_many_says_that_there_is_more() -> None:
    rows = [Letter(letter) for letter in "abc"]
    asked = [(PageRequest(3), "abc", False, False), (PageRequest(2), "ab", True, False)]
    asked += [(PageRequest(2, "cursor"), "ab", True, True), (PageRequest(3, "cursor"), "abc", False, True)]
    asked += [(PageRequest(2, backward=True), "ba", False, True)]
    asked += [(PageRequest(2, "cursor", backward=True), "ba", True, True)]
    asked += [(PageRequest(3, "cursor", backward=True), "cba", True, False)]

    for request, shown, has_next, has_previous in asked:
        page = cut(rows, request, lambda row: row.id)
        assert "".join(row.id for row in page.items) == shown
        assert (page.has_next, page.has_previous) == (has_next, has_previous)
        assert page.next_cursor == (shown[-1] if has_next else None)
