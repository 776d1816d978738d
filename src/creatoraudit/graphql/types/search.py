"""What a search found, as objects with all their fields."""

import asyncio
from collections.abc import Sequence
from typing import Any

import strawberry
from strawberry import field

from creatoraudit.domain.account_videos.queries import account_videos_by_ids
from creatoraudit.domain.accounts.queries import accounts_by_ids
from creatoraudit.domain.creators.queries import creators_by_ids
from creatoraudit.domain.search import Found, FoundAccount, FoundCreator, FoundVideo
from creatoraudit.domain.videos.queries import videos_by_ids
from creatoraudit.graphql.context import Context, Info
from creatoraudit.graphql.loaders import Batch, by_ids, load
from creatoraudit.graphql.types.account import Account
from creatoraudit.graphql.types.creator import Creator
from creatoraudit.graphql.types.post import Post, PostRow


async def _account_rows(context: Context, ids: Sequence[str]) -> list[Any]:
    return await by_ids(accounts_by_ids, context, ids)


async def _creator_rows(context: Context, ids: Sequence[str]) -> list[Any]:
    return await by_ids(creators_by_ids, context, ids)


async def _post_rows(context: Context, ids: Sequence[str]) -> list[PostRow | None]:
    """The videos with these ids, else the account videos."""
    videos = await by_ids(videos_by_ids, context, ids)
    left = [one if video is None else None for one, video in zip(ids, videos, strict=True)]
    discovered = await by_ids(account_videos_by_ids, context, left)
    return [video or other for video, other in zip(videos, discovered, strict=True)]


_ACCOUNTS, _CREATORS, _POSTS = Batch(_account_rows), Batch(_creator_rows), Batch(_post_rows)


async def _all(info: Info, batch: Batch, hits: Sequence[FoundAccount | FoundCreator | FoundVideo]) -> Any:
    """The objects that were found, but for those that are gone already."""
    rows = await asyncio.gather(*(load(info.context, batch, hit.id) for hit in hits))
    return [row for row in rows if row is not None]


async def _accounts(root: Found, info: Info) -> Any:
    return await _all(info, _ACCOUNTS, root.accounts)


async def _creators(root: Found, info: Info) -> Any:
    return await _all(info, _CREATORS, root.creators)


async def _videos(root: Found, info: Info) -> Any:
    return await _all(info, _POSTS, root.videos)


@strawberry.type(description="What contains a text, in three sections.")
class SearchResult:
    accounts: list[Account] = field(
        resolver=_accounts,
        description="Accounts whose username contains the text: first the one that is the text, then those that begin "
        "with it, then the rest, by followers each.",
    )
    creators: list[Creator] = field(
        resolver=_creators, description="Creators whose name contains the text, in the same order."
    )
    videos: list[Post] = field(
        resolver=_videos,
        description="Posts whose caption contains the text, most recently published first: each once, as the video if "
        "it is tracked by itself, else as the account video.",
    )
