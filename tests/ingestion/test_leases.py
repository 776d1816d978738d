import asyncio
import datetime as dt

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.commands import update_account
from creatoraudit.domain.accounts.inputs import AccountPatch
from creatoraudit.domain.actor import SYSTEM, Actor
from creatoraudit.domain.organizations import OrganizationPatch, update_organization
from creatoraudit.domain.refreshes import request_account_refresh
from creatoraudit.domain.validation import Platform, validate
from creatoraudit.ingestion.leases import Lease, NoRoom, claim, count_due, release
from factories import a_video, an_account, an_organization
from refreshed import due, set_due

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
async def actor(db: Database) -> Actor:
    return await an_organization(db)


async def claimed(db: Database, *, limit: int = 10, actor: Actor = SYSTEM) -> list[Lease]:
    return await claim(db, actor, Platform.TIKTOK, limit, MINUTE)


def names(leases: list[Lease]) -> list[str]:
    return [str(lease.subject).removeprefix("tiktok:") for lease in leases]


async def test_what_is_due_is_leased_the_longest_overdue_first(db: Database, actor: Actor) -> None:
    hours = {"late": 2, "later": 3, "just.now": 0, "early": -1}
    for name, overdue in hours.items():
        id_ = (await an_account(db, actor, name)).id
        await set_due(db, id_, due_at=NOON - overdue * dt.timedelta(hours=1), is_awaited=False)
    await an_account(db, actor, "elsewhere", platform="instagram")

    with clock.frozen(NOON):
        assert await count_due(db, SYSTEM, Platform.TIKTOK) == 3
        first = await claimed(db, limit=2)
        assert names(first) == ["later", "late"]
        assert names(await claimed(db)) == ["just.now"]
        assert await claimed(db) == []
        assert await count_due(db, SYSTEM, Platform.TIKTOK) == 0
        row = await due(db, first[0].subject.account_id or "")
    assert (row.lease, row.leased_until) == (first[0].token, NOON + MINUTE)
    assert first[0].until == NOON + MINUTE


async def test_what_someone_waits_for_goes_first(db: Database, actor: Actor) -> None:
    ids = [(await an_account(db, actor, name)).id for name in ("overdue", "asked.for")]
    for id_ in ids:
        await set_due(db, id_, due_at=NOON - 9 * MINUTE, is_awaited=False)
    with clock.frozen(NOON):
        await an_account(db, actor, "new")
    with clock.frozen(NOON + MINUTE):
        await request_account_refresh(db, actor, ids[1], [*Platform])
        assert names(await claimed(db)) == ["new", "asked.for", "overdue"]


async def test_nobody_gets_what_is_paused(db: Database, actor: Actor) -> None:
    paused = await an_account(db, actor, "paused")
    await update_account(db, actor, paused.id, validate(AccountPatch, {"is_active": False}))
    await an_account(db, actor, "never.active", is_active=False)
    assert await claimed(db) == []
    assert await claim(db, SYSTEM, Platform.TIKTOK, 9, MINUTE, account_ids=[paused.id]) == []


@pytest.mark.parametrize("turned_off", ["is_active", "has_subscription"])
async def test_an_organization_whose_keys_do_not_work_is_left_alone(
    db: Database, actor: Actor, turned_off: str
) -> None:
    await an_account(db, actor)
    await update_organization(db, actor.organization_id or "", validate(OrganizationPatch, {turned_off: False}))
    assert await claimed(db) == []
    await update_organization(db, actor.organization_id or "", validate(OrganizationPatch, {turned_off: True}))
    assert names(await claimed(db)) == ["acme"]


async def test_a_lease_that_has_ended_is_anyones(db: Database, actor: Actor) -> None:
    with clock.frozen(NOON):
        await an_account(db, actor)
        (first,) = await claimed(db)
    with clock.frozen(NOON + MINUTE - SECOND):
        assert await claimed(db) == []
    with clock.frozen(NOON + MINUTE):
        (second,) = await claimed(db)
    assert second.subject == first.subject
    assert second.token != first.token


async def test_a_lease_that_is_given_back_is_anyones(db: Database, actor: Actor) -> None:
    await an_account(db, actor)
    (lease,) = await claimed(db)
    await release(db, lease)
    (again,) = await claimed(db)

    await release(db, lease)
    assert await claimed(db) == [], "it is not the first one's any more"
    assert again.token != lease.token


async def test_many_who_claim_at_once_get_different_things(db: Database, actor: Actor) -> None:
    for number in range(30):
        await an_account(db, actor, f"user{number}")
    databases = [Database(db.url.render_as_string(hide_password=False)) for _ in range(3)]
    found = await asyncio.gather(*(claimed(one, limit=2) for one in databases for _ in range(5)))
    for one in databases:
        await one.close()

    got = [name for leases in found for name in names(leases)]
    assert len(got) == len(set(got))
    assert set(got) | set(names(await claimed(db, limit=30))) == {f"user{number}" for number in range(30)}


async def test_who_acts_for_an_organization_claims_only_there(db: Database, actor: Actor) -> None:
    await an_account(db, await an_organization(db), "theirs")
    await an_account(db, actor, "ours")
    assert names(await claimed(db, actor=actor)) == ["ours"]
    assert names(await claimed(db)) == ["theirs"]


async def test_accounts_that_are_named_need_not_be_due(db: Database, actor: Actor) -> None:
    ids = [(await an_account(db, actor, name)).id for name in ("one", "two", "three")]
    for id_ in ids:
        await set_due(db, id_, due_at=clock.now() + MINUTE)

    named = await claim(db, SYSTEM, Platform.TIKTOK, 9, MINUTE, account_ids=ids[:2])
    assert sorted(names(named)) == ["one", "two"]
    assert await claim(db, SYSTEM, Platform.TIKTOK, 9, MINUTE, account_ids=ids[:2]) == [], "somebody looks already"


async def test_what_is_due_until_a_time_is_not_what_is_due_since(db: Database, actor: Actor) -> None:
    await set_due(db, (await an_account(db, actor, "before")).id, due_at=NOON)
    await set_due(db, (await an_account(db, actor, "after")).id, due_at=NOON + SECOND)
    with clock.frozen(NOON + MINUTE):
        assert names(await claim(db, SYSTEM, Platform.TIKTOK, 9, MINUTE, until=NOON)) == ["before"]


async def test_a_lease_says_what_a_look_needs_to_know(db: Database) -> None:
    actor = await an_organization(db, max_recent_posts_per_account=30, post_lookback_days=60)
    await an_account(db, actor, "usual")
    await an_account(db, actor, "special", max_recent_posts_per_account=5)
    await a_video(db, actor, "https://www.tiktok.com/@usual/video/6749520869598481669")

    found = {str(lease.subject): lease.subject for lease in await claimed(db)}
    usual, special, video = (found[f"tiktok:{name}"] for name in ("usual", "special", "6749520869598481669"))
    assert (usual.username, usual.posts, usual.lookback_days) == ("usual", 30, 60)
    assert (special.posts, special.lookback_days) == (5, 60)
    assert (video.account_id, video.external_id, video.username) == (None, "6749520869598481669", "usual")


async def taken(db: Database, limit: int = 9) -> list[str]:
    """What is claimed where no more than three looks may be in flight."""
    return names(await claim(db, SYSTEM, Platform.TIKTOK, limit, MINUTE, at_once=3))


async def test_no_more_looks_are_in_flight_than_may_be_whoever_they_are_of(db: Database, actor: Actor) -> None:
    for number in range(4):
        await an_account(db, actor, f"user{number}")
        await an_account(db, await an_organization(db), f"other{number}")
    with clock.frozen(clock.now() + MINUTE):
        first = await claim(db, SYSTEM, Platform.TIKTOK, 2, MINUTE, at_once=3)
        assert len(await taken(db)) == 1
        with pytest.raises(NoRoom):
            await taken(db)
        await release(db, first[0])
        assert len(await taken(db)) == 1
        assert await claim(db, SYSTEM, Platform.INSTAGRAM, 9, MINUTE, at_once=3) == [], "nothing is due there"


async def test_who_was_killed_holds_nobody_up_for_longer_than_a_look_may_take(db: Database, actor: Actor) -> None:
    for number in range(9):
        await an_account(db, actor, f"user{number}")
    later = clock.now() + MINUTE
    with clock.frozen(later):
        assert len(await taken(db)) == 3
    with clock.frozen(later + MINUTE / 2 - SECOND), pytest.raises(NoRoom):
        await taken(db)
    with clock.frozen(later + MINUTE / 2):
        assert len(await taken(db)) == 3


async def test_who_claims_at_the_same_time_counts_each_other(db: Database, actor: Actor) -> None:
    for number in range(12):
        await an_account(db, actor, f"user{number}")
    others = [Database(db.url.render_as_string(hide_password=False)) for _ in range(3)]
    claims = await asyncio.gather(*(taken(one, 2) for one in others * 2), return_exceptions=True)
    for one in others:
        await one.close()
    found = [name for one in claims if isinstance(one, list) for name in one]
    assert len(found) == len(set(found)) == 3
    assert all(isinstance(one, list | NoRoom) for one in claims)
