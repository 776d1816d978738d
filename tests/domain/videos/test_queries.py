"""Reading videos."""

from typing import Any

from creatoraudit.db.engine import Database
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.videos.inputs import VideoFilter
from creatoraudit.domain.videos.queries import list_videos, videos_by_ids
from factories import a_video, an_account, an_account_video, an_organization


async def test_filters_combine(db: Database) -> None:
    actor = await an_organization(db)
    account = await an_account(db, actor)
    await an_account_video(db, actor, account, external_id="1", description="A Dance")
    await an_account_video(db, actor, account, external_id="5", description="A Dance")
    await a_video(db, actor, "1")
    await a_video(db, actor, "2", is_active=False)
    await a_video(db, actor, "908540701891980503", platform="instagram")

    async def found(**where: Any) -> list[str]:
        page = await list_videos(db, actor, where=VideoFilter(**where), page=PageRequest())
        return sorted(row.external_id for row in page.items)

    assert await found() == ["1", "2", "908540701891980503"]
    assert await found(account_id=account.id) == ["1"]
    assert await found(q="DANCE") == ["1"]
    assert await found(is_active=False) == ["2"]
    assert await found(is_active=True, platform="instagram") == ["908540701891980503"]
    assert await found(account_id=account.id, is_active=False) == []
    assert await found(account_id=new_id()) == []


async def test_rows_come_in_the_order_of_their_ids(db: Database) -> None:
    actor, other = await an_organization(db), await an_organization(db)
    first, second, foreign = await a_video(db, actor, "1"), await a_video(db, actor, "2"), await a_video(db, other)

    rows = await videos_by_ids(db, actor, [second.id, new_id(), foreign.id, first.id, second.id])

    assert rows == [second, None, None, first, second]
