"""`creatoraudit keys`: who may ask for an organization."""

from typing import Annotated

import typer

from creatoraudit.cli.environment import every, with_database
from creatoraudit.cli.organizations import identifier
from creatoraudit.cli.output import AsJSON, print_many, print_one
from creatoraudit.db.engine import Database
from creatoraudit.domain import api_keys
from creatoraudit.domain.actor import SYSTEM, acting_for
from creatoraudit.domain.api_keys import ApiKeyCreate, ApiKeyRow, CreatedKey
from creatoraudit.domain.organizations import get_organization
from creatoraudit.domain.validation import validate

app = typer.Typer(no_args_is_help=True, help="API keys: each belongs to one organization.")

_COLUMNS = ["id", "name", "hint", "scopes", "is_enabled", "rate_limit", "expires_at", "created_at"]

_Organization = Annotated[
    str, typer.Option("--org", parser=identifier, metavar="ID", help="The id of the organization.")
]
_Id = Annotated[str, typer.Argument(parser=identifier, metavar="ID", help="The key's id.")]


@app.command("create")
def create(
    org: _Organization,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scopes: Annotated[
        str, typer.Option(metavar="LIST", help="Comma-separated: read, write (with read), admin (with both).")
    ] = "read,write,admin",
    rate_limit: Annotated[
        int | None, typer.Option(metavar="N", help="Requests a minute; by default CREATORAUDIT_RATE_LIMIT.")
    ] = None,
    expires_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it stops working, such as 2030-01-31T00:00:00Z.")
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """Make a key. The key itself is shown now and never again.

    For example:
      creatoraudit keys create --org ID --name dashboard --scopes read
      creatoraudit keys create --org ID --name trial --rate-limit 60 --expires-at 2030-01-31T00:00:00Z
    """
    data = validate(
        ApiKeyCreate,
        {
            "name": name,
            "scopes": [scope.strip() for scope in scopes.split(",")],
            "rate_limit": rate_limit,
            "expires_at": expires_at,
        },
    )

    async def work(db: Database) -> CreatedKey:
        organization = acting_for(org)
        await get_organization(db, organization)
        return await api_keys.create_api_key(db, organization, data)

    _print_secret(with_database(work), as_json=as_json)


@app.command("list")
def show(org: _Organization, as_json: AsJSON = False) -> None:
    """List an organization's keys, oldest first; 'hint' is the end of each key."""

    async def work(db: Database) -> list[ApiKeyRow]:
        organization = acting_for(org)
        await get_organization(db, organization)
        return await every(lambda page: api_keys.list_api_keys(db, organization, page=page))

    print_many([row._asdict() for row in with_database(work)], _COLUMNS, as_json=as_json)


@app.command("rename")
def rename(
    key: _Id,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its new name.")],
    as_json: AsJSON = False,
) -> None:
    """Rename a key."""
    row = with_database(lambda db: api_keys.rename_api_key(db, SYSTEM, key, name))
    print_one(row._asdict(), as_json=as_json)


@app.command("disable")
def disable(key: _Id, as_json: AsJSON = False) -> None:
    """Stop a key until it is enabled again; every server follows within a second."""
    row = with_database(lambda db: api_keys.disable_api_key(db, SYSTEM, key))
    print_one(row._asdict(), as_json=as_json)


@app.command("enable")
def enable(key: _Id, as_json: AsJSON = False) -> None:
    """Let a disabled key work again."""
    row = with_database(lambda db: api_keys.enable_api_key(db, SYSTEM, key))
    print_one(row._asdict(), as_json=as_json)


@app.command("rotate")
def rotate(key: _Id, as_json: AsJSON = False) -> None:
    """Replace a key by a new one with the same id, name and rights; the old one stops working.

    The new key is shown now and never again.
    """
    _print_secret(with_database(lambda db: api_keys.rotate_api_key(db, SYSTEM, key)), as_json=as_json)


@app.command("delete")
def delete(key: _Id) -> None:
    """Delete a key for good."""
    with_database(lambda db: api_keys.delete_api_key(db, SYSTEM, key))
    typer.echo(f"Deleted the key {key}.", err=True)


def _print_secret(created: CreatedKey, *, as_json: bool) -> None:
    row = created.row._asdict()
    print_one({"id": row.pop("id"), "key": created.key, **row}, as_json=as_json)
