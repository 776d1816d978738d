"""Organizations: the tenants. Only the operator makes and changes them; their keys may look."""

import datetime as dt
from typing import Annotated, NamedTuple

from pydantic import Field
from sqlalchemy import insert, update

from creatoraudit import clock
from creatoraudit.db.engine import Database, Reader
from creatoraudit.db.models import Organization, stored
from creatoraudit.domain import listing
from creatoraudit.domain.actor import SYSTEM, Actor, acting_for
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.paging import Direction, Page, PageRequest, Sort, SortKey
from creatoraudit.domain.scope import table
from creatoraudit.domain.validation import INT64_MAX, Cap, Input, Patch, PlainText
from creatoraudit.errors import NotFound

_organizations = table(Organization)

OrganizationName = Annotated[PlainText, Field(min_length=1, max_length=255)]
Quota = Annotated[int, Field(ge=0, le=INT64_MAX)]


class OrganizationCreate(Input):
    """A tenant to set up."""

    name: OrganizationName = Field(description="What the organization is called.")
    account_quota: Quota | None = Field(None, description="Accounts it may track; null for no limit.")
    max_recent_posts_per_account: Cap | None = Field(None, description="Its default of recent posts per refresh.")
    post_lookback_days: Cap | None = Field(None, description="Its default age in days up to which posts are collected.")


class OrganizationPatch(Patch):
    """What the operator can change about a tenant."""

    name: OrganizationName | None = Field(None, description="What the organization is called.")
    is_active: bool | None = Field(None, description="false turns all its keys away.")
    has_subscription: bool | None = Field(None, description="false turns all its keys away until it pays.")
    account_quota: Quota | None = Field(None, description="Accounts it may track; null for no limit.")
    max_recent_posts_per_account: Cap | None = Field(None, description="Its default of recent posts per refresh.")
    post_lookback_days: Cap | None = Field(None, description="Its default age in days up to which posts are collected.")

    @classmethod
    def clearable(cls) -> frozenset[str]:
        return frozenset({"account_quota", "max_recent_posts_per_account", "post_lookback_days"})


class OrganizationRow(NamedTuple):
    """A tenant."""

    id: str
    name: str
    is_active: bool
    has_subscription: bool
    account_quota: int | None
    max_recent_posts_per_account: int | None
    post_lookback_days: int | None
    created_at: dt.datetime


ORGANIZATIONS: Listing[OrganizationRow] = Listing(
    endpoint="organizations",
    model=Organization,
    row=OrganizationRow,
    columns=[_organizations.c[name] for name in OrganizationRow._fields],
    source=_organizations,
    identity=_organizations.c.id,
    filters={},
    keys={"created_at": SortKey(_organizations.c.created_at)},
    default_sort=Sort("created_at", Direction.ASC),
    parents={},
)


async def list_organizations(db: Reader, *, page: PageRequest) -> Page[OrganizationRow]:
    """One page of all organizations, oldest first: for the operator."""
    return await listing.fetch_page(db, SYSTEM, ORGANIZATIONS, Input(), None, page)


async def get_organization(db: Reader, actor: Actor) -> OrganizationRow:
    """The actor's own organization, or NotFound."""
    if actor.organization_id is None:
        raise NotFound("Organization")
    (organization,) = await listing.fetch_by_ids(db, SYSTEM, ORGANIZATIONS, [actor.organization_id])
    if organization is None:
        raise NotFound("Organization")
    return organization


async def create_organization(db: Database, data: OrganizationCreate) -> OrganizationRow:
    """Sets up a tenant, without any key yet."""
    organization = Organization(id=new_id(), created_at=clock.now(), **data.model_dump())
    async with db.transaction() as tx:
        await tx.execute(insert(_organizations), stored(organization))
        return await get_organization(tx, acting_for(organization.id))


async def update_organization(db: Database, organization_id: str, patch: OrganizationPatch) -> OrganizationRow:
    """Changes a tenant; NotFound if there is none."""
    changes = patch.changes()
    async with db.transaction() as tx:
        if changes:
            await tx.execute(update(_organizations).where(_organizations.c.id == organization_id).values(changes))
        return await get_organization(tx, acting_for(organization_id))
