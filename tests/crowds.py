"""Many rows at once, for tests that page through them: few values for many rows, and some of them null."""

import datetime as dt
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Table, delete, insert

from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account, AccountVideo, Creator, Post, Video, stored
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import ACCOUNT_VIDEOS, list_account_videos
from creatoraudit.domain.accounts.inputs import AccountFilter
from creatoraudit.domain.accounts.queries import ACCOUNTS, list_accounts
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.creators.inputs import CreatorFilter
from creatoraudit.domain.creators.queries import CREATORS, list_creators
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.paging import Page
from creatoraudit.domain.scope import table
from creatoraudit.domain.text import folded
from creatoraudit.domain.validation import Input
from creatoraudit.domain.videos.inputs import VideoFilter
from creatoraudit.domain.videos.queries import VIDEOS, list_videos

NOON = dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC)
Rows = dict[Table, list[dict[str, Any]]]


class Noun(NamedTuple):
    """A list, and how rows that it shows are made and unmade."""

    listing: Listing[Any]
    ask: Callable[..., Awaitable[Page[Any]]]
    nothing: Input
    made: Callable[[Actor, random.Random, int], Rows]
    gone: Callable[[str], Any]


def _moment(chance: random.Random) -> dt.datetime:
    return NOON - dt.timedelta(minutes=chance.randrange(20))


def _counters(chance: random.Random, of: Sequence[Any] = range(20)) -> dict[str, Any]:
    return {name: chance.choice(of) for name in ("view_count", "like_count", "play_count")}


def _accounts(actor: Actor, chance: random.Random, count: int) -> Rows:
    return {
        table(Account): [
            stored(
                Account(
                    id=new_id(),
                    organization_id=actor.organization_id or "",
                    platform=chance.choice(["instagram", "tiktok"]),
                    username=f"user.{chance.getrandbits(64):x}",
                    added_at=_moment(chance),
                    tracked_since=NOON.date(),
                    last_scrape_time=chance.choice([None, _moment(chance)]),
                    follower_count=chance.randrange(20),
                    **_counters(chance),
                )
            )
            for _ in range(count)
        ]
    }


def _creators(actor: Actor, chance: random.Random, count: int) -> Rows:
    names = [chance.choice(["Ada", "ada", "É", "é", "E\N{COMBINING ACUTE ACCENT}", "😀", "~"]) for _ in range(count)]
    return {
        table(Creator): [
            stored(
                Creator(
                    id=new_id(),
                    organization_id=actor.organization_id or "",
                    name=name,
                    name_folded=folded(name),
                    added_at=NOON,
                )
            )
            for name in names
        ]
    }


def _posts(actor: Actor, chance: random.Random, record: str, count: int) -> tuple[list[dict[str, Any]], Rows]:
    (account,) = _accounts(actor, chance, 1)[table(Account)]
    posts = [
        stored(
            Post(
                id=chance.getrandbits(62),
                organization_id=actor.organization_id or "",
                platform=account["platform"],
                external_id=str(chance.getrandbits(62)),
                account_id=account["id"],
                create_time=chance.choice([None, _moment(chance)]),
                updated_at=NOON,
                **{record: new_id()},
                **_counters(chance, [None, *range(20)]),
            )
        )
        for _ in range(count)
    ]
    return posts, {table(Account): [account], table(Post): posts}


def _record(post: dict[str, Any], name: str, chance: random.Random) -> dict[str, Any]:
    owner = {"id": post[name], "organization_id": post["organization_id"]}
    return owner | {"post_id": post["id"], "added_at": _moment(chance)}


def _videos(actor: Actor, chance: random.Random, count: int) -> Rows:
    posts, rows = _posts(actor, chance, "video_id", count)
    return rows | {
        table(Video): [stored(Video(**_record(post, "video_id", chance), updated_at=NOON)) for post in posts]
    }


def _account_videos(actor: Actor, chance: random.Random, count: int) -> Rows:
    posts, rows = _posts(actor, chance, "account_video_id", count)
    return rows | {table(AccountVideo): [_record(post, "account_video_id", chance) for post in posts]}


ACCOUNT = Noun(
    ACCOUNTS, list_accounts, AccountFilter(), _accounts, lambda one: delete(table(Account)).filter_by(id=one)
)
CREATOR = Noun(
    CREATORS, list_creators, CreatorFilter(), _creators, lambda one: delete(table(Creator)).filter_by(id=one)
)
VIDEO = Noun(VIDEOS, list_videos, VideoFilter(), _videos, lambda one: delete(table(Post)).filter_by(video_id=one))
ACCOUNT_VIDEO = Noun(
    ACCOUNT_VIDEOS,
    list_account_videos,
    AccountVideoFilter(),
    _account_videos,
    lambda one: delete(table(Post)).filter_by(account_video_id=one),
)


async def add(db: Database, rows: Rows) -> None:
    async with db.transaction() as tx:
        for made, values in rows.items():
            await tx.execute(insert(made), values)
