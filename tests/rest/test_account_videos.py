from httpx import AsyncClient

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import an_account, an_account_video
from rest.objects import ACCOUNT_VIDEO


async def test_an_account_video_has_every_field_in_order(
    client: AsyncClient, db: Database, organization: Actor
) -> None:
    account = await an_account(db, organization)
    made = await an_account_video(db, organization, account, description="héllo", view_count=3_000_000_000)
    video = (await client.get(f"/v2/account-videos/{made.id}")).json()["data"]
    assert list(video) == ACCOUNT_VIDEO
    assert video == video | {
        "id": made.id,
        "post_id": made.post_id,
        "platform": "tiktok",
        "type": "account_video",
        "description": "héllo",
        "view_count": 3_000_000_000,
        "account_id": account.id,
        "account_username": account.username,
    }
    assert isinstance(video["post_id"], int)
    assert (await client.get("/v2/account-videos")).json()["data"] == [video]


async def test_an_account_video_goes_with_its_account(client: AsyncClient, db: Database, organization: Actor) -> None:
    account = await an_account(db, organization)
    made = await an_account_video(db, organization, account)
    await client.delete(f"/v2/accounts/{account.id}")
    gone = await client.get(f"/v2/account-videos/{made.id}")
    assert (gone.status_code, gone.json()["detail"]) == (404, "Account video not found.")
