from httpx import AsyncClient

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import a_video, an_account
from rest.objects import VIDEO

URL = "https://www.tiktok.com/@Acme/video/6749520869598481669?lang=en"


async def test_a_new_video_has_every_field_in_order_and_no_numbers_yet(client: AsyncClient) -> None:
    answer = await client.post("/v2/videos", json={"platform": "tiktok", "identifier": URL})
    video = answer.json()["data"]
    assert (answer.status_code, list(video)) == (201, VIDEO)
    assert answer.headers["location"] == f"http://api.test/v2/videos/{video['id']}"
    assert video == dict.fromkeys(VIDEO) | {
        "id": video["id"],
        "platform": "tiktok",
        "external_id": "6749520869598481669",
        "type": "video",
        "is_active": True,
        "scrape_interval_hours": 24,
        "metadata": {},
        "added_at": video["added_at"],
        "updated_at": video["added_at"],
        "account_username": video["account_username"],
        "platform_data": {},
    }
    assert (await client.get(f"/v2/videos/{video['id']}")).json() == answer.json()


async def test_a_shortcode_and_its_media_id_are_one_video(client: AsyncClient) -> None:
    first = await client.post("/v2/videos", json={"platform": "instagram", "identifier": "CUmvTLyJkkO"})
    assert first.status_code == 201
    assert first.json()["data"]["shortcode"] == "CUmvTLyJkkO"
    media_id = first.json()["data"]["external_id"]
    again = await client.post("/v2/videos", json={"platform": "instagram", "identifier": media_id})
    assert (again.status_code, again.json()["code"]) == (409, "CONFLICT")


async def test_a_url_of_the_other_platform_is_refused(client: AsyncClient) -> None:
    answer = await client.post("/v2/videos", json={"platform": "instagram", "identifier": URL})
    assert [error["field"] for error in answer.json()["errors"]] == ["identifier"]


async def test_a_video_is_paused_and_deleted(client: AsyncClient, db: Database, organization: Actor) -> None:
    path = f"/v2/videos/{(await a_video(db, organization)).id}"
    changed = await client.patch(path, json={"is_active": False, "scrape_interval_hours": 1, "metadata": {"a": 1}})
    assert changed.json()["data"] == changed.json()["data"] | {
        "is_active": False,
        "scrape_interval_hours": 1,
        "metadata": {"a": 1},
    }
    assert (await client.delete(path)).status_code == 204
    gone = await client.get(path)
    assert (gone.status_code, gone.json()["detail"]) == (404, "Video not found.")


async def test_a_video_stays_when_its_account_goes(client: AsyncClient, db: Database, organization: Actor) -> None:
    created = await client.post("/v2/videos", json={"platform": "tiktok", "identifier": URL})
    account = await an_account(db, organization, "acme")
    path = f"/v2/videos/{created.json()['data']['id']}"
    assert (await client.get(path)).json()["data"]["account_id"] == account.id
    await client.delete(f"/v2/accounts/{account.id}")
    assert (await client.get(path)).json()["data"]["account_id"] is None
