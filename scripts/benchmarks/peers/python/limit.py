"""The limit: what Python can do at most. A bare ASGI app, one statement per level on the driver, literal dicts, orjson.

It knows the operations by name and answers nothing else.
"""

import datetime as dt
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg
import orjson

ORGANIZATION = os.environ["ORGANIZATION"]
JSON = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS

ACCOUNTS = """
    SELECT id::text, upper(platform) AS platform, username, name, description, category, link_in_bio, is_active,
        is_verified, is_unavailable, added_at, follower_count, following_count, profile_post_count, total_post_count,
        view_count, like_count, comment_count, share_count, play_count, creator_id
    FROM accounts WHERE organization_id = $1 ORDER BY {} DESC, id DESC LIMIT $2"""
CREATORS_OF_ACCOUNTS = "SELECT id, id::text AS text, name FROM creators WHERE id = ANY($1) AND organization_id = $2"
WHOLE_ACCOUNTS = """
    SELECT a.id::text, a.platform, a.username, a.name, a.description, a.profile_pic_url, a.profile_pic_url_original,
        a.is_verified, a.is_active, a.is_unavailable, a.link_in_bio, a.creator_id::text, c.name AS creator_name,
        a.category, a.metadata, a.added_at, a.first_scrape_time, a.last_scrape_time, a.scrape_interval_hours,
        a.follower_count, a.following_count, a.profile_post_count, a.total_post_count, a.view_count, a.like_count,
        a.comment_count, a.share_count, a.play_count, a.saved_count, a.fb_play_count, a.ig_play_count,
        a.fb_like_count, a.max_recent_posts_per_account, a.post_lookback_days,
        coalesce(a.max_recent_posts_per_account, o.max_recent_posts_per_account) AS effective_posts,
        coalesce(a.post_lookback_days, o.post_lookback_days) AS effective_days
    FROM accounts a JOIN organizations o ON o.id = a.organization_id LEFT JOIN creators c ON c.id = a.creator_id
    WHERE a.organization_id = $1 ORDER BY a.added_at DESC, a.id DESC LIMIT $2"""
CREATORS = """
    SELECT id, id::text AS text, name, is_active FROM creators
    WHERE organization_id = $1 ORDER BY name_folded, id LIMIT $2"""
ACCOUNTS_OF_CREATORS = """
    SELECT parent.id AS parent, a.* FROM unnest($1::uuid[]) WITH ORDINALITY AS parent(id, place) CROSS JOIN LATERAL (
        SELECT id, id::text AS text, username, follower_count FROM accounts
        WHERE creator_id = parent.id AND organization_id = $2 ORDER BY added_at DESC, accounts.id DESC LIMIT $3) a"""
VIDEOS_OF_ACCOUNTS = """
    SELECT parent.id AS parent, p.* FROM unnest($1::uuid[]) AS parent(id) CROSS JOIN LATERAL (
        SELECT id, account_video_id::text AS text, create_time, view_count, like_count FROM posts
        WHERE account_id = parent.id AND account_video_id IS NOT NULL AND organization_id = $2
        ORDER BY create_time DESC, account_video_id DESC LIMIT $3) p"""
CLOSINGS = """
    SELECT post_id, day, gained_views, gained_likes, gained_comments, views
    FROM unnest($1::bigint[]) AS post(id) JOIN post_closings ON post_id = post.id AND day <= $3
        AND day >= coalesce((SELECT max(day) FROM post_closings WHERE post_id = post.id AND day < $2), $2)
    ORDER BY post_id, day"""

pool: Any = None


async def app(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[..., Awaitable[None]]
) -> None:
    """Opens the pool when the server starts, then answers each operation at its own path."""
    global pool  # noqa: PLW0603
    if scope["type"] == "lifespan":
        await receive()
        connections = int(os.environ["CONNECTIONS"])
        pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=connections, max_size=connections)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = orjson.dumps(await OPERATIONS[scope["path"]](), option=JSON)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def accounts_with_creators() -> Any:
    rows = await pool.fetch(ACCOUNTS.format("added_at"), ORGANIZATION, 200)
    ids = list({row[20] for row in rows} - {None})
    creators = {
        one: {"databaseId": text, "name": name}
        for one, text, name in await pool.fetch(CREATORS_OF_ACCOUNTS, ids, ORGANIZATION)
    }
    nodes = [_account(row) | {"creator": creators.get(row[20])} for row in rows]
    return {"data": {"accounts": {"nodes": nodes}}}


async def five_lists() -> Any:
    keys = {
        "newest": "added_at",
        "mostFollowed": "follower_count",
        "mostViewed": "view_count",
        "mostLiked": "like_count",
        "mostPlayed": "play_count",
    }
    lists = {
        name: [_account(row) for row in await pool.fetch(ACCOUNTS.format(key), ORGANIZATION, 200)]
        for name, key in keys.items()
    }
    return {"data": {name: {"nodes": nodes} for name, nodes in lists.items()}}


def _account(row: Any) -> dict[str, Any]:
    return {
        "databaseId": row[0],
        "platform": row[1],
        "username": row[2],
        "name": row[3],
        "description": row[4],
        "category": row[5],
        "linkInBio": row[6],
        "isActive": row[7],
        "isVerified": row[8],
        "isUnavailable": row[9],
        "addedAt": row[10],
        "followerCount": row[11],
        "followingCount": row[12],
        "profilePostCount": row[13],
        "totalPostCount": row[14],
        "viewCount": row[15],
        "likeCount": row[16],
        "commentCount": row[17],
        "shareCount": row[18],
        "playCount": row[19],
    }


async def four_levels() -> Any:
    creators = await pool.fetch(CREATORS, ORGANIZATION, 20)
    accounts = await pool.fetch(ACCOUNTS_OF_CREATORS, [row[0] for row in creators], ORGANIZATION, 5)
    videos = await pool.fetch(VIDEOS_OF_ACCOUNTS, [row[1] for row in accounts], ORGANIZATION, 10)
    today = dt.datetime.now(dt.UTC).date()
    days = [today - dt.timedelta(days=ago) for ago in reversed(range(30))]
    closings: dict[int, list[Any]] = {}
    for row in await pool.fetch(CLOSINGS, [row[1] for row in videos], days[0], today):
        closings.setdefault(row[0], []).append(row)
    texts = [(day, day.isoformat()) for day in days]
    by_account: dict[Any, list[Any]] = {}
    for account, post, one, time, views, likes in videos:
        by_account.setdefault(account, []).append(
            {
                "databaseId": one,
                "createTime": time,
                "viewCount": views,
                "likeCount": likes,
                "series": {"points": _points(texts, closings.get(post, ()))},
            }
        )
    by_creator: dict[Any, list[Any]] = {}
    for creator, one, text, username, followers in accounts:
        by_creator.setdefault(creator, []).append(
            {
                "databaseId": text,
                "username": username,
                "followerCount": followers,
                "videos": {"nodes": by_account.get(one, [])},
            }
        )
    nodes = [
        {"databaseId": text, "name": name, "isActive": is_active, "accounts": {"nodes": by_creator.get(one, [])}}
        for one, text, name, is_active in creators
    ]
    return {"data": {"creators": {"nodes": nodes}}}


def _points(days: list[tuple[dt.date, str]], closings: Sequence[Any]) -> list[dict[str, Any]]:
    left = iter(closings)
    before, closing = _NOTHING, next(left, _NOTHING)
    if closing[1] < days[0][0]:
        before, closing = closing, next(left, _NOTHING)
    points = []
    for day, text in days:
        if closing[1] == day:
            points.append(
                {
                    "date": text,
                    "views": closing[2] - before[2],
                    "likes": closing[3] - before[3],
                    "comments": closing[4] - before[4],
                    "totalViews": closing[5],
                }
            )
            before, closing = closing, next(left, _NOTHING)
        else:
            points.append({"date": text, "views": 0, "likes": 0, "comments": 0, "totalViews": before[5]})
    return points


_NOTHING = (0, dt.date.max, 0, 0, 0, None)


async def whole_accounts() -> Any:
    rows = await pool.fetch(WHOLE_ACCOUNTS, ORGANIZATION, 201)
    data = [
        {
            "id": row[0],
            "platform": row[1],
            "username": row[2],
            "type": "account",
            "name": row[3],
            "description": row[4],
            "profile_pic_url": row[5],
            "profile_pic_url_original": row[6],
            "is_verified": row[7],
            "is_active": row[8],
            "is_unavailable": row[9],
            "link_in_bio": row[10],
            "creator_id": row[11],
            "creator_name": row[12],
            "category": row[13],
            "metadata": orjson.Fragment(row[14]),
            "added_at": row[15],
            "first_scrape_time": row[16],
            "last_scrape_time": row[17],
            "scrape_interval_hours": row[18],
            "follower_count": row[19],
            "following_count": row[20],
            "profile_post_count": row[21],
            "total_post_count": row[22],
            "view_count": row[23],
            "like_count": row[24],
            "comment_count": row[25],
            "share_count": row[26],
            "play_count": row[27],
            "saved_count": row[28],
            "fb_play_count": row[29],
            "ig_play_count": row[30],
            "fb_like_count": row[31],
            "max_recent_posts_per_account": row[32],
            "post_lookback_days": row[33],
            "effective_max_recent_posts_per_account": row[34],
            "effective_post_lookback_days": row[35],
        }
        for row in rows[:200]
    ]
    page = {"next_cursor": data[-1]["id"], "has_next": len(rows) > len(data), "limit": 200}
    return {"data": data, "pagination": page, "filters": {}}


OPERATIONS = {
    "/G1": accounts_with_creators,
    "/G2": five_lists,
    "/G4": four_levels,
    "/R1": whole_accounts,
}
