"""A look at an account tells of the account, and of each of the videos that its feed showed."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from starlette.applications import Starlette

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import SYSTEM, Actor
from creatoraudit.domain.validation import Platform
from creatoraudit.events import Events, Refreshed
from creatoraudit.ingestion.refresh import POSTS
from creatoraudit.ingestion.refresher import Refresher
from creatoraudit.ingestion.sources.source import Result
from creatoraudit.settings import Settings
from factories import a_video, an_account, an_api_key, an_organization
from live import Listener, listening, served, subscribed
from scripted import Scripted, post, seen

ACCOUNTS = "subscription ($ids: [ID!]) { accountRefreshed(ids: $ids) { databaseId followerCount } }"
VIDEOS = "subscription ($ids: [ID!]) { videoRefreshed(ids: $ids) { databaseId viewCount } }"


@pytest.fixture(params=["in-process", "redis"])
def broker(request: pytest.FixtureRequest) -> str | None:
    """The Redis through which events come from another process, or None where they are told in this one."""
    return str(request.getfixturevalue("redis_url")) if request.param == "redis" else None


@pytest.fixture(params=["websocket", "sse"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(database_url: str, broker: str | None) -> Settings:
    return Settings(database_url=database_url, redis_url=broker)


@pytest.fixture
async def url(app: Starlette, settings: Settings) -> AsyncIterator[str]:
    async with served(app, settings) as url:
        yield url


@pytest.fixture
async def published(app: Starlette, broker: str | None) -> AsyncIterator[Events]:
    """What the worker tells its events to: the server's own, or those of another process."""
    if broker is None:
        yield app.state.opened.events
    else:
        events = Events(broker)
        yield events
        await events.close()


async def look(db: Database, events: Events, result: Result) -> None:
    """Looks at all accounts that are due; what is said of their profiles is the same for all."""
    refresher = Refresher(db, SYSTEM, Platform.TIKTOK, Scripted(result), Settings(refresh_concurrency=20), events)
    leased = [one for one in await refresher.claim(20) if one.subject.account_id is not None]
    for lease in leased:
        assert await refresher.refresh(lease) is not None


async def heard(listener: Listener, field: str, count: int) -> list[dict[str, object]]:
    """So many objects, in the order of their ids."""
    answers = [(await listener.heard())["data"][field] for _ in range(count)]
    return sorted(answers, key=lambda one: str(one["databaseId"]))


async def test_who_listens_to_videos_hears_of_a_feed_that_showed_them(
    transport: str, url: str, key: str, db: Database, app: Starlette, organization: Actor, published: Events
) -> None:
    """Each of them once, though a long feed is recorded in parts and shows some posts twice; and nobody else."""
    stranger = await an_organization(db)
    others_key = (await an_api_key(db, stranger)).key
    account = await an_account(db, organization)
    feed = [post(number, views=number) for number in range(1, POSTS + 20)]
    first, last = feed[0], feed[-1]
    videos = sorted([(await a_video(db, organization, one.external_id)).id for one in (first, last)])
    unseen, theirs = (
        await a_video(db, organization, "7300000000000000000"),
        await a_video(db, stranger, first.external_id),
    )
    async with AsyncExitStack() as stack:
        of_all, of_some, of_accounts, of_strangers = [
            await stack.enter_async_context(listening(transport, url, whose, query, **variables))
            for whose, query, variables in (
                (key, VIDEOS, {}),
                (key, VIDEOS, {"ids": [unseen.id, videos[1]]}),
                (key, ACCOUNTS, {}),
                (others_key, VIDEOS, {}),
            )
        ]
        await subscribed(app.state.opened.events, 4)
        await look(db, published, seen(7, *feed, first))
        for id_, actor in ((unseen.id, organization), (theirs.id, stranger)):  # whatever else was told came before
            await published.publish(Refreshed(str(actor.organization_id), "video", id_))

        told = await heard(of_all, "videoRefreshed", 2)
        assert [one["databaseId"] for one in told] == videos
        assert sorted(int(str(one["viewCount"])) for one in told) == [1, POSTS + 19]
        assert [one["databaseId"] for one in await heard(of_all, "videoRefreshed", 1)] == [unseen.id]
        assert [one["databaseId"] for one in await heard(of_some, "videoRefreshed", 1)] == [videos[1]]
        assert [one["databaseId"] for one in await heard(of_some, "videoRefreshed", 1)] == [unseen.id]
        assert await heard(of_accounts, "accountRefreshed", 1) == [{"databaseId": account.id, "followerCount": 7}]
        assert [one["databaseId"] for one in await heard(of_strangers, "videoRefreshed", 1)] == [theirs.id]
