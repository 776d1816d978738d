"""`creatoraudit demo`: a world that is made up, and a server to look at it."""

import asyncio
import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from creatoraudit.cli.environment import load_settings, open_database
from creatoraudit.cli.output import AsJSON, print_json
from creatoraudit.cli.serving import Host, Port, bind, run, url_of
from creatoraudit.demo import DemoOptions, build_demo
from creatoraudit.domain.actor import acting_for
from creatoraudit.domain.api_keys import ApiKeyCreate, create_api_key
from creatoraudit.domain.validation import validate
from creatoraudit.settings import Settings

_DEFAULT = DemoOptions()


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

    The same options make the same world. It stays in the database: the next run uses it again, with a new key.

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
        run(listener, settings)


class _Demo(NamedTuple):
    organization_id: str
    key: str


async def _build(settings: Settings, options: DemoOptions) -> _Demo:
    async with open_database(settings) as db:
        with _progress() as progress:
            organization = await build_demo(db, options, progress)
        if not organization.created:
            typer.echo("The demo's organization is in the database already; it is used as it is.", err=True)
        created = await create_api_key(db, acting_for(organization.id), validate(ApiKeyCreate, {"name": "demo"}))
    return _Demo(organization.id, created.key)


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None]]:
    """A bar on standard error, where that is a terminal."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task("Making up a world", total=None)
        yield lambda done, total, what: bars.update(bar, completed=done, total=total, description=what)


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
