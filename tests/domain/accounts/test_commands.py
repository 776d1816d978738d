"""Creating, changing and deleting accounts."""

import pytest

from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.commands import create_account, delete_account, update_account
from creatoraudit.domain.accounts.inputs import AccountCreate, AccountPatch
from creatoraudit.domain.accounts.queries import get_account
from creatoraudit.domain.validation import validate
from creatoraudit.errors import Conflict, NotFound, QuotaExceeded
from factories import an_account, an_organization


async def test_a_profile_is_tracked_once(db: Database) -> None:
    actor = await an_organization(db)
    await an_account(db, actor, "acme")

    with pytest.raises(Conflict):
        await an_account(db, actor, "https://www.tiktok.com/@ACME?lang=en")


async def test_another_organization_may_track_the_same_profile(db: Database) -> None:
    first = await an_account(db, await an_organization(db), "acme")
    second = await an_account(db, await an_organization(db), "acme")

    assert first.id != second.id


async def test_the_quota_counts_paused_accounts_and_leaves_no_trace(db: Database) -> None:
    actor = await an_organization(db, account_quota=1)
    await an_account(db, actor, "first", is_active=False)

    with pytest.raises(QuotaExceeded):
        await an_account(db, actor, "second")
    with pytest.raises(Conflict):
        await an_account(db, actor, "first")


async def test_null_clears_what_can_be_null_and_leaves_the_rest(db: Database) -> None:
    actor = await an_organization(db, post_lookback_days=30)
    account = await an_account(db, actor, category="dance", post_lookback_days=7, metadata={"b": 1, "a": 2})

    patched = await update_account(
        db, actor, account.id, validate(AccountPatch, {"category": None, "is_active": None, "post_lookback_days": None})
    )

    assert (patched.category, patched.is_active) == (None, True)
    assert (patched.post_lookback_days, patched.effective_post_lookback_days) == (None, 30)
    assert list(patched.metadata) == ["b", "a"]


async def test_a_retried_create_answers_with_the_account_of_the_first(db: Database) -> None:
    actor = await an_organization(db)
    data = validate(AccountCreate, {"platform": "tiktok", "username": "acme"})

    first = await create_account(db, actor, data, idempotency_key="once")
    again = await create_account(db, actor, data, idempotency_key="once")

    assert (first.replayed, again.replayed) == (False, True)
    assert first.row == again.row


async def test_nothing_of_another_organization_can_be_touched(db: Database) -> None:
    owner, other = await an_organization(db), await an_organization(db)
    account = await an_account(db, owner)

    for attempt in (
        get_account(db, other, account.id),
        update_account(db, other, account.id, validate(AccountPatch, {"is_active": False})),
        delete_account(db, other, account.id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await get_account(db, owner, account.id) == account
