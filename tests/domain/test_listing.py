"""Lists: every row exactly once, in order, whatever happens meanwhile, flat and per parent alike."""

import itertools
import random
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import (
    ACCOUNT_VIDEOS,
    account_videos_by_account_ids,
    account_videos_by_creator_ids,
    account_videos_by_ids,
    list_account_videos,
)
from creatoraudit.domain.accounts.inputs import AccountFilter
from creatoraudit.domain.accounts.queries import ACCOUNTS, accounts_by_creator_ids, accounts_by_ids, list_accounts
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.creators.inputs import CreatorFilter
from creatoraudit.domain.creators.queries import creators_by_ids, list_creators
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.paging import Direction, Page, PageRequest, Sort
from creatoraudit.domain.scope import table
from creatoraudit.domain.text import folded
from creatoraudit.domain.validation import Input
from creatoraudit.domain.videos.inputs import VideoFilter
from creatoraudit.domain.videos.queries import VIDEOS, list_videos, videos_by_account_ids, videos_by_ids
from creatoraudit.errors import ValidationFailed
from crowds import ACCOUNT, ACCOUNT_VIDEO, CREATOR, VIDEO, Noun, add
from factories import a_creator, an_account, an_account_video, an_organization

WALKS = [
    *(pytest.param(ACCOUNT, key, 1000, id=f"accounts-{key}") for key in ACCOUNTS.keys),
    *(
        pytest.param(noun, key, 150, id=f"{noun.listing.endpoint}-{key}")
        for noun in (CREATOR, VIDEO, ACCOUNT_VIDEO)
        for key in noun.listing.keys
    ),
]


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
        *(VIDEO.made(actor, chance, 9) for _ in range(4)),
        *(ACCOUNT_VIDEO.made(actor, chance, 9) for _ in range(4)),
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
    await add(db, VIDEO.made(actor, chance, 5))
    await add(db, ACCOUNT_VIDEO.made(actor, chance, 4))
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


@pytest.mark.parametrize("count", [1, 10, 100])
async def test_a_question_takes_as_many_statements_for_a_hundred_parents_as_for_one(db: Database, count: int) -> None:
    actor = await an_organization(db)
    ids = [new_id() for _ in range(count)]
    statements: list[str] = []
    db.on_statement.append(statements.append)

    async def cost(asked: Awaitable[Any]) -> int:
        statements.clear()
        await asked
        return len(statements)

    for by_ids in (accounts_by_ids, videos_by_ids, account_videos_by_ids, creators_by_ids):
        assert await cost(by_ids(db, actor, ids)) == 1
    for family in FAMILIES:
        for key in family.listing.keys:
            for request, statements_needed in ((PageRequest(7), 1), (PageRequest(7, include_total=True), 2)):
                asked = {"where": family.where(), "sort": Sort(key, Direction.DESC), "page": request}
                assert await cost(family.together(db, actor, ids, **asked)) == statements_needed
                assert await cost(family.alone(db, actor, **asked)) == statements_needed
    assert await cost(list_creators(db, actor, where=CreatorFilter(), page=PageRequest(7))) == 1


class Plans:
    """How SQLite would run the statements that it is asked."""

    def __init__(self, db: Database) -> None:
        self._path = str(db.url.database)
        self._statements: list[str] = []
        db.on_statement.append(self._statements.append)

    def last(self) -> str:
        sql = self._statements[-1]
        with closing(sqlite3.connect(self._path)) as connection:
            steps = connection.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?")).fetchall()
        return "\n".join(step[-1] for step in steps)


SCANS_A_TABLE = re.compile(r"SCAN (accounts|creators|posts|videos|account_videos)\b")


@pytest.fixture
async def sqlite_db(sqlite_url: str) -> AsyncIterator[Database]:
    db = Database(sqlite_url)
    yield db
    await db.close()


@pytest.mark.parametrize("noun", [ACCOUNT, CREATOR, VIDEO, ACCOUNT_VIDEO], ids=lambda noun: noun.listing.endpoint)
async def test_a_page_is_one_walk_along_an_index(sqlite_db: Database, noun: Noun) -> None:
    actor = await an_organization(sqlite_db)
    await add(sqlite_db, noun.made(actor, random.Random(11), 9))
    plans = Plans(sqlite_db)

    for key, sort_key in noun.listing.keys.items():
        for direction in Direction:
            asked = {"where": noun.nothing, "sort": Sort(key, direction)}
            cursor = (await noun.ask(sqlite_db, actor, **asked, page=PageRequest(2))).next_cursor
            for place, backward in itertools.product((None, cursor), (False, True)):
                await noun.ask(sqlite_db, actor, **asked, page=PageRequest(2, place, backward))

                plan = plans.last()
                assert not SCANS_A_TABLE.search(plan), plan
                assert re.search(rf"INDEX ix_\w+_by_{key} \(organization_id=\?", plan), plan
                assert sort_key.nullable or "ORDER BY" not in plan


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: f"{family.listing.endpoint}-{family.parent}")
async def test_parents_lead_to_their_children_by_an_index(sqlite_db: Database, family: Family) -> None:
    actor = await an_organization(sqlite_db)
    parents = (await populated(sqlite_db, actor, random.Random(12)))[family.parent]
    plans = Plans(sqlite_db)

    for key in family.listing.keys:
        for total in (False, True):
            sort, request = Sort(key, Direction.DESC), PageRequest(2, include_total=total)
            await family.together(sqlite_db, actor, parents, where=family.where(), sort=sort, page=request)

            plan = plans.last()
            assert not SCANS_A_TABLE.search(plan), plan
            assert f"{family.parent}=?" in plan
            assert "organization_id=?" not in plan
