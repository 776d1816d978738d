"""Servers that are killed while clients write: nothing acknowledged is lost, and nothing is doubled by trying again."""

import asyncio
import os
import random
import signal
from pathlib import Path

from chaos.writers import PATIENCE_SECONDS, writing
from servers import Process, free_port, start

KILLS = int(os.environ.get("CREATORAUDIT_TEST_KILLS", "5"))


async def test_clients_that_try_again_have_written_everything_once(
    server_settings: dict[str, str], key: str, tmp_path: Path
) -> None:
    chance = random.Random(9)
    port = free_port()

    async def started() -> Process:
        server = start(tmp_path / "server.log", server_settings, port)
        await asyncio.to_thread(server.wait)
        return server

    server = await started()
    try:
        async with writing(server.url, key) as crowd:
            for _ in range(KILLS):
                await asyncio.sleep(chance.uniform(0, 0.2))
                assert server.kill() == -signal.SIGKILL, "it was alive"
                server = await started()
                await crowd.progress(PATIENCE_SECONDS)
            assert crowd.refusals.total() >= KILLS
            await crowd.check()
    finally:
        server.kill()
