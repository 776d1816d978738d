"""Markers are sent through everything a busy server and its worker do; none is in figures, in spans or in logs."""

import asyncio
import io
import itertools
from collections.abc import Iterator

import pytest
import structlog
from httpx import ASGITransport, AsyncClient

from collected import Collector, scraped
from creatoraudit import clock, logs
from creatoraudit.app import create_app
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import SYSTEM
from creatoraudit.domain.validation import Platform
from creatoraudit.events import Events
from creatoraudit.ingestion.snapshots import ProfileSnapshot
from creatoraudit.ingestion.sources.source import Failed, Gone, Observed, PostReference, ProfileReference
from creatoraudit.ingestion.worker import Worker, working
from creatoraudit.settings import Settings
from creatoraudit.telemetry import Telemetry, telemetry_of, telling
from scripted import Scripted, post
from waiting import until

MARKER = "zxqj"
"""Is in all that is sent, in lower and in upper case, and in nothing else."""

DOCUMENT = f"""
query Search($q: String = "{MARKER}0") {{
  {MARKER}1: account(platform: TIKTOK, username: "{MARKER}2") {{ id }}
  search(query: $q) {{ accounts {{ username }} videos {{ description }} }}
  accounts(filter: {{q: "{MARKER}3"}}) {{ {MARKER}4: nodes {{ name videos {{ nodes {{ description }} }} }} }}
}}
"""
MUTATION = f"""
mutation {{
  createCreator(input: {{name: "{MARKER}5", metadata: {{{MARKER}6: {MARKER.upper()}7}}}}) {{ creator {{ name }} }}
}}
"""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, as a server logs it at DEBUG."""
    before, stream = structlog.get_config(), io.StringIO()
    logs.configure("DEBUG", stream)
    structlog.configure(cache_logger_on_first_use=False)  # other tests have other streams
    yield stream
    logs.configure("WARNING")
    structlog.configure(**before)


@pytest.fixture
def settings(database_url: str, collector: Collector) -> Settings:
    assert collector.url
    return Settings(
        database_url=database_url, metrics_port=0, traces=True, slow_operation_ms=0, source_tiktok="scripted"
    )


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_nothing_that_was_sent_is_told(
    settings: Settings, key: str, db: Database, collector: Collector, log: io.StringIO
) -> None:
    telemetry = telemetry_of(settings)
    async with telling(telemetry, settings) as url:
        assert url is not None
        await _serve(settings, key, db)
        await _refresh(settings, db, telemetry)
        page = await asyncio.to_thread(scraped, url)
    said = {"figures": page.text, "spans": str(collector.spans) + str(collector.requests), "logs": log.getvalue()}
    assert dict.fromkeys(said, "") == {name: _around(MARKER, text) for name, text in said.items()}
    assert dict.fromkeys(said, "") == {name: _around(key, text) for name, text in said.items()}
    for what in ('"slow operation"', '"looked"', '"unforeseen error"', '"request"'):
        assert what in said["logs"]
    assert {"POST /graphql", "mutation", "query Search", "refresh account"} <= {span.name for span in collector.spans}


async def _serve(settings: Settings, key: str, db: Database) -> None:
    app = create_app(settings.model_copy(update={"source_tiktok": None}))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(
            transport=ASGITransport(app), base_url="http://api.test", headers={"Authorization": f"Bearer {key}"}
        ) as client,
    ):
        account = {"platform": "tiktok", "username": f"{MARKER}8", "category": f"{MARKER}9"}
        assert (await client.post("/v2/accounts", json=account)).status_code == 201
        assert (await client.post("/v2/accounts", json=account)).status_code == 409
        gone = account | {"username": f"{MARKER}10"}
        assert (await client.post("/v2/accounts", json=gone)).status_code == 201
        for path in (f"/v2/accounts?q={MARKER}11", f"/v2/search?q={MARKER}12", f"/v2/accounts?{MARKER}13=1"):
            await client.get(path)
        await client.post("/v2/creators", json={"name": f"{MARKER}14", f"{MARKER}15": 1})
        await client.get("/v2/whoami", headers={"Authorization": f"Bearer {MARKER}16", "Cookie": f"{MARKER}17"})
        await client.get("/v2/whoami", headers={"User-Agent": f"{MARKER}18", "Referer": f"https://{MARKER}19"})
        for query in (DOCUMENT, MUTATION, f"{{ {MARKER}20 }}", f'{{ account(id: "{MARKER}21") {{ id }} }}'):
            await client.post("/graphql", json={"query": query, "variables": {"q": f"{MARKER}22"}})
        async with db.transaction() as tx:
            await tx._connection.exec_driver_sql("ALTER TABLE creators RENAME TO creatures")
        try:
            assert (await client.post("/v2/creators", json={"name": f"{MARKER}23"})).status_code == 500
            await client.post("/graphql", json={"query": MUTATION})
        finally:
            async with db.transaction() as tx:
                await tx._connection.exec_driver_sql("ALTER TABLE creatures RENAME TO creators")


async def _refresh(settings: Settings, db: Database, telemetry: Telemetry) -> None:
    numbers = itertools.count(1)

    def says(asked: ProfileReference | PostReference) -> Observed | Gone:
        if f"{MARKER}10" in str(asked):
            return Gone(f"there is no {MARKER}10 any more")
        posts = [post(next(numbers), description=f"{MARKER}24 #{MARKER}25", video_url=f"https://{MARKER}26")]
        return Observed(ProfileSnapshot(clock.now(), name=f"{MARKER}27", description=f"{MARKER}28"), posts)

    def failing(asked: ProfileReference | PostReference) -> Failed:
        assert isinstance(asked, ProfileReference)
        return Failed(f"{asked.username} did not answer")

    source = Scripted(says)
    worker = Worker(db, {Platform.TIKTOK: source}, settings, Events(), actor=SYSTEM, telemetry=telemetry)
    async with working(worker):
        await until(lambda: _seen(db))
        source.says = failing
        async with db.transaction() as tx:
            due = "UPDATE refreshes SET due_at = (SELECT min(added_at) FROM accounts)"
            await tx._connection.exec_driver_sql(due)
        await until(lambda: _asked(source, 4))


async def _seen(db: Database) -> bool:
    ((count,),) = await db._fetch("SELECT count(*) FROM refreshes WHERE lease IS NULL AND NOT is_awaited", [])
    return bool(count == 2)


async def _asked(source: Scripted, times: int) -> bool:
    return len(source.asked) >= times


def _around(marker: str, text: str) -> str:
    """What stands around a marker's first place in a text, in whatever case; nothing where it has none."""
    place = text.lower().find(marker.lower())
    return "" if place < 0 else text[max(0, place - 200) : place + 50]
