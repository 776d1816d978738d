"""Erasing all that is known of profiles, or of a creator and its accounts: in all organizations, or in one.

It is what deleting does, and more: posts of theirs that somebody tracks by themselves go too, and the records of the
requests that created any of it. Afterwards every sum is that of what is left, as if they had never been tracked.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, delete, func, or_, select

from creatoraudit.db import dialect
from creatoraudit.db.engine import Database
from creatoraudit.db.history import AccountClosing, PostClosing
from creatoraudit.db.models import Account, Creator, IdempotencyRecord, Post
from creatoraudit.db.statements import statement
from creatoraudit.domain.accounts.commands import delete_account
from creatoraudit.domain.actor import SYSTEM, Actor, Tenancy, acting_for
from creatoraudit.domain.creators.commands import delete_creator
from creatoraudit.domain.scope import scoped, table
from creatoraudit.domain.validation import Platform
from creatoraudit.domain.videos.commands import delete_video
from creatoraudit.errors import NotFound

_accounts, _creators, _posts, _records = table(Account), table(Creator), table(Post), table(IdempotencyRecord)


class Profile(NamedTuple):
    """A profile by its name, whoever tracks it."""

    platform: Platform
    username: str


class KnownAccount(NamedTuple):
    """An account as one organization has it."""

    id: str
    organization_id: str
    platform: Platform
    username: str
    platform_account_id: str | None
    creator_id: str | None


class KnownCreator(NamedTuple):
    """A creator and the organization that has it."""

    id: str
    organization_id: str


class KnownPost(NamedTuple):
    """A post, and the video that tracks it by itself, if one does."""

    id: int
    organization_id: str
    video_id: str | None


class Known(NamedTuple):
    """All that is known of some profiles, or of a creator."""

    accounts: list[KnownAccount]
    creators: list[KnownCreator]
    posts: list[KnownPost]

    @property
    def organizations(self) -> list[str]:
        """Whose data it is."""
        of_accounts = {one.organization_id for one in self.accounts}
        of_creators = {one.organization_id for one in self.creators}
        return sorted(of_accounts | of_creators | {one.organization_id for one in self.posts})

    @property
    def things(self) -> int:
        """In how many steps it is erased."""
        return len(self.videos) + len(self.accounts) + len(self.creators)

    @property
    def creators_left(self) -> list[str]:
        """The creators that accounts of theirs are linked to, and that stay."""
        return sorted({one.creator_id for one in self.accounts if one.creator_id} - {one.id for one in self.creators})

    @property
    def videos(self) -> dict[str, str]:
        """The videos, and whose they are."""
        return {one.video_id: one.organization_id for one in self.posts if one.video_id is not None}


async def known_of(db: Database, profiles: Sequence[Profile], actor: Actor = SYSTEM) -> Known:
    """What the actor's organization, or all, know of the profiles: their accounts, and the posts they published."""
    named = actor.bind(usernames=[one.username for one in profiles])
    found = await db.fetch(_accounts_named(actor.tenancy), KnownAccount._make, named)
    accounts = [one for one in found if (one.platform, one.username) in profiles]
    numbers = {(one.platform, one.platform_account_id) for one in accounts if one.platform_account_id is not None}
    ids = {one.id for one in accounts}
    asked = named | {"accounts": list(ids), "numbers": [number for _, number in numbers]}
    posts = []
    for *post, account_id, platform, username, number in await db.fetch(_posts_of(actor.tenancy), tuple, asked):
        is_named = (platform, username) in profiles or (account_id is None and (platform, number) in numbers)
        if account_id in ids or is_named:
            posts.append(KnownPost._make(post))
    return Known(accounts, [], posts)


async def known_of_creator(db: Database, creator_id: str, actor: Actor = SYSTEM) -> Known:
    """What is known of a creator, and of the profiles that are linked to it; NotFound if there is no such creator."""
    creators = await db.fetch(_creator(actor.tenancy), KnownCreator._make, actor.bind(id=creator_id))
    if not creators:
        raise NotFound("Creator")
    linked = await db.fetch(_linked(actor.tenancy), Profile._make, actor.bind(id=creator_id))
    known = await known_of(db, linked, actor)
    return known._replace(creators=creators)


async def closings_of(db: Database, known: Known) -> int:
    """How many days of history are known, of accounts and of posts."""
    total = 0
    for model, some in ((AccountClosing, known.accounts), (PostClosing, known.posts)):
        ((found,),) = await db.fetch(_total(model), tuple, {"ids": [one.id for one in some]})
        total += found
    return total


async def erase(db: Database, known: Known) -> AsyncGenerator[int, None]:
    """Erases it, a thing in each transaction, and tells how many are done; what is gone already is done too."""
    things = [
        *(partial(delete_video, db, acting_for(owner), id_) for id_, owner in known.videos.items()),
        *(partial(delete_account, db, acting_for(one.organization_id), one.id) for one in known.accounts),
        *(partial(delete_creator, db, acting_for(one.organization_id), one.id) for one in known.creators),
    ]
    for done, thing in enumerate(things, start=1):
        with suppress(NotFound):
            await thing()
        yield done
    ids = [*known.videos, *(one.id for one in known.accounts), *(one.id for one in known.creators)]
    async with db.transaction() as tx:
        await tx.execute(delete(_records).where(dialect.one_of(_records.c.resource_id, "ids")), {"ids": ids})


@statement
def _accounts_named(tenancy: Tenancy) -> Select[Any]:
    columns = (_accounts.c[name] for name in KnownAccount._fields)
    return scoped(Account, tenancy, *columns).where(dialect.one_of(_accounts.c.username, "usernames"))


@statement
def _posts_of(tenancy: Tenancy) -> Select[Any]:
    columns = ("id", "organization_id", "video_id", "account_id", "platform", "account_username", "platform_account_id")
    of_number = and_(_posts.c.account_id.is_(None), dialect.one_of(_posts.c.platform_account_id, "numbers"))
    theirs = or_(
        dialect.one_of(_posts.c.account_id, "accounts"),
        dialect.one_of(_posts.c.account_username, "usernames"),
        of_number,
    )
    return scoped(Post, tenancy, *(_posts.c[name] for name in columns)).where(theirs)


@statement
def _total(model: type[AccountClosing] | type[PostClosing]) -> Select[Any]:
    closings = table(model)
    return select(func.count()).select_from(closings).where(dialect.one_of(next(iter(closings.primary_key)), "ids"))


@statement
def _creator(tenancy: Tenancy) -> Select[Any]:
    rows = scoped(Creator, tenancy, _creators.c.id, _creators.c.organization_id)
    return rows.where(_creators.c.id == bindparam("id", type_=_creators.c.id.type))


@statement
def _linked(tenancy: Tenancy) -> Select[Any]:
    rows = scoped(Account, tenancy, _accounts.c.platform, _accounts.c.username)
    return rows.where(_accounts.c.creator_id == bindparam("id", type_=_creators.c.id.type))
