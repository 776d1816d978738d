"""`creatoraudit orgs`."""

from typing import Any

import pytest

from cli.conftest import Run
from creatoraudit.domain.ids import new_id


def created(run: Run, *arguments: str) -> dict[str, Any]:
    made: dict[str, Any] = run("orgs", "create", *arguments, "--json").json
    return made


@pytest.mark.usefixtures("database")
def test_an_organization_is_created_listed_and_changed(run: Run) -> None:
    acme = created(run, "Acme", "--account-quota", "3")
    other = created(run, "Other")
    assert (acme["name"], acme["account_quota"], acme["is_active"]) == ("Acme", 3, True)
    assert run("orgs", "list", "--json").json == [acme, other]

    changed = run("orgs", "update", acme["id"], "--name", "Acme & Sons", "--account-quota", "none", "--json").json

    assert changed == acme | {"name": "Acme & Sons", "account_quota": None}
    assert run("orgs", "list", "--json").json == [changed, other]


@pytest.mark.usefixtures("database")
def test_an_organization_is_switched_off_and_on(run: Run) -> None:
    acme = created(run, "Acme")

    off = acme | {"is_active": False}
    assert run("orgs", "deactivate", acme["id"], "--json").json == off
    assert run("orgs", "update", acme["id"], "--no-subscription", "--json").json == off | {"has_subscription": False}
    assert run("orgs", "activate", acme["id"], "--json").json == acme | {"has_subscription": False}
    assert run("orgs", "update", acme["id"].upper(), "--subscription", "--json").json == acme


@pytest.mark.usefixtures("database")
def test_what_people_read_has_every_value_on_a_line_of_its_own(run: Run) -> None:
    acme = created(run, "Ac\tme\x1b[31m", "--post-lookback-days", "30")

    lines = run("orgs", "update", acme["id"]).out.splitlines()
    heading, row = run("orgs", "list").out.splitlines()

    assert [line.split(maxsplit=1) for line in lines if not line.startswith("created_at")] == [
        ["id", acme["id"]],
        ["name", r"Ac\tme\x1b[31m"],
        ["is_active", "yes"],
        ["has_subscription", "yes"],
        ["account_quota", "-"],
        ["max_recent_posts_per_account", "-"],
        ["post_lookback_days", "30"],
    ]
    assert dict(zip(heading.split("\t"), row.split("\t"), strict=True))["name"] == r"Ac\tme\x1b[31m"


@pytest.mark.usefixtures("database")
def test_on_a_terminal_ids_stay_whole_and_names_are_shown_as_they_are(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = created(run, "[bold]Acme[/bold] :smile:")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")

    out = run("orgs", "list").out

    assert acme["id"] in out
    assert "[bold]Acme[/bold] :smile:" in out


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["create", ""], 2, "name must have at least 1 character(s)"),
        (["create", "Acme", "--account-quota", "-1"], 2, "account_quota must be at least 0"),
        (["update", new_id(), "--account-quota", "many"], 2, "account_quota must be an integer"),
        (["update", new_id(), "--name", "Acme"], 1, "Organization not found."),
        (["activate", new_id()], 1, "Organization not found."),
        (["deactivate", "acme"], 2, "'acme' is not a UUID"),
    ],
)
@pytest.mark.usefixtures("database")
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, arguments: list[str], status: int, said: str) -> None:
    outcome = run("orgs", *arguments)

    assert (outcome.status, outcome.out) == (status, "")
    assert said in outcome.err
