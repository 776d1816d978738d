"""Creating, changing and deleting creators, and linking accounts to them."""

import pytest

from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.commands import update_account
from creatoraudit.domain.accounts.inputs import AccountPatch
from creatoraudit.domain.accounts.queries import get_account
from creatoraudit.domain.creators.commands import (
    create_creator,
    delete_creator,
    link_account,
    unlink_account,
    update_creator,
)
from creatoraudit.domain.creators.inputs import CreatorCreate, CreatorFilter, CreatorPatch
from creatoraudit.domain.creators.queries import get_creator, list_creators
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.validation import validate
from creatoraudit.errors import Conflict, FieldError, NotFound, ValidationFailed
from factories import a_creator, an_account, an_organization


async def test_creators_may_share_a_name(db: Database) -> None:
    actor = await an_organization(db)

    first, second = await a_creator(db, actor, "Jo", metadata={"b": 1, "a": None}), await a_creator(db, actor, "Jo")

    assert first.id != second.id
    assert list(first.metadata) == ["b", "a"]
    assert first.accounts_summary == {"total": 0, "platforms": {}, "total_followers": 0}


async def test_a_retried_create_answers_with_the_creator_of_the_first(db: Database) -> None:
    actor = await an_organization(db)
    data = validate(CreatorCreate, {"name": "Jo"})

    first = await create_creator(db, actor, data, idempotency_key="once")
    again = await create_creator(db, actor, data, idempotency_key="once")

    assert (first.replayed, again.replayed, again.row) == (False, True, first.row)
    page = await list_creators(db, actor, where=CreatorFilter(), page=PageRequest())
    assert page.items == [first.row]


async def test_pausing_and_resuming_reach_the_accounts_linked_then(db: Database) -> None:
    actor = await an_organization(db)
    creator = await a_creator(db, actor)
    linked = await an_account(db, actor, "linked", creator_id=creator.id)
    paused = await an_account(db, actor, "paused", creator_id=creator.id, is_active=False)
    other = await an_account(db, actor, "other", creator_id=(await a_creator(db, actor)).id)

    async def activity() -> list[bool]:
        return [(await get_account(db, actor, account.id)).is_active for account in (linked, paused, other)]

    async def set_active(active: bool | None) -> bool:
        return (await update_creator(db, actor, creator.id, validate(CreatorPatch, {"is_active": active}))).is_active

    assert await set_active(True)
    assert await activity() == [True, False, True]
    assert not await set_active(False)
    assert await activity() == [False, False, True]
    await update_account(db, actor, linked.id, validate(AccountPatch, {"is_active": True}))
    assert not await set_active(False)
    assert not await set_active(None)
    assert await activity() == [True, False, True]
    assert await set_active(True)
    assert await activity() == [True, True, True]


async def test_a_new_name_is_found_and_sorted_by(db: Database) -> None:
    actor = await an_organization(db)
    creator, other = await a_creator(db, actor, "Zoë", metadata={"a": 1}), await a_creator(db, actor, "Jo")

    renamed = await update_creator(db, actor, creator.id, validate(CreatorPatch, {"name": "ÉMILE", "metadata": {}}))

    assert renamed == creator._replace(name="ÉMILE", metadata={})
    assert await update_creator(db, actor, creator.id, validate(CreatorPatch, {"name": None})) == renamed
    for query, found in (("émi", [renamed]), ("zo", []), ("", [other, renamed]), ("%", [])):
        page = await list_creators(db, actor, where=CreatorFilter(q=query), page=PageRequest())
        assert page.items == found, query


async def test_deleting_a_creator_leaves_its_accounts(db: Database) -> None:
    actor = await an_organization(db)
    creator = await a_creator(db, actor)
    account = await an_account(db, actor, creator_id=creator.id)

    await delete_creator(db, actor, creator.id)

    assert await get_account(db, actor, account.id) == account._replace(creator_id=None, creator_name=None)
    with pytest.raises(NotFound, match="Creator not found"):
        await delete_creator(db, actor, creator.id)


async def test_an_account_is_linked_to_one_creator(db: Database) -> None:
    actor = await an_organization(db)
    creator, other = await a_creator(db, actor, is_active=False), await a_creator(db, actor)
    account = await an_account(db, actor)

    assert await link_account(db, actor, creator.id, account.id)
    assert not await link_account(db, actor, creator.id, account.id)
    linked = await get_account(db, actor, account.id)
    assert (linked.creator_id, linked.creator_name, linked.is_active) == (creator.id, "Jo", True)
    with pytest.raises(Conflict):
        await link_account(db, actor, other.id, account.id)
    with pytest.raises(NotFound):
        await unlink_account(db, actor, other.id, account.id)

    await unlink_account(db, actor, creator.id, account.id)

    with pytest.raises(NotFound):
        await unlink_account(db, actor, creator.id, account.id)
    assert await get_account(db, actor, account.id) == account
    assert await link_account(db, actor, other.id, account.id)


async def test_a_link_needs_both_ends(db: Database) -> None:
    actor, stranger = await an_organization(db), await an_organization(db)
    creator, account = await a_creator(db, actor), await an_account(db, actor)

    for creator_id in (new_id(), (await a_creator(db, stranger)).id):
        with pytest.raises(NotFound, match="Creator not found"):
            await link_account(db, actor, creator_id, account.id)
    for account_id in (new_id(), (await an_account(db, stranger)).id):
        with pytest.raises(NotFound, match="Account not found"):
            await link_account(db, actor, creator.id, account_id)


async def test_the_summary_counts_what_is_linked(db: Database) -> None:
    actor = await an_organization(db)
    creator = await a_creator(db, actor)
    await an_account(db, actor, "one", creator_id=creator.id)
    await an_account(db, actor, "two", creator_id=creator.id, is_active=False)
    await an_account(db, actor, "free")

    row = await get_creator(db, actor, creator.id)
    assert row.accounts_summary == {"total": 2, "platforms": {"tiktok": 2}, "total_followers": 0}

    await an_account(db, actor, "one", platform="instagram", creator_id=creator.id)
    page = await list_creators(db, actor, where=CreatorFilter(), page=PageRequest())
    assert page.items[0].accounts_summary["platforms"] == {"instagram": 1, "tiktok": 2}


async def test_nothing_of_another_organization_can_be_touched(db: Database) -> None:
    owner, other = await an_organization(db), await an_organization(db)
    creator = await a_creator(db, owner)
    account = await an_account(db, owner, creator_id=creator.id)

    for attempt in (
        get_creator(db, other, creator.id),
        update_creator(db, other, creator.id, validate(CreatorPatch, {"is_active": False})),
        delete_creator(db, other, creator.id),
        link_account(db, other, creator.id, account.id),
        unlink_account(db, other, creator.id, account.id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await get_creator(db, owner, creator.id)).accounts_summary["total"] == 1
    assert await get_account(db, owner, account.id) == account


def test_a_name_is_required_and_bounded() -> None:
    def complaint(data: dict[str, object]) -> FieldError:
        with pytest.raises(ValidationFailed) as failure:
            validate(CreatorCreate, data)
        (error,) = failure.value.errors
        return error

    assert complaint({}) == FieldError("name", "is required")
    assert complaint({"name": ""}) == FieldError("name", "must have at least 1 character(s)")
    assert complaint({"name": "x" * 256}) == FieldError("name", "must have at most 255 characters")
    assert complaint({"name": None}) == FieldError("name", "must be a string")
