"""The clients that most programs listen with, graphql-ws and graphql-sse, at the versions that tests/tools pins."""

import asyncio
import json

from starlette.applications import Starlette

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.events import Events, Refreshed
from creatoraudit.settings import Settings
from factories import an_account
from live import served, subscribed
from node_tools import TOOLS, node_tools

LISTEN = "subscription { accountRefreshed { username } }"


async def test_both_clients_query_fail_listen_and_leave(
    app: Starlette, settings: Settings, key: str, db: Database, organization: Actor
) -> None:
    program = node_tools(TOOLS / "graphql") / "listen.mjs"
    events: Events = app.state.opened.events
    account = await an_account(db, organization)
    async with served(app, settings) as url:
        listening = await asyncio.create_subprocess_exec(
            *("node", program, f"{url}/graphql", key, LISTEN), stdout=asyncio.subprocess.PIPE
        )
        await subscribed(events, 2)
        for _ in range(2):
            await events.publish(Refreshed(str(organization.organization_id), "account", account.id))
        printed, _ = await listening.communicate()
        await subscribed(events, 0)

    assert listening.returncode == 0
    answers = json.loads(printed)
    heard = [{"data": {"accountRefreshed": {"username": "acme"}}}] * 2
    for client in ("ws", "sse"):
        assert answers[client]["query"] == [{"data": {"__typename": "Query"}}]
        assert answers[client]["heard"] == heard
    (failed,) = answers["ws"]["invalid"]
    (answer,) = answers["sse"]["invalid"]
    assert failed["message"] == answer["errors"][0]["message"] == "Cannot query field 'nothing' on type 'Query'."
