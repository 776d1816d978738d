"""A bare Starlette route that shows one account: the statement on the driver, a literal dict, orjson."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ACCOUNT = """
    SELECT id::text, upper(platform), username, follower_count, view_count FROM accounts
    WHERE id = $1 AND organization_id = $2"""
ORGANIZATION = os.environ["ORGANIZATION"]

pool: Any = None


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    global pool
    connections = int(os.environ["CONNECTIONS"])
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=connections, max_size=connections) as pool:
        yield


async def account(request: Request) -> Response:
    found = await pool.fetchrow(ACCOUNT, request.path_params["id"], ORGANIZATION)
    shown = found and {
        "databaseId": found[0],
        "platform": found[1],
        "username": found[2],
        "followerCount": found[3],
        "viewCount": found[4],
    }
    return Response(orjson.dumps({"data": {"account": shown}}), media_type="application/json")


app = Starlette(routes=[Route("/accounts/{id}", account)], lifespan=lifespan)
