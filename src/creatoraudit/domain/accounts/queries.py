"""Reading accounts."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func

from creatoraudit.db.dialect import position
from creatoraudit.db.engine import Reader
from creatoraudit.db.models import Account, Creator, Organization
from creatoraudit.db.statements import statement
from creatoraudit.domain import listing
from creatoraudit.domain.accounts.inputs import AccountFilter, AccountName
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.paging import Direction, Page, PageRequest, Sort, SortKey
from creatoraudit.domain.scope import table
from creatoraudit.errors import CreatorAuditError, NotFound


class AccountRow(NamedTuple):
    """An account as both edges show it, in the order of the REST object."""

    id: str
    platform: str
    username: str
    name: str | None
    description: str | None
    profile_pic_url: str | None
    profile_pic_url_original: str | None
    is_verified: bool
    is_active: bool
    is_unavailable: bool
    link_in_bio: str | None
    creator_id: str | None
    creator_name: str | None
    category: str | None
    metadata: dict[str, Any]
    added_at: dt.datetime
    first_scrape_time: dt.datetime | None
    last_scrape_time: dt.datetime | None
    scrape_interval_hours: int
    follower_count: int
    following_count: int
    profile_post_count: int
    total_post_count: int
    view_count: int
    like_count: int
    comment_count: int
    share_count: int
    play_count: int
    saved_count: int | None
    fb_play_count: int | None
    ig_play_count: int | None
    fb_like_count: int | None
    max_recent_posts_per_account: int | None
    post_lookback_days: int | None
    effective_max_recent_posts_per_account: int | None
    effective_post_lookback_days: int | None


_accounts, _creators, _organizations = table(Account), table(Creator), table(Organization)
_a = _accounts.c
_COMPUTED = {
    "creator_name": _creators.c.name,
    "effective_max_recent_posts_per_account": func.coalesce(
        _a.max_recent_posts_per_account, _organizations.c.max_recent_posts_per_account
    ),
    "effective_post_lookback_days": func.coalesce(_a.post_lookback_days, _organizations.c.post_lookback_days),
}

ACCOUNTS: Listing[AccountRow] = Listing(
    endpoint="accounts",
    model=Account,
    row=AccountRow,
    columns=[_COMPUTED[name].label(name) if name in _COMPUTED else _a[name].label(name) for name in AccountRow._fields],
    source=_accounts.outerjoin(_organizations, _organizations.c.id == _a.organization_id).outerjoin(
        _creators, _creators.c.id == _a.creator_id
    ),
    identity=_a.id,
    filters={
        "platform": _a.platform == bindparam("platform"),
        "q": position(_a.username, bindparam("q")) > 0,
        "is_active": _a.is_active == bindparam("is_active"),
        "category": _a.category == bindparam("category"),
        "creator_id": _a.creator_id == bindparam("creator_id"),
    },
    keys={
        "added_at": SortKey(_a.added_at),
        "username": SortKey(_a.username),
        "last_scrape_time": SortKey(_a.last_scrape_time, nullable=True),
        "follower_count": SortKey(_a.follower_count),
        "view_count": SortKey(_a.view_count),
        "like_count": SortKey(_a.like_count),
        "play_count": SortKey(_a.play_count),
    },
    default_sort=Sort("added_at", Direction.DESC),
    parents={"creator_id": _a.creator_id},
)


async def list_accounts(
    db: Reader,
    actor: Actor,
    *,
    where: AccountFilter,
    sort: Sort | None = None,
    page: PageRequest,
    columns: frozenset[str] | None = None,
) -> Page[AccountRow]:
    """One page of the organization's accounts."""
    return await listing.fetch_page(db, actor, ACCOUNTS, where, sort, page, columns)


async def accounts_by_creator_ids(
    db: Reader,
    actor: Actor,
    ids: Sequence[str],
    *,
    where: AccountFilter,
    sort: Sort | None = None,
    page: PageRequest,
    columns: frozenset[str] | None = None,
) -> list[Page[AccountRow] | CreatorAuditError]:
    """The same page of accounts for each creator, in the creators' order."""
    return await listing.fetch_pages(db, actor, ACCOUNTS, "creator_id", ids, where, sort, page, columns)


async def accounts_by_ids(
    db: Reader, actor: Actor, ids: Sequence[str], columns: frozenset[str] | None = None
) -> list[AccountRow | None]:
    """The accounts with these ids, in the ids' order, None for those the organization does not have."""
    return await listing.fetch_by_ids(db, actor, ACCOUNTS, ids, columns)


async def find_account(db: Reader, actor: Actor, name: AccountName) -> AccountRow | None:
    """The account of a profile, None if it is not tracked."""
    found = await db.fetch(_by_name(actor.tenancy), AccountRow._make, actor.bind(**name.model_dump(mode="json")))
    return found[0] if found else None


async def get_account(db: Reader, actor: Actor, account_id: str) -> AccountRow:
    """The account, or NotFound."""
    (account,) = await accounts_by_ids(db, actor, [account_id])
    if account is None:
        raise NotFound("Account")
    return account


@statement
def _by_name(tenancy: Tenancy) -> Select[Any]:
    return ACCOUNTS.rows(tenancy).where(_a.platform == bindparam("platform"), _a.username == bindparam("username"))
