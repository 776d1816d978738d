"""`creatoraudit serve`, and what the demo shares with it: one socket, one or many processes, a graceful end."""

import asyncio
import socket
from typing import Annotated

import typer

from creatoraudit.cli.environment import CommandError, load_settings, make_ready, variable
from creatoraudit.settings import Settings

Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")]
Port = Annotated[int, typer.Option(min=0, max=65_535, help="The port to listen on; 0 for any that is free.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes; more than one share their limits by Redis.")] = 1,
) -> None:
    """Serve GraphQL and REST until told to stop; requests in flight are finished first.

    For example:
      creatoraudit serve
      CREATORAUDIT_REDIS_URL=redis://127.0.0.1:6379/0 creatoraudit serve --host 0.0.0.0 --workers 4
    """
    settings = load_settings()
    if workers > 1 and settings.redis_url is None:
        needed = variable("redis_url")
        raise CommandError(f"More than one worker needs {needed}: without Redis each counts rate limits by itself.", 2)
    asyncio.run(make_ready(settings.database_url.get_secret_value()))
    with bind(host, port) as listener:
        typer.echo(f"Serving {url_of(settings, *listener.getsockname()[:2])}", err=True)
        run(listener, settings, workers=workers)


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


def run(listener: socket.socket, settings: Settings, *, workers: int = 1) -> None:
    """Serves on the socket until a signal says stop."""
    from creatoraudit import logs  # noqa: PLC0415 - other commands need not wait for the server's modules
    from creatoraudit.http import server  # noqa: PLC0415

    logs.configure(settings.log_level)
    server.serve("creatoraudit.app:from_environment", settings, listener, workers=workers)
