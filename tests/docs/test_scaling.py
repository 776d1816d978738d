"""The statements of docs/scaling.md that partition a table change nothing of what the program writes and reads."""

import asyncio
import datetime as dt
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import pytest

from conftest import left_out, migrated_database
from creatoraudit.cli import main
from creatoraudit.db.engine import Database
from creatoraudit.demo import DemoOptions, build_demo

PAGE = (Path(__file__).parents[2] / "docs" / "scaling.md").read_text()
WORLD = DemoOptions(accounts=6, videos_per_account=4, days=70, until=dt.date(2026, 6, 14))


@pytest.fixture
def urls(postgres_url: str | None) -> Iterator[tuple[str, str]]:
    """Two databases of this test's own."""
    if postgres_url is None:
        left_out("PostgreSQL")
    with ExitStack() as stack:
        names = [f"creatoraudit_test_{os.getpid()}_{number}" for number in range(2)]
        yield tuple(stack.enter_context(migrated_database(name)) for name in names)


def ask(url: str, sql: str) -> int | None:
    async def asked() -> int | None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            if sql.startswith("SELECT"):
                return await connection.fetchval(sql)
            await connection.execute(sql)
            return None
        finally:
            await connection.close()

    return asyncio.run(asked())


def partition(url: str) -> None:
    (sql,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    ask(url, sql)


async def filled(url: str) -> None:
    db = Database(url)
    await build_demo(db, WORLD, lambda *_: None)
    await db.close()


def test_a_partitioned_table_holds_and_tells_the_same(
    urls: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, partitioned = urls

    def run(url: str, *arguments: str) -> None:
        monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", url)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert not ended.value.code

    def exported(url: str, name: str) -> list[str]:
        run(url, "export", "--output", str(tmp_path / name))
        return (tmp_path / name).read_text().splitlines()

    asyncio.run(filled(plain))
    rows = ask(plain, "SELECT count(*) FROM post_closings")
    expected = exported(plain, "plain.ndjson")
    partition(partitioned)
    run(partitioned, "import", str(tmp_path / "plain.ndjson"))
    assert exported(partitioned, "imported.ndjson") == expected
    partition(plain)
    assert exported(plain, "partitioned.ndjson") == expected

    for url in urls:
        assert ask(url, "SELECT count(*) FROM post_closings") == rows
    assert ask(plain, "SELECT count(*) FROM post_closings_2026_05") not in {0, rows}
    assert ask(plain, "SELECT count(*) FROM post_closings_other") == 0
    for url in urls:
        ask(url, "DELETE FROM posts")
        assert ask(url, "SELECT count(*) FROM post_closings") == 0
