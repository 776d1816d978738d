"""Making, changing and using API keys."""

import datetime as dt
import hashlib
from typing import Any

import pytest
from sqlalchemy import select

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.models import ApiKey
from creatoraudit.domain.actor import KeyScope
from creatoraudit.domain.api_keys import (
    ApiKeyCreate,
    authenticate,
    delete_api_key,
    disable_api_key,
    enable_api_key,
    get_api_key,
    list_api_keys,
    rename_api_key,
    rotate_api_key,
)
from creatoraudit.domain.organizations import OrganizationPatch, update_organization
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.scope import table
from creatoraudit.domain.validation import validate
from creatoraudit.errors import Forbidden, NotFound, Unauthorized, ValidationFailed
from factories import an_api_key, an_organization

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


async def test_a_new_key_may_do_everything_in_its_organization(db: Database) -> None:
    owner = await an_organization(db, name="Acme")

    created = await an_api_key(db, owner)
    actor = await authenticate(db, created.key)

    assert (actor.organization_id, actor.organization_name) == (owner.organization_id, "Acme")
    assert (actor.api_key_id, actor.api_key_name) == (created.row.id, "dashboard")
    assert actor.scopes == frozenset(KeyScope)
    assert (actor.rate_limit, actor.expires_at) == (None, None)


async def test_a_key_carries_its_own_limits(db: Database) -> None:
    owner = await an_organization(db)

    with clock.frozen(NOW):
        created = await an_api_key(
            db, owner, scopes=["write", "read", "write"], rate_limit=7, expires_at="2026-03-02T01:00:00+01:00"
        )
        actor = await authenticate(db, created.key)

    assert created.row.scopes == ["read", "write"]
    assert actor.scopes == {KeyScope.READ, KeyScope.WRITE}
    assert actor.rate_limit == 7
    assert actor.expires_at == created.row.expires_at == dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


async def test_only_the_hash_of_a_key_is_stored(db: Database) -> None:
    created = await an_api_key(db, await an_organization(db))

    async with db.transaction() as tx:
        (row,) = (await tx.execute(select(table(ApiKey)))).mappings()

    assert created.key.startswith("ca_")
    assert len(created.key) == len("ca_") + 43, "256 bits in base64url"
    assert row["key_hash"] == hashlib.sha256(created.key.encode()).hexdigest()
    assert created.key not in map(str, row.values())
    assert created.key.endswith(created.row.hint)
    assert len(created.row.hint) == 4


@pytest.mark.parametrize("key", ["", "ca_", "ca_" + "A" * 43, "ключ", "\x80\xff", "x" * 10_000])
async def test_a_key_that_does_not_exist_is_unauthorized(db: Database, key: str) -> None:
    await an_api_key(db, await an_organization(db))

    with pytest.raises(Unauthorized):
        await authenticate(db, key)


async def test_a_disabled_key_stops_until_it_is_enabled(db: Database) -> None:
    owner = await an_organization(db)
    created = await an_api_key(db, owner)

    assert not (await disable_api_key(db, owner, created.row.id)).is_enabled
    with pytest.raises(Forbidden, match="disabled"):
        await authenticate(db, created.key)

    assert await enable_api_key(db, owner, created.row.id) == created.row
    await authenticate(db, created.key)


async def test_a_key_expires_at_its_second(db: Database) -> None:
    owner = await an_organization(db)
    with clock.frozen(NOW):
        created = await an_api_key(db, owner, expires_at=NOW + dt.timedelta(seconds=1))
        await authenticate(db, created.key)
    with clock.frozen(NOW + dt.timedelta(seconds=1)), pytest.raises(Forbidden, match="expired"):
        await authenticate(db, created.key)


@pytest.mark.parametrize(("field", "said"), [("is_active", "not active"), ("has_subscription", "subscription")])
async def test_an_organization_that_is_off_turns_its_keys_away(db: Database, field: str, said: str) -> None:
    owner = await an_organization(db)
    created = await an_api_key(db, owner)

    await update_organization(db, str(owner.organization_id), validate(OrganizationPatch, {field: False}))
    with pytest.raises(Forbidden, match=said):
        await authenticate(db, created.key)

    await update_organization(db, str(owner.organization_id), validate(OrganizationPatch, {field: True}))
    await authenticate(db, created.key)


async def test_a_rotated_key_has_a_new_secret_and_is_otherwise_the_same(db: Database) -> None:
    owner = await an_organization(db)
    old = await an_api_key(db, owner, scopes=["read"])

    new = await rotate_api_key(db, owner, old.row.id)

    with pytest.raises(Unauthorized):
        await authenticate(db, old.key)
    assert (await authenticate(db, new.key)).api_key_id == old.row.id
    assert new.row == old.row._replace(hint=new.key[-4:])


async def test_a_key_is_renamed_and_deleted(db: Database) -> None:
    owner = await an_organization(db)
    created = await an_api_key(db, owner)

    renamed = await rename_api_key(db, owner, created.row.id, "reports")
    assert renamed == created.row._replace(name="reports") == await get_api_key(db, owner, created.row.id)

    await delete_api_key(db, owner, created.row.id)
    with pytest.raises(Unauthorized):
        await authenticate(db, created.key)
    with pytest.raises(NotFound):
        await delete_api_key(db, owner, created.row.id)


async def test_keys_are_listed_oldest_first_and_page_by_page(db: Database) -> None:
    owner = await an_organization(db)
    made = [(await an_api_key(db, owner, name=f"key {number}")).row for number in range(5)]
    await an_api_key(db, await an_organization(db))

    first = await list_api_keys(db, owner, page=PageRequest(limit=3, include_total=True))
    second = await list_api_keys(db, owner, page=PageRequest(limit=3, cursor=first.next_cursor))

    assert [*first.items, *second.items] == made
    assert (first.total_count, first.has_next, second.has_next) == (5, True, False)


async def test_keys_of_another_organization_cannot_be_touched(db: Database) -> None:
    owner, other = await an_organization(db), await an_organization(db)
    created = await an_api_key(db, owner)

    for attempt in (
        get_api_key(db, other, created.row.id),
        rename_api_key(db, other, created.row.id, "mine"),
        disable_api_key(db, other, created.row.id),
        rotate_api_key(db, other, created.row.id),
        delete_api_key(db, other, created.row.id),
    ):
        with pytest.raises(NotFound):
            await attempt

    assert await get_api_key(db, owner, created.row.id) == created.row
    await authenticate(db, created.key)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"name": ""}, "name", "must have at least 1 character(s)"),
        ({"name": "x" * 256}, "name", "must have at most 255 characters"),
        ({"name": "a\0b"}, "name", "must not contain the character U+0000"),
        ({"scopes": []}, "scopes", "must have at least 1 item(s)"),
        ({"scopes": ["read", "root"]}, "scopes[1]", "must be one of: read, write, admin"),
        ({"rate_limit": 0}, "rate_limit", "must be at least 1"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at", "must be in the future"),
        *(
            ({"expires_at": text}, "expires_at", "must be a time with its offset, such as 2030-01-31T00:00:00Z")
            for text in ("", "tomorrow", "2099-01-01", "2099-01-01T00:00:00", "9999-12-31T23:59:59-12:00", 1)
        ),
        ({"ratelimit": 1}, "ratelimit", "is not a known field, did you mean 'rate_limit'?"),
    ],
)
def test_what_a_key_may_not_be(fields: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(ApiKeyCreate, {"name": "dashboard", **fields})

    assert caught.value.errors == ((field, message),)
