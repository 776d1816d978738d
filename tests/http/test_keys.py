import asyncio
import time

import pytest
from httpx import AsyncClient
from starlette.applications import Starlette

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.api_keys import delete_api_key, disable_api_key, enable_api_key
from creatoraudit.http import keys as keys_module
from creatoraudit.http.keys import Keys
from factories import an_api_key


async def test_a_key_disabled_elsewhere_stops_within_a_second(
    anonymous: AsyncClient, db: Database, organization: Actor
) -> None:
    """The test's own `db` stands for another process: nothing tells the application."""
    made = await an_api_key(db, organization)
    headers = {"Authorization": f"Bearer {made.key}"}
    assert (await anonymous.get("/v2/probe", headers=headers)).status_code == 200
    await disable_api_key(db, organization, made.row.id)
    disabled = time.monotonic()
    while (await anonymous.get("/v2/probe", headers=headers)).status_code != 403:
        assert time.monotonic() - disabled < 1
        await asyncio.sleep(0.02)

    await enable_api_key(db, organization, made.row.id)
    assert (await anonymous.get("/v2/probe", headers=headers)).status_code == 200, "refusals are not remembered"


async def test_a_key_disabled_here_stops_at_once(
    app: Starlette, anonymous: AsyncClient, db: Database, organization: Actor
) -> None:
    made = await an_api_key(db, organization)
    headers = {"Authorization": f"Bearer {made.key}"}
    assert (await anonymous.get("/v2/probe", headers=headers)).status_code == 200
    await delete_api_key(db, organization, made.row.id)
    app.state.opened.keys.forget(made.row.id)
    assert (await anonymous.get("/v2/probe", headers=headers)).status_code == 401


async def test_the_database_is_asked_once_in_a_while(db: Database, organization: Actor) -> None:
    keys = Keys(db)
    first, second = [(await an_api_key(db, organization)) for _ in range(2)]
    asked: list[str] = []
    db.on_statement.append(asked.append)
    for _ in range(10):
        actor = await keys.authenticate(first.key)
        assert actor.api_key_id == first.row.id
        assert (await keys.authenticate(second.key)).api_key_id == second.row.id
    assert len(asked) == 2
    keys.forget(first.row.id)
    await keys.authenticate(first.key)
    await keys.authenticate(second.key)
    assert len(asked) == 3
    keys.forget()
    await keys.authenticate(second.key)
    assert len(asked) == 4


async def test_what_was_read_before_a_change_is_not_remembered_after_it(db: Database, organization: Actor) -> None:
    keys = Keys(db)
    made = await an_api_key(db, organization)
    reading = asyncio.create_task(keys.authenticate(made.key))
    await asyncio.sleep(0)  # the question is on its way
    keys.forget(made.row.id)
    await reading
    asked: list[str] = []
    db.on_statement.append(asked.append)
    await keys.authenticate(made.key)
    assert len(asked) == 1


async def test_only_so_many_keys_are_remembered(
    db: Database, organization: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "_CAPACITY", 2)
    keys = Keys(db)
    made = [(await an_api_key(db, organization)).key for _ in range(3)]
    asked: list[str] = []
    db.on_statement.append(asked.append)
    for key in [*made, made[2], made[0]]:
        await keys.authenticate(key)
    assert len(asked) == 4, "the oldest had to go, the newest is still known"


async def test_however_many_wait_for_a_keys_end_it_is_asked_about_once_and_by_nobody_when_they_left(
    db: Database, organization: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(keys_module, "LIFETIME_SECONDS", 0)
    keys, made = Keys(db), await an_api_key(db, organization)
    waiting = [asyncio.create_task(keys.until_refused(made.key)) for _ in range(20)]
    asked: list[str] = []
    db.on_statement.append(asked.append)
    deadline = time.monotonic() + 10
    while len(asked) < 3:
        assert time.monotonic() < deadline, "nobody asks"
        await asyncio.sleep(0.005)
    assert len(asked) < 20

    waiting[0].cancel()
    await disable_api_key(db, organization, made.row.id)
    async with asyncio.timeout(10):
        ends = await asyncio.gather(*waiting[1:])
    assert {end.detail for end in ends} == {"The API key is disabled."}

    await enable_api_key(db, organization, made.row.id)
    again = asyncio.create_task(keys.until_refused(made.key))
    await asyncio.sleep(0.05)
    assert not again.done(), "it is good again"
    again.cancel()
    await asyncio.wait([again])
    asked.clear()
    await asyncio.sleep(0.1)
    assert asked == []


async def test_a_database_that_is_away_ends_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "CHECK_SECONDS", 0.01)
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    waiting = asyncio.create_task(Keys(away).until_refused("ca_anything"))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    waiting.cancel()
    await asyncio.wait([waiting])
    await away.close()
