"""A PostgreSQL of a test's own, to be stopped and started again."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import left_out
from servers import free_port


class PostgresServer:
    """A PostgreSQL with one database, on a port of its own; data and socket are in one directory."""

    def __init__(self, programs: Path, home: Path) -> None:
        self._programs = programs
        self.home = home
        self.port = free_port()
        self.url = f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/postgres"

    def make(self, **settings: str) -> None:
        """Makes its empty data directory; the settings are PostgreSQL's own."""
        self._run("initdb", "--pgdata=data", "--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8")
        ours = {"port": str(self.port), "unix_socket_directories": f"'{self.home}'", "listen_addresses": "'127.0.0.1'"}
        with (self.home / "data" / "postgresql.conf").open("a") as config:
            config.writelines(f"{name} = {value}\n" for name, value in (ours | settings).items())

    def start(self) -> None:
        """Starts it, and returns when it answers."""
        self._run("pg_ctl", "--pgdata=data", "--wait", "--log=log", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stops it: `fast` cuts all connections, `immediate` is a crash that the next start recovers from."""
        self._run("pg_ctl", "--pgdata=data", "--wait", f"--mode={mode}", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        subprocess.run(
            [self._programs / program, *arguments],
            cwd=self.home,
            user=user,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def own_postgres(**settings: str) -> Iterator[PostgresServer]:
    """A PostgreSQL that was started; left out where none is installed."""
    found = shutil.which("initdb")
    installed = [Path(found).resolve()] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not installed:
        left_out("PostgreSQL's initdb")
    home = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = PostgresServer(installed[-1].parent, home)
    try:
        if os.geteuid() == 0:
            os.chown(home, pwd.getpwnam("postgres").pw_uid, -1)
        server.make(**settings)
        server.start()
        yield server
    finally:
        if (home / "data" / "postmaster.pid").exists():
            server.stop("immediate")
        shutil.rmtree(home)
