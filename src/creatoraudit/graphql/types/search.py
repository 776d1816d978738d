"""What a search found, as objects with all their fields."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import strawberry

from creatoraudit.db.engine import Database
from creatoraudit.domain.account_videos.queries import account_videos_by_ids
from creatoraudit.domain.accounts.queries import accounts_by_ids
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.creators.queries import creators_by_ids
from creatoraudit.domain.search import (
    FoundAccount,
    FoundCreator,
    FoundVideo,
    Searched,
    find_accounts,
    find_creators,
    find_videos,
)
from creatoraudit.domain.videos.queries import videos_by_ids
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.loaders import batched
from creatoraudit.graphql.types.account import Account
from creatoraudit.graphql.types.creator import Creator
from creatoraudit.graphql.types.post import Post, PostRow

T = TypeVar("T")
Find = Callable[[Database, Actor, Searched], Awaitable[Sequence[FoundAccount | FoundCreator | FoundVideo]]]


async def _accounts(context: Context, searches: Sequence[Searched]) -> list[list[Any]]:
    return await _all(find_accounts, accounts_by_ids, context, searches)


async def _creators(context: Context, searches: Sequence[Searched]) -> list[list[Any]]:
    return await _all(find_creators, creators_by_ids, context, searches)


async def _videos(context: Context, searches: Sequence[Searched]) -> list[list[Any]]:
    return await _all(find_videos, _posts_by_ids, context, searches)


async def _posts_by_ids(db: Database, actor: Actor, ids: Sequence[str]) -> list[PostRow | None]:
    """The videos with these ids, else the account videos."""
    videos: list[PostRow | None] = [*await videos_by_ids(db, actor, ids)]
    others = [one for one, video in zip(ids, videos, strict=True) if video is None]
    discovered = dict(zip(others, await account_videos_by_ids(db, actor, others), strict=True)) if others else {}
    return [video or discovered.get(one) for one, video in zip(ids, videos, strict=True)]


async def _all(
    find: Find, fetch: Callable[..., Awaitable[list[T | None]]], context: Context, searches: Sequence[Searched]
) -> list[list[T]]:
    """The objects that each search found, but for those that are gone already."""
    hits = await asyncio.gather(*(find(context.db, context.actor, asked) for asked in searches))
    ids = list(dict.fromkeys(hit.id for found in hits for hit in found))
    rows = dict(zip(ids, await fetch(context.db, context.actor, ids), strict=True)) if ids else {}
    return [[row for hit in found if (row := rows[hit.id]) is not None] for found in hits]


@strawberry.type(description="What contains a text, in three sections.")
class SearchResult:
    accounts: list[Account] = batched(
        _accounts,
        description="Accounts whose username contains the text: first the one that is the text, then those that begin "
        "with it, then the rest, by followers each.",
    )
    creators: list[Creator] = batched(
        _creators, description="Creators whose name contains the text, in the same order."
    )
    videos: list[Post] = batched(
        _videos,
        description="Posts whose caption contains the text, most recently published first: each once, as the video if "
        "it is tracked by itself, else as the account video.",
    )
