"""Workers refresh while people track, pause, change and remove what they refresh."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from sqlalchemy import select, update

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.commands import delete_account, update_account
from creatoraudit.domain.accounts.inputs import AccountPatch
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.creators.commands import link_account, update_creator
from creatoraudit.domain.creators.inputs import CreatorPatch
from creatoraudit.domain.refreshes import request_account_refresh
from creatoraudit.domain.validation import Platform, validate
from creatoraudit.domain.videos.commands import delete_video, update_video
from creatoraudit.domain.videos.inputs import VideoPatch
from creatoraudit.errors import Conflict, NotFound, RateLimited
from creatoraudit.events import Events
from creatoraudit.ingestion.sources.source import Observed, PostReference, ProfileReference, Result
from creatoraudit.ingestion.worker import Worker, working
from creatoraudit.settings import Settings
from factories import a_creator, a_video, an_account, an_organization
from refreshed import organization_days, refreshes
from scripted import Scripted, post, seen

ACCOUNTS = 8
COMMANDS = 240
AT_ONCE = 6


def feed_of(username: str) -> list[int]:
    """The numbers of the posts in an account's feed."""
    number = int(username.removeprefix("user"))
    return [100 * number + place for place in range(4)]


def lively(asked: ProfileReference | PostReference) -> Result:
    """Numbers that never stand still."""
    views = random.randrange(10, 99)
    if isinstance(asked, PostReference):
        return Observed(None, [post(1, views)._replace(external_id=asked.external_id)])
    return seen(views, *(post(number, views) for number in feed_of(asked.username)))


class People:
    """They do whatever comes into their minds, and are told when it cannot be done."""

    def __init__(self, db: Database, actor: Actor) -> None:
        self.creator = ""
        self._db = db
        self._actor = actor
        self._accounts: dict[str, str] = {}
        self._videos: list[str] = []
        self._chance = random.Random(3)

    async def begin(self) -> None:
        """Half of the accounts belong to a creator."""
        self.creator = (await a_creator(self._db, self._actor)).id
        for number in range(ACCOUNTS):
            id_ = (await an_account(self._db, self._actor, f"user{number}")).id
            self._accounts[f"user{number}"] = id_
            if number % 2:
                await link_account(self._db, self._actor, self.creator, id_)

    async def act(self) -> None:
        """Does one thing."""
        username = self._chance.choice([*self._accounts])
        doings: list[Callable[[str], Awaitable[object]]] = [
            self._pause_or_resume,
            self._pause_or_resume_the_creator,
            self._track_again,
            self._track_a_video,
            self._change_a_video,
            self._remove_a_video,
            lambda name: request_account_refresh(self._db, self._actor, self._accounts[name], [*Platform]),
        ]
        with suppress(Conflict, NotFound, RateLimited):
            await self._chance.choice(doings)(username)

    async def _pause_or_resume(self, username: str) -> None:
        changes = {"is_active": self._chance.random() < 0.6, "scrape_interval_hours": self._chance.randrange(1, 100)}
        await update_account(self._db, self._actor, self._accounts[username], validate(AccountPatch, changes))

    async def _pause_or_resume_the_creator(self, _: str) -> None:
        changes = {"is_active": self._chance.random() < 0.6}
        await update_creator(self._db, self._actor, self.creator, validate(CreatorPatch, changes))

    async def _track_again(self, username: str) -> None:
        await delete_account(self._db, self._actor, self._accounts[username])
        self._accounts[username] = (await an_account(self._db, self._actor, username)).id

    async def _track_a_video(self, username: str) -> None:
        external_id = post(self._chance.choice(feed_of(username))).external_id
        self._videos.append((await a_video(self._db, self._actor, external_id)).id)

    async def _change_a_video(self, _: str) -> None:
        if self._videos:
            changes = {"is_active": self._chance.random() < 0.6}
            await update_video(self._db, self._actor, self._chance.choice(self._videos), validate(VideoPatch, changes))

    async def _remove_a_video(self, _: str) -> None:
        if self._videos:
            await delete_video(self._db, self._actor, self._videos.pop(self._chance.randrange(len(self._videos))))


@asynccontextmanager
async def time_flying(db: Database) -> AsyncIterator[None]:
    """Everything that nobody looks at is due all the time."""

    async def fly() -> None:
        while True:
            async with db.transaction() as tx:
                idle = select(refreshes.c.id).where(refreshes.c.lease.is_(None), refreshes.c.due_at > clock.now())
                ids = (await tx.execute(idle)).scalars().all()
            for id_ in ids:  # one after the other, as nobody else locks several but in the order of their accounts
                async with db.transaction() as tx:
                    still = (refreshes.c.id == id_, refreshes.c.due_at.is_not(None))
                    await tx.execute(update(refreshes).where(*still).values(due_at=clock.now()))
            await asyncio.sleep(0.2)

    flying = asyncio.create_task(fly())
    try:
        yield
    finally:
        flying.cancel()
        await asyncio.wait({flying})


async def test_what_people_change_meanwhile_is_changed_and_everything_adds_up(db: Database) -> None:
    actor = await an_organization(db)
    people = People(db, actor)
    await people.begin()
    other = Database(db.url.render_as_string(hide_password=False))
    workers = [
        Worker(one, {Platform.TIKTOK: Scripted(lively)}, Settings(refresh_concurrency=4), Events())
        for one in (db, other)
    ]

    async def keep_busy() -> None:
        for _ in range(COMMANDS // AT_ONCE):
            await people.act()

    async with working(workers[0]), working(workers[1]), time_flying(other):
        await asyncio.gather(*(keep_busy() for _ in range(AT_ONCE)))
    await other.close()

    before = await organization_days(db)
    async with db.transaction() as tx:
        await rollup.rebuild(tx, actor)
    assert await organization_days(db) == before
