"""`creatoraudit orgs`: the tenants."""

import uuid
from typing import Annotated, Any

import typer

from creatoraudit.cli.environment import CommandError, every, with_database
from creatoraudit.cli.output import AsJSON, print_many, print_one
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor, acting_for
from creatoraudit.domain.organizations import (
    OrganizationCreate,
    OrganizationPatch,
    create_organization,
    get_organization,
    list_organizations,
    update_organization,
)
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.validation import validate

app = typer.Typer(no_args_is_help=True, help="Organizations: tenants, whose data and keys are their own.")

_COLUMNS = ["id", "name", "is_active", "has_subscription", "account_quota", "created_at"]
_UNLIMITED = "none"


def identifier(text: str) -> str:
    """A UUID from the command line, in its canonical form."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a UUID.") from None


Organization = Annotated[
    str | None,
    typer.Option("--org", parser=identifier, metavar="ID", help="The organization; not needed where there is one."),
]


async def chosen(db: Database, given: str | None) -> Actor:
    """The organization that was named, or the only one there is; CommandError if that leaves a question."""
    actor = await chosen_if_any(db, given)
    if actor is None:
        raise CommandError("There is no organization yet; make one with: creatoraudit orgs create NAME")
    return actor


async def chosen_if_any(db: Database, given: str | None) -> Actor | None:
    """Like `chosen`, and None where there is no organization at all."""
    if given is not None:
        await get_organization(db, acting_for(given))
        return acting_for(given)
    page = await list_organizations(db, page=PageRequest(limit=2))
    if len(page.items) > 1:
        raise CommandError("There are several organizations ('creatoraudit orgs list'): say which with --org.", 2)
    return acting_for(page.items[0].id) if page.items else None


def _limit(text: str) -> int | str:
    """A number, or the word that lifts the limit; anything else is left for validation to refuse."""
    return int(text) if text.isdecimal() else text


_Id = Annotated[str, typer.Argument(parser=identifier, metavar="ID", help="The organization's id.")]
_Quota = Annotated[int | None, typer.Option(help="Accounts it may track; no limit by default.")]
_Posts = Annotated[int | None, typer.Option(help="Recent posts collected at a refresh; no limit by default.")]
_Days = Annotated[int | None, typer.Option(help="Age in days up to which posts are collected; no limit by default.")]
_Limit = Annotated[Any, typer.Option(parser=_limit, metavar="N|none", help="A new limit, or 'none' to lift it.")]


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    account_quota: _Quota = None,
    max_recent_posts_per_account: _Posts = None,
    post_lookback_days: _Days = None,
    as_json: AsJSON = False,
) -> None:
    """Set up an organization. It needs a key of its own next: see 'creatoraudit keys create'.

    For example:
      creatoraudit orgs create Acme
      creatoraudit orgs create Acme --account-quota 100 --json
    """
    data = validate(
        OrganizationCreate,
        {
            "name": name,
            "account_quota": account_quota,
            "max_recent_posts_per_account": max_recent_posts_per_account,
            "post_lookback_days": post_lookback_days,
        },
    )
    created = with_database(lambda db: create_organization(db, data))
    print_one(created._asdict(), as_json=as_json)


@app.command("list")
def show(as_json: AsJSON = False) -> None:
    """List all organizations, oldest first."""
    rows = with_database(lambda db: every(lambda page: list_organizations(db, page=page)))
    print_many([row._asdict() for row in rows], _COLUMNS, as_json=as_json)


@app.command("update")
def update(
    organization: _Id,
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    subscription: Annotated[
        bool | None, typer.Option("--subscription/--no-subscription", help="Whether its subscription is active.")
    ] = None,
    account_quota: _Limit = None,
    max_recent_posts_per_account: _Limit = None,
    post_lookback_days: _Limit = None,
    as_json: AsJSON = False,
) -> None:
    """Change an organization: its name, its subscription, its quota and the defaults of its accounts.

    For example:
      creatoraudit orgs update ID --account-quota 500
      creatoraudit orgs update ID --account-quota none --no-subscription
    """
    limits = {
        "account_quota": account_quota,
        "max_recent_posts_per_account": max_recent_posts_per_account,
        "post_lookback_days": post_lookback_days,
    }
    changes = {"name": name, "has_subscription": subscription} | {
        limit: None if value == _UNLIMITED else value for limit, value in limits.items() if value is not None
    }
    _update(organization, changes, as_json=as_json)


@app.command("activate")
def activate(organization: _Id, as_json: AsJSON = False) -> None:
    """Let an organization's keys work again."""
    _update(organization, {"is_active": True}, as_json=as_json)


@app.command("deactivate")
def deactivate(organization: _Id, as_json: AsJSON = False) -> None:
    """Turn all of an organization's keys away; its data stays."""
    _update(organization, {"is_active": False}, as_json=as_json)


def _update(organization: str, changes: dict[str, Any], *, as_json: bool) -> None:
    patch = validate(OrganizationPatch, changes)
    updated = with_database(lambda db: update_organization(db, organization, patch))
    print_one(updated._asdict(), as_json=as_json)
