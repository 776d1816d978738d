import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from conftest import left_out
from creatoraudit.db import migrate


@pytest.fixture
def restricted_url(postgres_url: str | None) -> Iterator[str]:
    """A PostgreSQL database in which its user may make tables, but no extension."""
    if postgres_url is None:
        left_out("PostgreSQL")
    url = make_url(postgres_url)
    name = f"{url.database}_restricted"

    async def administer(database: str | None, *statements: str) -> None:
        engine = create_async_engine(url.set(database=database), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()

    drop = [f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"DROP ROLE IF EXISTS {name}"]
    asyncio.run(administer(url.database, *drop, f"CREATE ROLE {name} LOGIN", f"CREATE DATABASE {name}"))
    asyncio.run(administer(name, f"GRANT CREATE ON SCHEMA public TO {name}"))
    yield url.set(database=name, username=name).render_as_string(hide_password=False)
    asyncio.run(administer(url.database, *drop))


def test_an_extension_that_cannot_be_made_is_named_with_what_to_do(restricted_url: str) -> None:
    with pytest.raises(RuntimeError, match="CREATE EXTENSION pg_trgm"):
        asyncio.run(migrate.upgrade(restricted_url))
    assert asyncio.run(migrate.current(restricted_url)) is None
