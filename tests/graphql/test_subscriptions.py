"""What is heard of, by whom: the same over WebSockets and over server-sent events."""

import datetime as dt
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager

import pytest
from starlette.applications import Starlette

from creatoraudit import clock
from creatoraudit import events as events_module
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.commands import delete_account, update_account
from creatoraudit.domain.accounts.inputs import AccountPatch
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.api_keys import delete_api_key, disable_api_key, rotate_api_key
from creatoraudit.domain.organizations import OrganizationPatch, update_organization
from creatoraudit.domain.validation import validate
from creatoraudit.events import Events, Refreshed
from creatoraudit.graphql.ids import global_id
from creatoraudit.settings import Settings
from factories import a_creator, a_video, an_account, an_account_video, an_api_key, an_organization
from live import listening, served, subscribed

ACCOUNTS = "subscription ($ids: [ID!]) { accountRefreshed(ids: $ids) { databaseId category creator { name } } }"
NOBODY = "01977f0e-5c1b-7d3a-9a52-3f1e6c0b8d21"
VIDEOS = "subscription ($ids: [ID!]) { videoRefreshed(ids: $ids) { databaseId externalId } }"


@pytest.fixture(params=["websocket", "sse"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def url(app: Starlette, settings: Settings) -> AsyncIterator[str]:
    async with served(app, settings) as url:
        yield url


@pytest.fixture
def events(app: Starlette) -> Events:
    """Those of the application: what is published here is what its worker would publish."""
    events: Events = app.state.opened.events
    return events


async def test_a_refreshed_account_is_answered_as_it_is_then(
    transport: str, url: str, key: str, db: Database, organization: Actor, events: Events
) -> None:
    creator = await a_creator(db, organization, "Jo")
    account = await an_account(db, organization, creator_id=creator.id, category="dance")
    refreshed = Refreshed(str(organization.organization_id), "account", account.id)
    async with listening(transport, url, key, ACCOUNTS) as listener:
        await subscribed(events, 1)
        for category in ("dance", "food", "travel"):
            patch = validate(AccountPatch, {"category": category})
            await update_account(db, organization, account.id, patch)
            await events.publish(refreshed)
            answer = await listener.heard()
            assert answer == {
                "data": {
                    "accountRefreshed": {"databaseId": account.id, "category": category, "creator": {"name": "Jo"}}
                }
            }
    await subscribed(events, 0)


async def test_videos_and_accounts_are_told_apart(
    transport: str, url: str, key: str, db: Database, organization: Actor, events: Events
) -> None:
    account, video = await an_account(db, organization), await a_video(db, organization)
    async with listening(transport, url, key, VIDEOS) as listener:
        await subscribed(events, 1)
        await events.publish(Refreshed(str(organization.organization_id), "account", account.id))
        await events.publish(Refreshed(str(organization.organization_id), "video", video.id))
        answer = await listener.heard()
        assert answer["data"]["videoRefreshed"] == {"databaseId": video.id, "externalId": video.external_id}


@pytest.mark.parametrize("form", [str, lambda one: global_id("Account", one)], ids=["REST's ids", "global ids"])
async def test_ids_of_either_kind_narrow_it(
    transport: str,
    form: Callable[[str], str],
    url: str,
    key: str,
    db: Database,
    organization: Actor,
    events: Events,
) -> None:
    one, other, wanted = [await an_account(db, organization, username=f"acme{n}") for n in range(3)]
    async with listening(transport, url, key, ACCOUNTS, ids=[form(wanted.id)]) as listener:
        await subscribed(events, 1)
        for account in (one, other, wanted):
            await events.publish(Refreshed(str(organization.organization_id), "account", account.id))
        answer = await listener.heard()
        assert answer["data"]["accountRefreshed"]["databaseId"] == wanted.id


async def test_another_organizations_events_never_arrive(
    transport: str, url: str, key: str, db: Database, organization: Actor, events: Events
) -> None:
    """Not even for who names their ids; the own event that follows is the first that is heard."""
    stranger = await an_organization(db)
    theirs, ours = await an_account(db, stranger), await an_account(db, organization)
    for ids in (None, [theirs.id, global_id("Account", theirs.id), ours.id]):
        async with listening(transport, url, key, ACCOUNTS, ids=ids) as listener:
            await subscribed(events, 1)
            await events.publish(Refreshed(str(stranger.organization_id), "account", theirs.id))
            await events.publish(Refreshed(str(organization.organization_id), "account", ours.id))
            answer = await listener.heard()
            assert answer["data"]["accountRefreshed"]["databaseId"] == ours.id
        await subscribed(events, 0)


async def test_what_was_deleted_meanwhile_is_null(
    transport: str, url: str, key: str, db: Database, organization: Actor, events: Events
) -> None:
    account = await an_account(db, organization)
    async with listening(transport, url, key, ACCOUNTS) as listener:
        await subscribed(events, 1)
        await delete_account(db, organization, account.id)
        await events.publish(Refreshed(str(organization.organization_id), "account", account.id))
        assert await listener.heard() == {"data": {"accountRefreshed": None}}


async def test_an_event_that_fails_is_told_and_the_next_one_is_heard(
    transport: str, url: str, key: str, db: Database, organization: Actor, events: Events
) -> None:
    account = await an_account(db, organization)
    query = "subscription ($n: Int!) { accountRefreshed { databaseId videos(first: $n) { totalCount } } }"
    refreshed = Refreshed(str(organization.organization_id), "account", account.id)
    async with listening(transport, url, key, query, n=0) as listener:
        await subscribed(events, 1)
        for _ in range(2):
            await events.publish(refreshed)
            answer = await listener.heard()
            assert answer["data"]["accountRefreshed"] == {"databaseId": account.id, "videos": None}
            assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_ERROR"


class TestAKeyThatEnds:
    """The test's own `db` stands for another process: nothing tells the application."""

    @pytest.mark.parametrize(
        ("end", "reason"),
        [
            (disable_api_key, "The API key is disabled."),
            (delete_api_key, "The API key is not known."),
            (rotate_api_key, "The API key is not known."),
        ],
    )
    async def test_takes_what_listens_with_it(
        self,
        transport: str,
        end: Callable[..., Awaitable[object]],
        reason: str,
        url: str,
        db: Database,
        organization: Actor,
        events: Events,
    ) -> None:
        account, made = await an_account(db, organization), await an_api_key(db, organization)
        async with listening(transport, url, made.key, ACCOUNTS) as listener:
            await subscribed(events, 1)
            await events.publish(Refreshed(str(organization.organization_id), "account", account.id))
            await listener.heard()
            await end(db, organization, made.row.id)
            ended = time.monotonic()
            await listener.ended(reason)
            assert time.monotonic() - ended < 2
        await subscribed(events, 0)

    async def test_takes_what_listens_with_it_when_its_time_has_come(
        self, transport: str, url: str, db: Database, organization: Actor, events: Events
    ) -> None:
        moment = clock.now() + dt.timedelta(hours=1)
        made = await an_api_key(db, organization, expires_at=moment)
        async with listening(transport, url, made.key, ACCOUNTS) as listener:
            await subscribed(events, 1)
            with clock.frozen(moment):
                await listener.ended("The API key has expired.")

    async def test_takes_what_listens_with_it_when_its_organization_pauses(
        self, transport: str, url: str, key: str, db: Database, organization: Actor, events: Events
    ) -> None:
        async with listening(transport, url, key, ACCOUNTS) as listener:
            await subscribed(events, 1)
            await update_organization(
                db, str(organization.organization_id), validate(OrganizationPatch, {"is_active": False})
            )
            await listener.ended("The organization is not active.")


async def test_an_event_takes_a_statement_for_each_level(
    transport: str,
    url: str,
    key: str,
    db: Database,
    organization: Actor,
    events: Events,
    statements: Callable[..., AbstractContextManager[list[str]]],
) -> None:
    creator = await a_creator(db, organization)
    account = await an_account(db, organization, creator_id=creator.id)
    for _ in range(3):
        await an_account_video(db, organization, account)
    query = "subscription { accountRefreshed { creator { name } videos(first: 3) { nodes { id } } } }"
    async with listening(transport, url, key, query) as listener:
        await subscribed(events, 1)
        for _ in range(2):
            with statements(anyone=True) as seen:  # who listens asked before
                await events.publish(Refreshed(str(organization.organization_id), "account", account.id))
                answer = await listener.heard()
            assert len(answer["data"]["accountRefreshed"]["videos"]["nodes"]) == 3
            assert len(seen) == 3


async def test_ids_must_be_ids(transport: str, url: str, key: str) -> None:
    cases = {"x": "ids[0] must be a global id or a UUID.", global_id("Video", NOBODY): "ids[0] must be the id of an "}
    for wrong, message in cases.items():
        async with listening(transport, url, key, ACCOUNTS, ids=[wrong]) as listener:
            errors = await listener.failed()
            assert errors[0]["message"].startswith(message)
            assert errors[0]["extensions"]["code"] == "VALIDATION_ERROR"
    for several in ([], [NOBODY] * 201):
        async with listening(transport, url, key, ACCOUNTS, ids=several) as listener:
            errors = await listener.failed()
            assert errors[0]["message"] == "ids must have 1 to 200 items, or be left out."


async def test_who_takes_nothing_is_dropped_with_a_reason(
    transport: str,
    url: str,
    key: str,
    db: Database,
    organization: Actor,
    events: Events,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Answers are held up by the database here, so that events come faster than they are taken."""
    monkeypatch.setattr(events_module, "CAPACITY", 3)
    account = await an_account(db, organization)
    async with listening(transport, url, key, ACCOUNTS) as listener:
        await subscribed(events, 1)
        for _ in range(10):  # at once: nothing else runs between them
            events._deliver(Refreshed(str(organization.organization_id), "account", account.id))
        errors = await listener.failed()
        assert errors[0]["extensions"]["code"] == "TOO_SLOW"
        assert errors[0]["message"].endswith("Subscribe anew.")
    await subscribed(events, 0)
