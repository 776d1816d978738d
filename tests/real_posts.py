"""The figures of 1,000 real TikTok posts, imported by the program with the accounts that published them."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from conftest import SHARED_DATA, left_out
from creatoraudit import clock
from creatoraudit.app import create_app
from creatoraudit.cli import main
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.settings import Settings
from factories import an_api_key, an_organization
from http_fixtures import BASE_URL

FIGURES = {
    "view_count": "playCount",
    "like_count": "diggCount",
    "comment_count": "commentCount",
    "share_count": "shareCount",
}
"""What the file calls the counters."""
SEEN_AT = dt.datetime(2020, 12, 22, 12, tzinfo=dt.UTC)


def real_posts() -> list[dict[str, Any]]:
    """The file's posts, or the test is left out where the file is not."""
    if not SHARED_DATA.exists():
        left_out(f"The real posts ({SHARED_DATA.name})")
    posts: list[dict[str, Any]] = json.loads(SHARED_DATA.read_text())["collector"]
    return posts


def by_author(posts: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Posts of the file by who published them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for post in posts:
        found.setdefault(post["authorMeta"]["name"], []).append(post)
    return found


def day_before(figure: int) -> int:
    """What a figure of the file is made out to have been a day earlier: the file shows one day only."""
    return figure // 3


@asynccontextmanager
async def a_real_world(database_url: str, *, and_before: bool = False) -> AsyncIterator[AsyncClient]:
    """A client of an organization for which the program has imported the file into the application's database."""
    app = create_app(Settings(database_url=database_url, rate_limit=1_000_000))
    async with app.router.lifespan_context(app):
        db = app.state.opened.db
        actor = await an_organization(db)
        await import_real_posts(db, actor, and_before=and_before)
        headers = {"Authorization": f"Bearer {(await an_api_key(db, actor)).key}"}
        async with AsyncClient(transport=ASGITransport(app), base_url=BASE_URL, headers=headers) as client:
            yield client


async def all_rows(client: AsyncClient, path: str, **params: Any) -> list[dict[str, Any]]:
    """All rows of a list of the REST API, page by page."""
    rows: list[dict[str, Any]] = []
    answer = await client.get(f"/v2/{path}", params=params | {"limit": 200})
    while True:
        assert answer.status_code == 200, answer.text
        rows += answer.json()["data"]
        if "next" not in answer.links:
            return rows
        answer = await client.get(answer.links["next"]["url"])


async def import_real_posts(db: Database, actor: Actor, *, and_before: bool = False) -> dict[str, Any]:
    """Has the program import the file as its users do: what it says came of it.

    With `and_before` it imports the file of the day before first.
    """
    posts = real_posts()
    with clock.frozen(SEEN_AT), TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREATORAUDIT_DATABASE_URL", db.url.render_as_string(hide_password=False))
        if and_before:
            await asyncio.to_thread(_import, actor, _before(Path(home), posts), SEEN_AT - dt.timedelta(days=1))
        return await asyncio.to_thread(_import, actor, SHARED_DATA, SEEN_AT)


def _import(actor: Actor, file: Path, at: dt.datetime) -> dict[str, Any]:
    arguments = ["--org", str(actor.organization_id), "--at", at.isoformat(), "--track", "accounts", "--json"]
    with redirect_stdout(StringIO()) as printed, pytest.raises(SystemExit) as stopped:
        main(["import", str(file), *arguments])
    assert stopped.value.code in {None, 0}
    counts: dict[str, Any] = json.loads(printed.getvalue())
    return counts


def _before(home: Path, posts: Sequence[dict[str, Any]]) -> Path:
    """The file of the day before."""
    earlier = [post | {figure: day_before(post[figure]) for figure in FIGURES.values()} for post in posts]
    file = home / "before.json"
    file.write_text(json.dumps({"collector": earlier}))
    return file
