"""An import tells of its transactions for as long as it runs, and prints nothing else than before."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog

from collected import Page, scraped
from creatoraudit import logs
from creatoraudit.cli import imports, main
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.settings import Settings
from creatoraudit.telemetry import Telemetry, telling

PROFILE = {"platform": "tiktok", "username": "ada", "at": "2026-06-14T09:30:00Z", "follower_count": 5}


async def test_its_transactions_are_measured(
    sqlite_url: str,
    db: Database,
    organization: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert db.url
    pages: list[Page] = []

    @asynccontextmanager
    async def read_at_the_end(telemetry: Telemetry, settings: Settings) -> AsyncIterator[str | None]:
        async with telling(telemetry, settings) as url:
            yield url
            pages.append(await asyncio.to_thread(scraped, str(url)))

    really = logs.configure

    def configure(level: str) -> None:
        really(level)
        structlog.configure(cache_logger_on_first_use=False)  # other tests have other streams

    monkeypatch.setattr(imports, "telling", read_at_the_end)
    monkeypatch.setattr(imports.logs, "configure", configure)
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("CREATORAUDIT_METRICS_PORT", "0")
    (tmp_path / "seen.ndjson").write_text(json.dumps(PROFILE))
    before = structlog.get_config()
    arguments = ["import", str(tmp_path / "seen.ndjson"), f"--org={organization.organization_id}", "--track=accounts"]
    with pytest.raises(SystemExit) as stopped:
        await asyncio.to_thread(main, [*arguments, "--json"])
    structlog.configure(**before)

    assert not stopped.value.code
    assert json.loads(capsys.readouterr().out)["accounts_added"] == 1
    (page,) = pages
    name = "creatoraudit_database_transaction_seconds_count"
    assert page.value(name, work="import", outcome="committed") >= 2
    assert page.value(name, work="request") == 0
    assert "ada" not in page.text
