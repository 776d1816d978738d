"""Reading creators."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, cast, func

from creatoraudit.db.dialect import position
from creatoraudit.db.engine import Reader
from creatoraudit.db.models import Account, Creator
from creatoraudit.db.types import BigInt
from creatoraudit.domain import listing
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.creators.inputs import CreatorFilter
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.paging import Direction, Page, PageRequest, Sort, SortKey
from creatoraudit.domain.scope import scoped, table
from creatoraudit.domain.text import folded
from creatoraudit.domain.validation import Platform
from creatoraudit.errors import NotFound


class CreatorRow(NamedTuple):
    """A creator as both edges show it, in the order of the REST object."""

    id: str
    name: str
    is_active: bool
    metadata: dict[str, Any]
    instagram_accounts: int
    tiktok_accounts: int
    total_followers: int

    @property
    def accounts_summary(self) -> dict[str, Any]:
        """How many accounts are linked, on which platforms, and their followers together."""
        counts = {Platform.INSTAGRAM: self.instagram_accounts, Platform.TIKTOK: self.tiktok_accounts}
        return {
            "total": sum(counts.values()),
            "platforms": {platform.value: count for platform, count in counts.items() if count},
            "total_followers": self.total_followers,
        }


_c, _a = table(Creator).c, table(Account).c


def _of_accounts(value: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    # The creator is the organization's, and so are all accounts linked to it.
    rows = scoped(Account, Tenancy.SYSTEM, value).where(_a.creator_id == _c.id, *conditions)
    return rows.correlate(table(Creator)).scalar_subquery()


TOTAL_FOLLOWERS = _of_accounts(cast(func.coalesce(func.sum(_a.follower_count), 0), BigInt))
"""The followers of a creator's accounts together."""
_COMPUTED = {
    "instagram_accounts": _of_accounts(func.count(), _a.platform == Platform.INSTAGRAM.value),
    "tiktok_accounts": _of_accounts(func.count(), _a.platform == Platform.TIKTOK.value),
    "total_followers": TOTAL_FOLLOWERS,
}

CREATORS: Listing[CreatorRow] = Listing(
    endpoint="creators",
    model=Creator,
    row=CreatorRow,
    columns=[_COMPUTED[name].label(name) if name in _COMPUTED else _c[name].label(name) for name in CreatorRow._fields],
    source=table(Creator),
    identity=_c.id,
    filters={
        "is_active": _c.is_active == bindparam("is_active"),
        "q": position(_c.name_folded, bindparam("q")) > 0,
    },
    keys={"name": SortKey(_c.name_folded, value=folded)},
    default_sort=Sort("name", Direction.ASC),
    parents={},
)


async def list_creators(
    db: Reader,
    actor: Actor,
    *,
    where: CreatorFilter,
    sort: Sort | None = None,
    page: PageRequest,
    columns: frozenset[str] | None = None,
) -> Page[CreatorRow]:
    """One page of the organization's creators."""
    return await listing.fetch_page(db, actor, CREATORS, where, sort, page, columns)


async def creators_by_ids(
    db: Reader, actor: Actor, ids: Sequence[str], columns: frozenset[str] | None = None
) -> list[CreatorRow | None]:
    """The creators with these ids, in the ids' order, None for those the organization does not have."""
    return await listing.fetch_by_ids(db, actor, CREATORS, ids, columns)


async def get_creator(db: Reader, actor: Actor, creator_id: str) -> CreatorRow:
    """The creator, or NotFound."""
    (creator,) = await creators_by_ids(db, actor, [creator_id])
    if creator is None:
        raise NotFound("Creator")
    return creator
