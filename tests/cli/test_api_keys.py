"""`creatoraudit keys`."""

import asyncio
from typing import Any

import pytest

from cli.conftest import Run
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.api_keys import authenticate
from creatoraudit.domain.ids import new_id
from creatoraudit.errors import Forbidden, Unauthorized


@pytest.fixture
def organization(database: str, run: Run) -> str:  # noqa: ARG001 - it lives in that database
    """The id of an organization."""
    return str(run("orgs", "create", "Acme", "--json").json["id"])


def created(run: Run, organization: str, *arguments: str) -> dict[str, Any]:
    made: dict[str, Any] = run(
        "keys", "create", "--org", organization, "--name", "dashboard", *arguments, "--json"
    ).json
    return made


def whoever_holds(key: str, url: str) -> Actor:
    async def ask() -> Actor:
        db = Database(url)
        try:
            return await authenticate(db, key)
        finally:
            await db.close()

    return asyncio.run(ask())


def test_a_key_is_shown_once_and_works(run: Run, organization: str, database: str) -> None:
    made = created(run, organization)

    actor = whoever_holds(made["key"], database)
    listed = run("keys", "list", "--org", organization, "--json")

    assert list(made)[:2] == ["id", "key"]
    assert (made["name"], made["scopes"]) == ("dashboard", ["read", "write", "admin"])
    assert (actor.organization_id, actor.api_key_id) == (organization, made["id"])
    assert listed.json == [{name: value for name, value in made.items() if name != "key"}]
    assert made["key"] not in listed.out


def test_a_key_is_made_with_limits_of_its_own(run: Run, organization: str) -> None:
    limits = ["--scopes", "write, read", "--rate-limit", "60", "--expires-at", "2999-01-31T01:00:00+01:00"]

    made = created(run, organization, *limits)

    assert (made["scopes"], made["rate_limit"], made["expires_at"]) == (["read", "write"], 60, "2999-01-31T00:00:00Z")


def test_a_key_is_disabled_enabled_renamed_rotated_and_deleted(run: Run, organization: str, database: str) -> None:
    made = created(run, organization)

    assert run("keys", "disable", made["id"], "--json").json["is_enabled"] is False
    with pytest.raises(Forbidden):
        whoever_holds(made["key"], database)
    assert run("keys", "enable", made["id"], "--json").json["is_enabled"] is True
    assert run("keys", "rename", made["id"], "reports", "--json").json["name"] == "reports"

    rotated = run("keys", "rotate", made["id"], "--json").json
    with pytest.raises(Unauthorized):
        whoever_holds(made["key"], database)
    assert whoever_holds(rotated["key"], database).api_key_name == "reports"

    assert run("keys", "delete", made["id"]).status == 0
    with pytest.raises(Unauthorized):
        whoever_holds(rotated["key"], database)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["create", "--org", new_id(), "--name", "dashboard"], 1, "Organization not found."),
        (["list", "--org", new_id()], 1, "Organization not found."),
        (["rename", new_id(), "reports"], 1, "API key not found."),
        (["delete", new_id()], 1, "API key not found."),
        (["disable", "x"], 2, "'x' is not a UUID"),
        (
            ["create", "--org", new_id(), "--name", "x", "--scopes", "read,root"],
            2,
            "must be one of: read, write, admin",
        ),
        (["create", "--org", new_id(), "--name", "x", "--expires-at", "soon"], 2, "expires_at must be a time"),
        (["create", "--org", new_id(), "--name", "x", "--rate-limit", "0"], 2, "rate_limit must be at least 1"),
    ],
)
@pytest.mark.usefixtures("database")
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, arguments: list[str], status: int, said: str) -> None:
    outcome = run("keys", *arguments)

    assert (outcome.status, outcome.out) == (status, "")
    assert said in outcome.err
