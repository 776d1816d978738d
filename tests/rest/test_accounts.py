import datetime as dt
from typing import Any

import pytest
from httpx import AsyncClient

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import a_creator, an_account, an_api_key, an_organization
from rest.objects import ACCOUNT

NOON = dt.datetime(2026, 6, 14, 9, 30, tzinfo=dt.UTC)


async def test_a_new_account_has_every_field_in_order_with_its_default(client: AsyncClient) -> None:
    with clock.frozen(NOON):
        answer = await client.post("/v2/accounts", json={"platform": "tiktok", "username": "@Acme"})
    account = answer.json()["data"]
    assert (answer.status_code, list(account)) == (201, ACCOUNT)
    assert answer.headers["location"] == f"http://api.test/v2/accounts/{account['id']}"
    said = {
        "platform": "tiktok",
        "username": "acme",
        "type": "account",
        "is_verified": False,
        "is_active": True,
        "is_unavailable": False,
        "metadata": {},
        "added_at": "2026-06-14T09:30:00Z",
        "scrape_interval_hours": 24,
        **{name: 0 for name in ACCOUNT if name.endswith("_count")},
        **dict.fromkeys(["saved_count", "fb_play_count", "ig_play_count", "fb_like_count"]),
    }
    assert account == dict.fromkeys(ACCOUNT) | {"id": account["id"]} | said
    assert (await client.get(f"/v2/accounts/{account['id']}")).json() == answer.json()


async def test_an_account_is_created_with_all_that_can_be_said(
    client: AsyncClient, db: Database, organization: Actor
) -> None:
    creator = await a_creator(db, organization, "Jo")
    given = {
        "platform": "instagram",
        "category": "dance",
        "scrape_interval_hours": 168,
        "metadata": {"tier": "gold", "rank": 1, "new": True, "note": None, "score": 0.5},
        "is_active": False,
        "creator_id": creator.id,
        "max_recent_posts_per_account": 30,
        "post_lookback_days": 90,
    }
    answer = await client.post("/v2/accounts", json=given | {"username": "https://www.instagram.com/Acme/?hl=en"})
    account = answer.json()["data"]
    assert account == account | given | {
        "username": "acme",
        "creator_name": "Jo",
        "effective_max_recent_posts_per_account": 30,
        "effective_post_lookback_days": 90,
    }


async def test_an_id_is_accepted_in_any_case(client: AsyncClient, db: Database, organization: Actor) -> None:
    account = await an_account(db, organization)
    answer = await client.get(f"/v2/accounts/{account.id.upper()}")
    assert answer.json()["data"]["id"] == account.id


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"platform": "youtube"}, "platform", "must be one of: instagram, tiktok"),
    ({"platform": None}, "platform", "must be one of: instagram, tiktok"),
    ({"username": None}, "username", "must be a string"),
    ({"username": "a\0b"}, "username", "must not contain the character U+0000"),
    ({"is_active": None}, "is_active", "must be a boolean"),
    ({"is_active": "true"}, "is_active", "must be a boolean"),
    ({"scrape_interval_hours": None}, "scrape_interval_hours", "must be an integer"),
    ({"scrape_interval_hours": "5"}, "scrape_interval_hours", "must be an integer"),
    ({"scrape_interval_hours": 0}, "scrape_interval_hours", "must be at least 1"),
    ({"scrape_interval_hours": 169}, "scrape_interval_hours", "must be at most 168"),
    ({"max_recent_posts_per_account": 0}, "max_recent_posts_per_account", "must be at least 1"),
    ({"post_lookback_days": 2**63}, "post_lookback_days", "must be an integer of at most 64 bits"),
    ({"category": ""}, "category", "must have at least 1 character(s)"),
    ({"category": "x" * 65}, "category", "must have at most 64 characters"),
    ({"metadata": None}, "metadata", "must be an object"),
    ({"metadata": []}, "metadata", "must be an object"),
    ({"metadata": {str(number): 1 for number in range(21)}}, "metadata", "must have at most 20 keys"),
    ({"metadata": {"a": {}}}, "metadata", "values must be strings, numbers, booleans or null"),
    ({"creator_id": "17"}, "creator_id", "must be a UUID"),
    (
        {"creator_id": "01977f0e-0000-7000-8000-000000000000"},
        "creator_id",
        "must be the id of one of your creators",
    ),
    ({"usrname": "x"}, "usrname", "is not a known field, did you mean 'username'?"),
]


@pytest.mark.parametrize(("change", "field", "message"), REFUSED)
async def test_what_is_wrong_is_named(client: AsyncClient, change: dict[str, Any], field: str, message: str) -> None:
    answer = await client.post("/v2/accounts", json={"platform": "tiktok", "username": "acme"} | change)
    assert answer.status_code == 422
    assert {"field": field, "message": message} in answer.json()["errors"]


async def test_all_that_is_wrong_is_named_at_once(client: AsyncClient) -> None:
    answer = await client.post("/v2/accounts", json={"platform": "x", "is_active": 1})
    assert [error["field"] for error in answer.json()["errors"]] == ["platform", "username", "is_active"]
    assert answer.json()["detail"] == "Request failed validation."


async def test_errors_are_told_up_to_a_number_that_someone_may_read(client: AsyncClient) -> None:
    unknown = {f"f{number}": 1 for number in range(50_000)}
    answer = await client.post("/v2/accounts", json=unknown | {"platform": "x"})
    assert answer.status_code == 422
    named = [error["field"] for error in answer.json()["errors"]]
    assert named == ["platform", "username", *(f"f{number}" for number in range(248))]


async def test_null_is_allowed_where_the_object_may_have_it(client: AsyncClient) -> None:
    nulls = dict.fromkeys(["category", "creator_id", "max_recent_posts_per_account", "post_lookback_days"])
    answer = await client.post("/v2/accounts", json={"platform": "tiktok", "username": "acme"} | nulls)
    assert answer.status_code == 201


async def test_a_profile_is_tracked_once_even_when_the_quota_is_used_up(client: AsyncClient, db: Database) -> None:
    limited = await an_organization(db, account_quota=1)
    await an_account(db, limited, "acme")
    client.headers["Authorization"] = f"Bearer {(await an_api_key(db, limited)).key}"

    again = await client.post("/v2/accounts", json={"platform": "tiktok", "username": "ACME"})
    assert (again.status_code, again.json()["code"]) == (409, "CONFLICT")
    another = await client.post("/v2/accounts", json={"platform": "tiktok", "username": "other"})
    assert (another.status_code, another.json()["code"]) == (403, "QUOTA_EXCEEDED")


async def test_a_change_touches_what_is_given_and_null_clears(
    client: AsyncClient, db: Database, organization: Actor
) -> None:
    account = await an_account(db, organization, category="dance", metadata={"a": 1}, post_lookback_days=30)
    path = f"/v2/accounts/{account.id}"
    before = (await client.get(path)).json()["data"]

    assert (await client.patch(path, json={})).json()["data"] == before
    changed = await client.patch(path, json={"metadata": {"b": 2}, "category": None, "is_active": None})
    assert changed.status_code == 200
    assert changed.json()["data"] == before | {"metadata": {"b": 2}, "category": None}
    assert (await client.patch(path, json={"post_lookback_days": None})).json()["data"]["post_lookback_days"] is None
    refused = await client.patch(path, json={"username": "other"})
    assert refused.json()["errors"] == [{"field": "username", "message": "is not a known field"}]


async def test_a_deleted_account_is_gone(client: AsyncClient, db: Database, organization: Actor) -> None:
    path = f"/v2/accounts/{(await an_account(db, organization)).id}"
    deleted = await client.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    for answer in (await client.get(path), await client.delete(path), await client.patch(path, json={})):
        assert (answer.status_code, answer.json()["detail"]) == (404, "Account not found.")
