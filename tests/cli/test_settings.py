"""`creatoraudit settings`."""

import pytest

from cli.conftest import Run
from creatoraudit.settings import Settings

SECRETS = {
    "CREATORAUDIT_DATABASE_URL": "postgresql+asyncpg://me:pass@word/1@db.internal/x?password=pass@word/1&ssl=require",
    "CREATORAUDIT_DATABASE_REPLICA_URL": "postgresql+asyncpg://me:pass@word/1@replica.internal/x",
    "CREATORAUDIT_REDIS_URL": "redis://:pass@word/1@cache.internal:6379/0",
    "CREATORAUDIT_HTTP_SOURCE_TOKEN": "a-pass-word",
    "CREATORAUDIT_INSTAGRAM_GRAPH_TOKEN": "EAABword",
}


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CREATORAUDIT_{name.upper()}", raising=False)


def test_every_setting_is_shown_with_its_value_and_meaning(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATORAUDIT_RATE_LIMIT", "1200")

    shown = run("settings", "--json").json
    text = run("settings").out

    assert [setting["name"] for setting in shown] == list(Settings.model_fields)
    for setting in shown:
        assert setting["variable"] == f"CREATORAUDIT_{setting['name'].upper()}"
        assert f"{setting['variable']}=" in text
        assert setting["description"] in text
    (limit,) = (setting for setting in shown if setting["name"] == "rate_limit")
    assert (limit["value"], limit["default"]) == (1200, 600)
    assert "CREATORAUDIT_RATE_LIMIT=1200" in text
    assert "Default: 600." in text


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_secrets_are_masked(run: Run, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    out = run("settings", *arguments).out

    assert "postgresql+asyncpg://me:***@db.internal/x?password=***&ssl=***" in out
    assert "postgresql+asyncpg://me:***@replica.internal/x" in out
    assert "redis://:***@cache.internal:6379/0" in out
    assert "pass@" not in out
    assert "word" not in out.replace("password=***", "").replace("PASSWORD@HOST", "")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("CREATORAUDIT_RATE_LIMIT", "0", "CREATORAUDIT_RATE_LIMIT must be at least 1."),
        ("CREATORAUDIT_RATE_LIMIT", "many", "CREATORAUDIT_RATE_LIMIT"),
        ("CREATORAUDIT_REDIS_URL", "http://cache", "CREATORAUDIT_REDIS_URL must be redis://"),
        ("CREATORAUDIT_LOG_LEVEL", "LOUD", "CREATORAUDIT_LOG_LEVEL"),
        (
            "CREATORAUDIT_DATABASE_REPLICA_URL",
            "sqlite+aiosqlite:///copy.db",
            "CREATORAUDIT_DATABASE_REPLICA_URL must be postgresql+asyncpg://USER:PASSWORD@HOST/NAME.",
        ),
        (
            "CREATORAUDIT_DATABASE_REPLICA_URL",
            "postgresql+asyncpg://replica.internal/creatoraudit",
            "CREATORAUDIT_DATABASE_REPLICA_URL must not be set for a SQLite database, which has no replicas.",
        ),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    run: Run, variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)

    outcome = run("settings")

    assert (outcome.status, outcome.out) == (2, "")
    assert said in outcome.err
    assert len(outcome.err.splitlines()) == 1
