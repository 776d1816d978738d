from httpx import AsyncClient

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import a_creator, an_account
from rest.objects import CREATOR


async def test_a_new_creator_has_every_field_in_order(client: AsyncClient) -> None:
    answer = await client.post("/v2/creators", json={"name": "Zoë"})
    creator = answer.json()["data"]
    assert (answer.status_code, list(creator)) == (201, CREATOR)
    assert answer.headers["location"] == f"http://api.test/v2/creators/{creator['id']}"
    assert creator == {
        "id": creator["id"],
        "name": "Zoë",
        "type": "creator",
        "is_active": True,
        "metadata": {},
        "accounts_summary": {"total": 0, "platforms": {}, "total_followers": 0},
    }
    twin = await client.post("/v2/creators", json={"name": "Zoë"})
    assert (twin.status_code, twin.json()["data"]["id"] != creator["id"]) == (201, True)


async def test_a_name_has_1_to_255_characters(client: AsyncClient) -> None:
    for name, message in {
        "": "must have at least 1 character(s)",
        "x" * 256: "must have at most 255 characters",
    }.items():
        answer = await client.post("/v2/creators", json={"name": name})
        assert answer.json()["errors"] == [{"field": "name", "message": message}]
    missing = await client.post("/v2/creators", json={})
    assert missing.json()["errors"] == [{"field": "name", "message": "is required"}]


async def test_linking_is_done_once_and_can_be_repeated(client: AsyncClient, db: Database, organization: Actor) -> None:
    creator, other = await a_creator(db, organization), await a_creator(db, organization)
    account = await an_account(db, organization)
    link = f"/v2/creators/{creator.id}/accounts/{account.id}"

    first, again = await client.put(link), await client.put(link)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["location"] == f"http://api.test{link}"
    assert "location" not in again.headers
    expected = {"data": {"type": "creator_account", "creator_id": creator.id, "account_id": account.id}}
    assert first.json() == again.json() == expected
    summary = (await client.get(f"/v2/creators/{creator.id}")).json()["data"]["accounts_summary"]
    assert summary == {"total": 1, "platforms": {"tiktok": 1}, "total_followers": 0}

    taken = await client.put(f"/v2/creators/{other.id}/accounts/{account.id}")
    assert (taken.status_code, taken.json()["code"]) == (409, "CONFLICT")

    assert [(await client.delete(link)).status_code for _ in range(2)] == [204, 404]
    assert (await client.put(f"/v2/creators/{other.id}/accounts/{account.id}")).status_code == 201


async def test_pausing_a_creator_pauses_its_accounts(client: AsyncClient, db: Database, organization: Actor) -> None:
    creator = await a_creator(db, organization)
    account = await an_account(db, organization, creator_id=creator.id)
    path = f"/v2/accounts/{account.id}"
    for active in (False, True):
        changed = await client.patch(f"/v2/creators/{creator.id}", json={"is_active": active})
        assert changed.json()["data"]["is_active"] is active
        assert (await client.get(path)).json()["data"]["is_active"] is active


async def test_deleting_a_creator_unlinks_its_accounts(client: AsyncClient, db: Database, organization: Actor) -> None:
    creator = await a_creator(db, organization)
    account = await an_account(db, organization, creator_id=creator.id)
    assert (await client.delete(f"/v2/creators/{creator.id}")).status_code == 204
    left = (await client.get(f"/v2/accounts/{account.id}")).json()["data"]
    assert (left["creator_id"], left["creator_name"]) == (None, None)
    gone = await client.get(f"/v2/creators/{creator.id}")
    assert (gone.status_code, gone.json()["detail"]) == (404, "Creator not found.")
