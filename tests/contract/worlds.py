"""The endpoints of the table, and a world to ask them about: one of everything in two organizations, and three keys."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from creatoraudit.app import create_app
from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.api_keys import disable_api_key
from creatoraudit.domain.creators.commands import link_account
from creatoraudit.rest.endpoint import PREFIX, AnyEndpoint
from creatoraudit.rest.routes import ENDPOINTS, openapi_document
from creatoraudit.settings import Settings
from factories import a_creator, a_video, an_account, an_account_video, an_api_key, an_organization
from http_fixtures import BASE_URL


def name_of(endpoint: AnyEndpoint) -> str:
    """How a test of an endpoint is called."""
    return f"{endpoint.method} {endpoint.path}"


def every(condition: Callable[[AnyEndpoint], Any] = lambda _: True) -> pytest.MarkDecorator:
    """Runs a test for every endpoint of the table that fulfils a condition."""
    return pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if condition(one)], ids=name_of)


def least_harm_first() -> list[AnyEndpoint]:
    """The table in an order in which each endpoint still finds what it is about."""
    return sorted(ENDPOINTS, key=lambda one: (one.method == "DELETE", -len(one.path_ids)))


def example_of(endpoint: AnyEndpoint) -> dict[str, Any] | None:
    """The body that the OpenAPI document shows for an endpoint."""
    if endpoint.body is None:
        return None
    operation = openapi_document()["paths"][endpoint.path][endpoint.method.lower()]
    example: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["example"]
    return example


class World(NamedTuple):
    """A running application, and what is in it."""

    app: Starlette
    actor: Actor
    client: AsyncClient
    key: str
    read_key: str
    disabled_key: str
    ids: dict[str, str]
    foreign_ids: dict[str, str]

    @property
    def db(self) -> Database:
        """The application's own database."""
        db: Database = self.app.state.opened.db
        return db

    def path(self, endpoint: AnyEndpoint, ids: dict[str, str] | None = None) -> str:
        """The path of an endpoint, for things of the key's own organization unless others are given."""
        return PREFIX + endpoint.path.format(**(ids or self.ids))

    def authorized(self, key: str | None = None) -> dict[str, str]:
        """The header that sends a key: the one that may do everything unless another is given."""
        return {"Authorization": f"Bearer {key or self.key}"}


@asynccontextmanager
async def a_world(database_url: str) -> AsyncIterator[World]:
    """An application over a database that is still empty."""
    generous = {"rate_limit": 1_000_000, "anonymous_rate_limit": 1_000_000}
    sources = {"source_instagram": "simulated", "source_tiktok": "simulated"}
    app = create_app(Settings(database_url=database_url, **generous, **sources), worker=None)
    db = Database(database_url)
    try:
        actor = await an_organization(db)
        disabled = await an_api_key(db, actor)
        await disable_api_key(db, actor, disabled.row.id)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=ASGITransport(app), base_url=BASE_URL) as client,
        ):
            yield World(
                app=app,
                actor=actor,
                client=client,
                key=(await an_api_key(db, actor)).key,
                read_key=(await an_api_key(db, actor, scopes=["read"])).key,
                disabled_key=disabled.key,
                ids=await _one_of_everything(db, actor),
                foreign_ids=await _one_of_everything(db, await an_organization(db, name="Other")),
            )
    finally:
        await db.close()


async def _one_of_everything(db: Database, actor: Actor) -> dict[str, str]:
    creator = await a_creator(db, actor)
    account = await an_account(db, actor)
    await link_account(db, actor, creator.id, account.id)
    return {
        "account_id": account.id,
        "account_video_id": (await an_account_video(db, actor, account)).id,
        "creator_id": creator.id,
        "video_id": (await a_video(db, actor, "7000000000000000001")).id,
    }
