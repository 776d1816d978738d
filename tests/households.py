"""Organizations whose accounts, videos and creators come, change and go while they are observed."""

import random
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from hypothesis import strategies as st

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.commands import delete_account, update_account
from creatoraudit.domain.accounts.inputs import AccountPatch
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.creators.commands import link_account, unlink_account, update_creator
from creatoraudit.domain.creators.inputs import CreatorPatch
from creatoraudit.domain.videos.commands import delete_video
from creatoraudit.errors import NotFound
from creatoraudit.ingestion.observe import observe
from factories import a_creator, a_video, an_account, an_organization
from histories import ACCOUNTS, NAMES, History, Seen, at, observations

Action = Callable[["Household"], Coroutine[Any, Any, Any]]


class Household:
    """An organization whose accounts, videos and creators come, change and go while it is observed."""

    def __init__(self, db: Database, actor: Actor, history: History, creators: list[str]) -> None:
        self.db, self.actor, self.history, self.creators = db, actor, history, creators
        self.accounts: dict[str, str] = {}
        self.videos: dict[str, str] = {}
        self.platforms = {post.external_id: post.platform for post in history.posts}

    async def track(self, name: str) -> None:
        if name not in self.accounts:
            self.accounts[name] = (await an_account(self.db, self.actor, name, platform=ACCOUNTS[name])).id

    async def untrack(self, name: str) -> None:
        if name in self.accounts:
            await delete_account(self.db, self.actor, self.accounts.pop(name))

    async def switch(self, name: str, active: bool) -> None:
        if name in self.accounts:
            await update_account(self.db, self.actor, self.accounts[name], AccountPatch(is_active=active))

    async def switch_creator(self, number: int, active: bool) -> None:
        await update_creator(self.db, self.actor, self.creators[number], CreatorPatch(is_active=active))

    async def move(self, name: str, number: int) -> None:
        """Links an account to another creator."""
        if name in self.accounts:
            for creator in self.creators:
                try:
                    await unlink_account(self.db, self.actor, creator, self.accounts[name])
                except NotFound:
                    continue
            await link_account(self.db, self.actor, self.creators[number], self.accounts[name])

    async def track_video(self, name: str) -> None:
        if name not in self.videos:
            video = await a_video(self.db, self.actor, name, platform=self.platforms[name])
            self.videos[name] = video.id

    async def untrack_video(self, name: str) -> None:
        if name in self.videos:
            await delete_video(self.db, self.actor, self.videos.pop(name))

    async def see(self, seen: Seen) -> None:
        if seen.account is None or seen.account in self.accounts:
            await observe(self.db, str(self.actor.organization_id), observations(self.history, [seen], self.accounts))


def _action(name: str, *arguments: Any) -> Action:
    return lambda household: getattr(household, name)(*arguments)


_names, _posts, _numbers = st.sampled_from(sorted(ACCOUNTS)), st.sampled_from(NAMES), st.integers(0, 1)
actions = st.one_of(
    st.builds(_action, st.sampled_from(["track", "untrack"]), _names),
    st.builds(_action, st.just("switch"), _names, st.booleans()),
    st.builds(_action, st.just("switch_creator"), _numbers, st.booleans()),
    st.builds(_action, st.just("move"), _names, _numbers),
    st.builds(_action, st.sampled_from(["track_video", "untrack_video"]), _posts),
)
lives = st.lists(st.tuples(st.integers(0, 18), actions), max_size=10)


async def lived(db: Database, history: History, life: Iterable[tuple[int, Action]], chance: random.Random) -> Household:
    """A household after everything that happened to it, in random order."""
    with clock.frozen(at(8, 0)):
        actor = await an_organization(db)
        creators = [(await a_creator(db, actor, name)).id for name in ("Ada", "Bo")]
        household = Household(db, actor, history, creators)
        for name in ACCOUNTS:
            await household.track(name)
        for name in NAMES[::2]:
            await household.track_video(name)
    events = [*life, *((16, _action("see", seen)) for seen in history.seen)]
    chance.shuffle(events)
    for day, happens in events:
        with clock.frozen(at(day, 40_000)):
            await happens(household)
    return household
