"""A real standby behind a real primary: who answers while it keeps up, lags, hangs and is away."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator

import asyncpg
import pytest
from sqlalchemy import Integer, column, func, select, table, text
from structlog.testing import capture_logs

from creatoraudit.db import replica
from creatoraudit.db.engine import Database
from creatoraudit.db.statements import Statement
from postgres_servers import PostgresServer
from standbys import Standby, ask, replicated
from waiting import until

IS_STANDBY = Statement(select(func.pg_is_in_recovery()))
NUMBER = Statement(select(table("numbers", column("number", Integer)).c.number))
SLOW = Statement(select(func.pg_is_in_recovery(), func.pg_sleep(1)))
NOTHING = Statement(select(table("nowhere", column("nothing", Integer)).c.nothing))
BEHIND_SECONDS = 1.0

pytestmark = pytest.mark.xdist_group("standby")


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[PostgresServer, Standby]]:
    with replicated() as (primary, standby):
        ask(primary, "CREATE TABLE numbers (number integer)")
        ask(primary, "INSERT INTO numbers VALUES (0)")
        yield primary, standby


@pytest.fixture
def standby(pair: tuple[PostgresServer, Standby]) -> Standby:
    return pair[1]


@pytest.fixture
async def db(pair: tuple[PostgresServer, Standby], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """The database with reads on the standby, which is looked at often and given up soon."""
    monkeypatch.setattr(replica, "MAX_LAG_SECONDS", BEHIND_SECONDS)
    monkeypatch.setattr(replica, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(replica, "PATIENCE_SECONDS", 0.5)
    primary, standby = pair
    whole = Database(primary.url, replica_url=standby.url)
    yield whole.on_replica(unless=never)
    await whole.close()


async def never() -> bool:
    return False


async def on_standby(db: Database) -> bool:
    """Whether the standby answers."""
    ((answer,),) = await db.fetch(IS_STANDBY, tuple, {})
    return bool(answer)


async def number(db: Database) -> int:
    ((found,),) = await db.fetch(NUMBER, tuple, {})
    return int(found)


async def write(db: Database) -> int:
    """Counts on by one at the primary."""
    async with db.transaction() as tx:
        return int((await tx.execute(text("UPDATE numbers SET number = number + 1 RETURNING number"))).scalar_one())


def failures(db: Database) -> int:
    assert db.replica is not None
    return db.replica.failures


async def test_the_standby_answers_reads_and_the_primary_transactions(db: Database) -> None:
    await until(lambda: on_standby(db))
    async with db.transaction() as tx:
        assert await tx.fetch(IS_STANDBY, tuple, {}) == [(False,)]
    written = await write(db)
    await until(lambda: as_new_as(db, written))
    assert await on_standby(db)


async def as_new_as(db: Database, written: int) -> bool:
    return await number(db) >= written


async def test_whoever_must_not_be_behind_is_asked_for_once_and_stays_on_the_primary(db: Database) -> None:
    asked = []

    async def always() -> bool:
        asked.append("")
        return True

    stays = db.on_replica(unless=always)
    assert [await on_standby(stays) for _ in range(3)] == [False] * 3
    assert len(asked) == 1


async def test_a_standby_that_falls_behind_is_not_asked_until_it_has_caught_up(db: Database, standby: Standby) -> None:
    await until(lambda: on_standby(db))
    await asyncio.to_thread(standby.pause)
    with capture_logs() as logs:
        try:
            written = await write(db)
            started = time.monotonic()
            while not await as_new_as(db, written):
                assert time.monotonic() - started < BEHIND_SECONDS + 0.5, "an answer is older than is promised"
                await asyncio.sleep(0.01)
            assert not await on_standby(db)
            assert failures(db) >= 2
        finally:
            await asyncio.to_thread(standby.resume)
        await until(lambda: on_standby(db))
    assert await as_new_as(db, written)
    assert [entry["log_level"] for entry in logs] == ["warning", "info"]
    assert logs[0]["reason"] == "it is behind"
    assert logs[1]["answered_by_primary"] == failures(db)


async def test_a_standby_that_nothing_is_written_to_for_long_is_not_behind(db: Database) -> None:
    await until(lambda: on_standby(db))
    deadline = time.monotonic() + BEHIND_SECONDS + 0.5
    while time.monotonic() < deadline:
        assert await on_standby(db)
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("holding", ["stop", "hang"])
async def test_while_the_standby_is_away_nobody_notices(db: Database, standby: Standby, holding: str) -> None:
    away: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
        "stop": (lambda: standby.stop("immediate"), standby.start),
        "hang": (lambda: standby.signal(signal.SIGSTOP), lambda: standby.signal(signal.SIGCONT)),
    }
    leave, return_ = away[holding]
    await until(lambda: on_standby(db))
    under_way = [asyncio.create_task(db.fetch(SLOW, tuple, {})) for _ in range(3)]
    await asyncio.sleep(0.1)  # they are being answered
    await asyncio.to_thread(leave)
    try:
        async with asyncio.timeout(10):
            answers = [await one for one in under_way]
            assert {answer[0][0] for answer in answers} == {False}
            assert not await on_standby(db)
            assert failures(db) >= 4
    finally:
        await asyncio.to_thread(return_)
    await until(lambda: on_standby(db))


async def test_what_only_the_primary_has_is_read_there_and_mistakes_stay_mistakes(
    pair: tuple[PostgresServer, Standby], empty_postgres_url: str
) -> None:
    """Another database stands for a standby whose schema is older: it has no numbers."""
    primary, _ = pair
    whole = Database(primary.url, replica_url=empty_postgres_url)
    db = whole.on_replica(unless=never)
    with capture_logs() as logs:
        assert await number(db) >= 0
        with pytest.raises(asyncpg.UndefinedTableError):
            await db.fetch(NOTHING, tuple, {})
    await whole.close()
    assert failures(db) == 2
    assert [entry["log_level"] for entry in logs] == ["warning", "info", "info"]
    assert "no standby" in logs[0]["event"]


async def test_a_standby_that_never_was_there_costs_no_answer(pair: tuple[PostgresServer, Standby]) -> None:
    whole = Database(pair[0].url, replica_url="postgresql+asyncpg://nobody@127.0.0.1:9/none")
    db = whole.on_replica(unless=never)
    assert not await on_standby(db)
    assert failures(db) == 1
    await whole.close()
