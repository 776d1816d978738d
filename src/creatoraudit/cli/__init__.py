"""The command line: everything an operator does, from `creatoraudit demo` to a key's rotation."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from creatoraudit import __version__
from creatoraudit.cli import api_keys, databases, erasing, organizations
from creatoraudit.cli.contracts import show_openapi, show_schema
from creatoraudit.cli.demo import demo
from creatoraudit.cli.environment import CommandError
from creatoraudit.cli.exports import export
from creatoraudit.cli.imports import import_files
from creatoraudit.cli.refresh import refresh
from creatoraudit.cli.serving import serve
from creatoraudit.cli.settings import show_settings
from creatoraudit.cli.worker import worker
from creatoraudit.errors import CreatorAuditError, ValidationFailed
from creatoraudit.telemetry import TelemetryUnavailable

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo)
app.command("serve")(serve)
app.command("worker")(worker)
app.command("refresh")(refresh)
app.add_typer(databases.app, name="db")
app.add_typer(organizations.app, name="orgs")
app.add_typer(api_keys.app, name="keys")
app.add_typer(erasing.accounts, name="accounts")
app.add_typer(erasing.creators, name="creators")
app.command("import")(import_files)
app.command("export")(export)
app.command("schema")(show_schema)
app.command("openapi")(show_openapi)
app.command("settings")(show_settings)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the program. An expected failure is one sentence on standard error.

    It exits with 2 when the command line or a setting is wrong, and with 1 when what it asks for cannot be done.
    """
    try:
        app(arguments, prog_name="creatoraudit")
    except CommandError as error:
        _stop(str(error), error.status)
    except TelemetryUnavailable as error:
        _stop(str(error), 2)
    except ValidationFailed as error:
        _stop("; ".join(f"{field} {message}" for field, message in error.errors) + ".", 2)
    except CreatorAuditError as error:
        _stop(error.detail, 1)


def _stop(sentence: str, status: int) -> None:
    typer.echo(f"Error: {sentence}", err=True)
    sys.exit(status)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"creatoraudit {__version__}")
        raise typer.Exit


@app.callback()
def creatoraudit(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Tracks Instagram and TikTok creators and serves their analytics as GraphQL and as the v2 REST API.

    To look around, with data that is made up:
      creatoraudit demo

    To run it for real:
      creatoraudit db upgrade
      creatoraudit orgs create Acme
      creatoraudit keys create --org ID --name dashboard
      creatoraudit serve
    """
