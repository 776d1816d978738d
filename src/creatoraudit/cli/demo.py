"""`creatoraudit demo`: a world that is made up, and a server to look at it."""

import asyncio
import datetime as dt
import sys
from typing import Annotated, NamedTuple

import typer

from creatoraudit.cli.environment import load_settings, open_database
from creatoraudit.cli.output import AsJSON, print_json, progress
from creatoraudit.cli.serving import Host, Port, bind, run, url_of
from creatoraudit.demo import DEMO_ID, DemoOptions, build_demo
from creatoraudit.domain.actor import acting_for
from creatoraudit.domain.api_keys import ApiKeyCreate, create_api_key
from creatoraudit.domain.validation import Platform, validate
from creatoraudit.settings import Settings

_DEFAULT = DemoOptions()
_REFRESHED = {f"source_{platform}": "simulated" for platform in Platform}


def demo(
    accounts: Annotated[int, typer.Option(min=1, help="Tracked accounts.")] = _DEFAULT.accounts,
    videos_per_account: Annotated[int, typer.Option(min=0, help="Videos of each.")] = _DEFAULT.videos_per_account,
    days: Annotated[int, typer.Option(min=1, help="Days of history.")] = _DEFAULT.days,
    video_days: Annotated[
        int | None, typer.Option(min=1, help="Days of the videos' history; as many as --days by default.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number makes another world.")] = _DEFAULT.seed,
    until: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day of history; today by default.")
    ] = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Make the world, and do not serve it.")] = False,
    as_json: AsJSON = False,
) -> None:
    """Make up an organization with creators, accounts, videos and their history, and serve it.

    The same options make the same world. It stays in the database: the next run uses it again, with a new key. While it
    is served it goes on: what is tracked in it is refreshed, from a platform that is made up too.

    For example:
      creatoraudit demo
      creatoraudit demo --accounts 500 --days 365 --port 9000
      creatoraudit demo --no-serve --json
    """
    settings = load_settings()
    last_day = until.date() if until is not None else None
    options = DemoOptions(accounts, videos_per_account, days, video_days, seed, last_day)
    if no_serve:
        _print(asyncio.run(_build(settings, options)), url_of(settings, host, port), as_json=as_json)
        return
    with bind(host, port) as listener:
        url = url_of(settings, *listener.getsockname()[:2])
        _print(asyncio.run(_build(settings, options)), url, as_json=as_json)
        run(listener, settings.model_copy(update=_REFRESHED), only=DEMO_ID)


class _Demo(NamedTuple):
    organization_id: str
    key: str


async def _build(settings: Settings, options: DemoOptions) -> _Demo:
    async with open_database(settings) as db:
        with progress("Making up a world") as told:
            organization = await build_demo(db, options, told)
        if not organization.created:
            typer.echo("The demo's organization is in the database already; it is used as it is.", err=True)
        created = await create_api_key(db, acting_for(organization.id), validate(ApiKeyCreate, {"name": "demo"}))
    return _Demo(organization.id, created.key)


def _print(demo: _Demo, url: str, *, as_json: bool) -> None:
    urls = {"rest_url": f"{url}/v2", "graphql_url": f"{url}/graphql", "docs_url": f"{url}/v2/docs"}
    if as_json:
        print_json({"key": demo.key, "organization_id": demo.organization_id, **urls})
    else:
        typer.echo(_SHOWN.format(key=demo.key, url=url, **urls))
    sys.stdout.flush()


_SHOWN = """\
Key      {key}
Start    {url}/
GraphQL  {graphql_url}
REST     {rest_url}
Docs     {docs_url}

curl -H "Authorization: Bearer {key}" "{rest_url}/accounts?limit=3"
"""
