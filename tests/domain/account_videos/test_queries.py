"""Reading account videos."""

import datetime as dt
from typing import Any

import pytest

from creatoraudit.db.engine import Database
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import (
    AccountVideoRow,
    account_videos_by_ids,
    get_account_video,
    list_account_videos,
)
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.videos.queries import VideoRow
from creatoraudit.errors import NotFound
from factories import a_creator, an_account, an_account_video, an_organization


def test_an_account_video_is_a_video_without_what_a_client_sets() -> None:
    own = {"is_active", "scrape_interval_hours", "metadata"}
    assert AccountVideoRow._fields == ("id", "post_id", *(name for name in VideoRow._fields[1:] if name not in own))


async def test_filters_combine(db: Database) -> None:
    actor = await an_organization(db)
    creator = await a_creator(db, actor)
    jo = await an_account(db, actor, "jo", creator_id=creator.id)
    al = await an_account(db, actor, "al", platform="instagram", creator_id=creator.id)
    free = await an_account(db, actor, "free")
    for day, (account, text) in enumerate([(jo, "A DANCE"), (al, "Tänze 100%"), (free, "dance_off"), (jo, None)], 1):
        time = dt.datetime(2026, 6, day, tzinfo=dt.UTC)
        await an_account_video(db, actor, account, external_id=str(day), create_time=time, **text_of(text))

    async def found(**where: Any) -> list[str]:
        page = await list_account_videos(db, actor, where=AccountVideoFilter(**where), page=PageRequest())
        return [row.external_id for row in page.items]

    assert await found() == ["4", "3", "2", "1"]
    assert await found(account_id=jo.id) == ["4", "1"]
    assert await found(creator_id=creator.id) == ["4", "2", "1"]
    assert await found(creator_id=creator.id, platform="tiktok", q="Dance") == ["1"]
    assert await found(q="TÄNZE") == ["2"]
    assert await found(q="%") == ["2"]
    assert await found(q="_") == ["3"]
    assert await found(q="  ") == ["4", "3", "2", "1"]
    assert await found(account_id=new_id()) == []


def text_of(description: str | None) -> dict[str, str]:
    return {} if description is None else {"description": description}


async def test_rows_come_in_the_order_of_their_ids(db: Database) -> None:
    actor, other = await an_organization(db), await an_organization(db)
    account = await an_account(db, actor)
    first, second = await an_account_video(db, actor, account), await an_account_video(db, actor, account)
    foreign = await an_account_video(db, other, await an_account(db, other))

    rows = await account_videos_by_ids(db, actor, [second.id, new_id(), foreign.id, first.id, second.id])

    assert rows == [second, None, None, first, second]
    with pytest.raises(NotFound, match="Account video not found"):
        await get_account_video(db, actor, foreign.id)
