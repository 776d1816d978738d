"""`creatoraudit db purge`."""

import asyncio
import datetime as dt

import pytest

from cli.conftest import Run
from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import PostObservation, PostSnapshot
from factories import a_video, an_organization

NAME = str(10**18)
NOTHING = {
    "idempotency_records": 0,
    "leases": 0,
    "post_closings": 0,
    "account_closings": 0,
    "organization_days": 0,
}


async def watch(url: str) -> None:
    """A video that was seen on ten days of January."""
    db = Database(url)
    actor = await an_organization(db)
    begun = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    with clock.frozen(begun):
        await a_video(db, actor, NAME)
    seen = [PostSnapshot(begun + dt.timedelta(day), NAME, view_count=day) for day in range(10)]
    await observe(db, str(actor.organization_id), [PostObservation("tiktok", seen)])
    await db.close()


def test_it_counts_first_and_then_removes_what_a_setting_no_longer_keeps(
    database: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(watch(database))

    with clock.frozen(dt.datetime(2026, 3, 3, tzinfo=dt.UTC)):
        kept = run("db", "purge", "--json").json
        assert kept == {**NOTHING, "every_day_since": None, "dry_run": False}

        monkeypatch.setenv("CREATORAUDIT_RETENTION_MONTHS", "1")
        would = run("db", "purge", "--dry-run", "--json").json
        superfluous = {"organization_days": would["organization_days"]}  # days that were counted in several slots
        expected = {**NOTHING, **superfluous, "post_closings": 8, "every_day_since": "2026-02-01"}
        assert would == {**expected, "dry_run": True}
        gone = run("db", "purge", "--json").json
        assert gone == {**would, "organization_days": gone["organization_days"], "dry_run": False}
        assert gone["organization_days"] >= 8
        assert run("db", "purge", "--json").json == {**NOTHING, "every_day_since": "2026-02-01", "dry_run": False}
        assert "post_closings" in run("db", "purge").out


def test_months_that_are_none_are_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATORAUDIT_RETENTION_MONTHS", "0")

    outcome = run("db", "purge")

    assert (outcome.status, outcome.out) == (2, "")
    assert "CREATORAUDIT_RETENTION_MONTHS" in outcome.err
