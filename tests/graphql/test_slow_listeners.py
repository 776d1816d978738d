"""A client that stops reading, on a real socket: it is dropped with a reason, and no more is kept for it than fits."""

import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update
from starlette.applications import Starlette

from creatoraudit import events as events_module
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.scope import table
from creatoraudit.events import Events, Refreshed
from creatoraudit.settings import Settings
from factories import an_account
from live import SECONDS, listening, served, subscribed

QUERY = "subscription { accountRefreshed { description } }"
ANSWER_BYTES = 200_000
KEPT_BYTES = 32_000_000
"""More than the buffers of a connection hold, at both of its ends."""


@pytest.fixture(params=["sqlite"])
def database_url(sqlite_url: str) -> str:
    """What is slow here has nothing to do with the database."""
    return sqlite_url


@pytest.fixture
async def url(app: Starlette, settings: Settings) -> AsyncIterator[str]:
    async with served(app, settings) as url:
        yield url


@pytest.mark.parametrize("transport", ["websocket", "sse"])
async def test_who_does_not_read_is_dropped_with_a_reason(
    transport: str,
    url: str,
    key: str,
    db: Database,
    organization: Actor,
    app: Starlette,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events_module, "CAPACITY", 20)
    events: Events = app.state.opened.events
    account = await an_account(db, organization)
    async with db.transaction() as tx:
        await tx.execute(update(table(Account)).values(description="x" * ANSWER_BYTES))
    refreshed = Refreshed(str(organization.organization_id), "account", account.id)
    async with listening(transport, url, key, QUERY) as slow, listening("websocket", url, key, QUERY) as quick:
        await subscribed(events, 2)
        deadline, told = time.monotonic() + 4 * SECONDS, 0
        (own,) = events._subscriptions.values()
        while len(own) == 2 and not any(one._ended for one in own):
            assert time.monotonic() < deadline, f"nobody is dropped after {told} events"
            await events.publish(refreshed)
            assert (await quick.heard())["data"]["accountRefreshed"], "others hear of everything"
            told += 1

        heard = 0
        while "errors" not in (answer := await slow.next()):
            heard += 1
        assert answer["errors"][0]["extensions"]["code"] == "TOO_SLOW"
        assert answer["errors"][0]["message"].endswith("Subscribe anew.")
        assert heard * ANSWER_BYTES < KEPT_BYTES, "what was kept for it is what it hears now"
        assert heard <= told - 20, "what waited when it was dropped is forgotten"
