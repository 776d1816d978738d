"""`creatoraudit serve`, and what the demo shares with it: one socket, one or many processes, a graceful end."""

import asyncio
import socket
from typing import Annotated

import typer

from creatoraudit.cli.environment import CommandError, load_settings, make_ready, variable
from creatoraudit.cli.worker import refreshing, refusing, sources_of
from creatoraudit.domain.actor import acting_for
from creatoraudit.settings import Settings
from creatoraudit.telemetry import telemetry_of

Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")]
Port = Annotated[int, typer.Option(min=0, max=65_535, help="The port to listen on; 0 for any that is free.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes; more than one share their limits by Redis.")] = 1,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Refresh nothing, and leave it to 'creatoraudit worker' and cron.")
    ] = False,
) -> None:
    """Serve GraphQL and REST until told to stop; requests in flight are finished first.

    Each process also refreshes what is due, at the platforms that have a source.

    For example:
      creatoraudit serve
      CREATORAUDIT_SOURCE_TIKTOK=ytdlp creatoraudit serve
      CREATORAUDIT_REDIS_URL=redis://127.0.0.1:6379/0 creatoraudit serve --host 0.0.0.0 --workers 4
    """
    settings = load_settings()
    if workers > 1 and settings.redis_url is None:
        needed = variable("redis_url")
        raise CommandError(f"More than one worker needs {needed}: without Redis each counts rate limits by itself.", 2)
    asyncio.run(_check(settings))
    said = f"Nothing is refreshed by this server. {refusing(settings)}" if no_worker else refreshing(settings)
    with bind(host, port) as listener:
        typer.echo(f"Serving {url_of(settings, *listener.getsockname()[:2])} {said.strip()}", err=True)
        run(listener, settings, workers=workers, worker=not no_worker)


async def _check(settings: Settings) -> None:
    """Finds out before the start what would keep the server from it."""
    await make_ready(settings.database_url.get_secret_value())
    async with sources_of(settings):
        pass
    traces = telemetry_of(settings).traces
    if traces is not None:
        await traces.close()


def bind(host: str, port: int) -> socket.socket:
    """The socket to serve on; CommandError when the port is taken or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise CommandError(f"Cannot listen on {host} port {port}: {reason}. Choose another with --port.") from error
    listener.set_inheritable(True)
    return listener


def url_of(settings: Settings, host: str, port: int) -> str:
    """The URL that a person on this machine opens."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - not bound here, only named for people
        host = "localhost"
    return settings.public_url or f"http://{f'[{host}]' if ':' in host else host}:{port}"


def run(
    listener: socket.socket, settings: Settings, *, workers: int = 1, worker: bool = True, only: str | None = None
) -> None:
    """Serves on the socket until a signal says stop; refreshes as well, everything or `only` one organization's."""
    from creatoraudit import logs  # noqa: PLC0415 - other commands need not wait for the server's modules
    from creatoraudit.app import create_app  # noqa: PLC0415
    from creatoraudit.http import server  # noqa: PLC0415

    logs.configure(settings.log_level)
    if only is not None:
        server.serve(create_app(settings, worker=acting_for(only)), settings, listener)
        return
    factory = "from_environment" if worker else "without_worker"
    server.serve(f"creatoraudit.app:{factory}", settings, listener, workers=workers)
