"""Pages and cursors: a cursor belongs to one question and cannot be bent."""

import random
from typing import Any, NamedTuple

import pytest

from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.inputs import AccountFilter
from creatoraudit.domain.accounts.queries import list_accounts
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.paging import Direction, PageRequest, Sort, cut
from creatoraudit.domain.videos.inputs import VideoFilter
from creatoraudit.domain.videos.queries import list_videos
from creatoraudit.errors import FieldError, ValidationFailed
from crowds import ACCOUNT, add
from factories import an_organization


@pytest.fixture
async def actor(db: Database) -> Actor:
    """An organization with 30 accounts."""
    actor = await an_organization(db)
    await add(db, ACCOUNT.made(actor, random.Random(10), 30))
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
