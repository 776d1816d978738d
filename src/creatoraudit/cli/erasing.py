"""`creatoraudit accounts erase` and `creatoraudit creators erase`: forgetting someone, everywhere."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from creatoraudit.cli.environment import CommandError, load_settings, open_database
from creatoraudit.cli.organizations import identifier
from creatoraudit.cli.output import AsJSON, print_one, progress
from creatoraudit.db import storage
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.inputs import AccountName
from creatoraudit.domain.actor import SYSTEM, Actor, acting_for
from creatoraudit.domain.erasure import Known, Profile, closings_of, erase, known_of, known_of_creator
from creatoraudit.domain.organizations import get_organization
from creatoraudit.domain.validation import validate

accounts = typer.Typer(no_args_is_help=True, help="Accounts: everything else about them is done through the API.")
creators = typer.Typer(no_args_is_help=True, help="Creators: everything else about them is done through the API.")

_Only = Annotated[
    str | None,
    typer.Option("--org", parser=identifier, metavar="ID", help="Only what this organization knows; by default all."),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be erased, and change nothing.")]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before.")]


@accounts.command("erase")
def erase_accounts(
    names: Annotated[list[str], typer.Argument(metavar="PLATFORM:USERNAME…", help="Profiles, by their names.")],
    org: _Only = None,
    dry_run: _DryRun = False,
    yes: _Yes = False,
    as_json: AsJSON = False,
) -> None:
    """Erase all that is known of profiles, in all organizations: there is no way back but a backup.

    Accounts, posts, those that are tracked as videos too, history and what finds them go, and then what the database
    has left of them in its files: on SQLite, writers wait meanwhile. docs/data.md says what it means for sums.

    For example:
      creatoraudit accounts erase tiktok:charlidamelio --dry-run
      creatoraudit accounts erase tiktok:charlidamelio instagram:charlidamelio --yes
    """
    profiles = [_profile(name) for name in names]
    _run(lambda db, actor: known_of(db, profiles, actor), _Asked(org, dry_run, yes, as_json))


@creators.command("erase")
def erase_creator(
    creator: Annotated[str, typer.Argument(parser=identifier, metavar="ID", help="The creator's id.")],
    org: _Only = None,
    dry_run: _DryRun = False,
    yes: _Yes = False,
    as_json: AsJSON = False,
) -> None:
    """Erase a creator, and all that is known of the profiles that are linked to it, in all organizations.

    For example:
      creatoraudit creators erase ID --dry-run
    """
    _run(lambda db, actor: known_of_creator(db, creator, actor), _Asked(org, dry_run, yes, as_json))


@dataclass
class _Asked:
    organization_id: str | None
    dry_run: bool
    yes: bool
    as_json: bool


def _profile(name: str) -> Profile:
    platform, colon, username = name.partition(":")
    if not colon:
        raise typer.BadParameter(f"{name!r} is no name such as tiktok:charlidamelio.")
    named = validate(AccountName, {"platform": platform, "username": username})
    return Profile(named.platform, named.username)


def _run(find: Callable[[Database, Actor], Awaitable[Known]], asked: _Asked) -> None:
    print_one(asyncio.run(_erase(find, asked)), as_json=asked.as_json)


async def _erase(find: Callable[[Database, Actor], Awaitable[Known]], asked: _Asked) -> dict[str, Any]:
    async with open_database(load_settings()) as db:
        actor = SYSTEM
        if asked.organization_id is not None:
            actor = acting_for(asked.organization_id)
            await get_organization(db, actor)
        known = await find(db, actor)
        counted = {
            "organizations": known.organizations,
            "accounts": [f"{one.platform}:{one.username}" for one in known.accounts],
            "creators": [one.id for one in known.creators],
            "posts": len(known.posts),
            "videos": len(known.videos),
            "closings": await closings_of(db, known),
            "creators_left": known.creators_left,
            "dry_run": asked.dry_run,
        }
        if not asked.dry_run:
            if not asked.yes:
                said = f"{len(known.accounts)} accounts, {len(known.creators)} creators and {len(known.posts)} posts"
                typer.confirm(f"Erase {said} for ever?", abort=True, err=True)
            with progress("Erasing") as told:
                async with aclosing(erase(db, known)) as erased:
                    async for done in erased:
                        told(done, known.things)
            await _scrub(db)
    return counted


async def _scrub(db: Database) -> None:
    typer.echo("Rewriting what the database has left of it …", err=True)
    try:
        await storage.scrub(db.url)
    except storage.InUse as error:
        raise CommandError(
            "It is erased, but others read the database without end, so that its log still has bytes of it: stop them, "
            "and do this again."
        ) from error
