"""A PostgreSQL of a test's own and a real standby of it, which can be held up."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from postgres_servers import PostgresServer, own_postgres

DEADLINE_SECONDS = 20


class Standby(PostgresServer):
    """A copy that follows its primary by streaming."""

    def copy(self, primary: PostgresServer) -> None:
        """Makes its data directory."""
        place = ["--host=127.0.0.1", f"--port={primary.port}", "--username=postgres", "--pgdata=data"]
        self._run("pg_basebackup", *place, "--checkpoint=fast", "--no-sync", "--write-recovery-conf")
        with (self.home / "data" / "postgresql.conf").open("a") as config:
            config.write(f"port = {self.port}\nunix_socket_directories = '{self.home}'\n")

    def pause(self) -> None:
        """Lets it fall behind: it answers, and takes nothing in."""
        ask(self, "SELECT pg_wal_replay_pause()")
        deadline = time.monotonic() + DEADLINE_SECONDS
        while ask(self, "SELECT pg_get_wal_replay_pause_state()") != "paused":
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def resume(self) -> None:
        """Lets it catch up."""
        ask(self, "SELECT pg_wal_replay_resume()")

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to all of its processes: after SIGSTOP it holds its connections and says nothing any more."""
        process_id = int((self.home / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
        for one in (process_id, *map(int, children)):
            os.kill(one, number)


def ask(server: PostgresServer, sql: str) -> object:
    """The value that answers a statement."""

    async def answered() -> object:
        connection = await asyncpg.connect(server.url.replace("+asyncpg", ""), timeout=DEADLINE_SECONDS)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(answered())


@contextmanager
def replicated() -> Iterator[tuple[PostgresServer, Standby]]:
    """A primary and its standby, both running."""
    with own_postgres(fsync="off", max_connections="40") as primary:
        home = Path(tempfile.mkdtemp(prefix="standby-"))
        standby = Standby(primary._programs, home)
        try:
            if os.geteuid() == 0:
                shutil.chown(home, "postgres")
            standby.copy(primary)
            standby.start()
            yield primary, standby
        finally:
            if (home / "data" / "postmaster.pid").exists():
                standby.stop("immediate")
            shutil.rmtree(home)
