"""Setting up and changing organizations."""

import datetime as dt
from typing import Any

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import SYSTEM, acting_for
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.organizations import (
    OrganizationCreate,
    OrganizationPatch,
    OrganizationRow,
    create_organization,
    get_organization,
    list_organizations,
    update_organization,
)
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.validation import validate
from creatoraudit.errors import NotFound, ValidationFailed

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


async def created(db: Database, name: str = "Acme", **fields: Any) -> OrganizationRow:
    return await create_organization(db, validate(OrganizationCreate, {"name": name, **fields}))


async def test_a_new_organization_is_active_and_unlimited(db: Database) -> None:
    with clock.frozen(NOW):
        organization = await created(db)

    assert organization == OrganizationRow(organization.id, "Acme", True, True, None, None, None, NOW)
    assert await get_organization(db, acting_for(organization.id)) == organization


async def test_a_change_leaves_what_it_does_not_name_and_null_lifts_limits(db: Database) -> None:
    before = await created(db, account_quota=2, post_lookback_days=30)
    other = await created(db, "Other")

    patch = validate(OrganizationPatch, {"name": "Acme & Sons", "account_quota": None, "is_active": None})
    after = await update_organization(db, before.id, patch)

    assert after == before._replace(name="Acme & Sons", account_quota=None)
    assert await get_organization(db, acting_for(other.id)) == other


async def test_organizations_are_listed_oldest_first_and_page_by_page(db: Database) -> None:
    made = [await created(db, name) for name in ("c", "a", "b")]

    first = await list_organizations(db, page=PageRequest(limit=2))
    second = await list_organizations(db, page=PageRequest(limit=2, cursor=first.next_cursor))

    assert [*first.items, *second.items] == made
    assert not second.has_next


async def test_an_unknown_organization_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        await get_organization(db, acting_for(new_id()))
    with pytest.raises(NotFound):
        await get_organization(db, SYSTEM)
    with pytest.raises(NotFound):
        await update_organization(db, new_id(), validate(OrganizationPatch, {"name": "Nobody"}))


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"name": ""}, "name", "must have at least 1 character(s)"),
        ({"name": "x" * 256}, "name", "must have at most 255 characters"),
        ({"account_quota": -1}, "account_quota", "must be at least 0"),
        ({"post_lookback_days": 0}, "post_lookback_days", "must be at least 1"),
        ({"max_recent_posts_per_account": 2**63}, "max_recent_posts_per_account", f"must be at most {2**63 - 1}"),
    ],
)
def test_what_an_organization_may_not_be(fields: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(OrganizationCreate, {"name": "Acme", **fields})

    assert caught.value.errors == ((field, message),)
