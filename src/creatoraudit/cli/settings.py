"""`creatoraudit settings`: what an operator can set, and what is in force."""

from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr

from creatoraudit.cli.environment import load_settings, variable
from creatoraudit.cli.output import AsJSON, masked, print_json
from creatoraudit.settings import Settings


def show_settings(as_json: AsJSON = False) -> None:
    """Show every setting: its variable, its value, its default and what it does. Passwords are masked.

    Settings are environment variables:
      CREATORAUDIT_RATE_LIMIT=1200 creatoraudit serve
    """
    in_force = load_settings()
    shown = [
        {
            "name": name,
            "variable": variable(name),
            "value": _shown(getattr(in_force, name)),
            "default": _shown(field.default),
            "description": field.description,
        }
        for name, field in Settings.model_fields.items()
    ]
    if as_json:
        print_json(shown)
        return
    for setting in shown:
        typer.echo(f"{setting['variable']}={_line(setting['value'])}")
        default = "" if setting["value"] == setting["default"] else f" Default: {_line(setting['default']) or 'none'}."
        typer.echo(f"    {setting['description']}{default}")


def _shown(value: Any) -> Any:
    match value:
        case SecretStr():
            secret = value.get_secret_value()
            return masked(secret) if "://" in secret else "***"
        case Path():
            return str(value)
        case _:
            return value


def _line(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case tuple():
            return ",".join(value)
        case _:
            return str(value)
