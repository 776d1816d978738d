"""Posts that imports say are tracked by themselves: added where they are missing, left alone where they are there."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, insert, update

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Transaction
from creatoraudit.db.models import Post, Video, stored
from creatoraudit.domain import refreshes
from creatoraudit.domain.accounts import commands
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.scope import table
from creatoraudit.ingestion import store
from creatoraudit.ingestion.formats import entry
from creatoraudit.ingestion.observe import predate
from creatoraudit.ingestion.tracked import ids
from creatoraudit.ingestion.tracked.added import Added

Videos = dict[store.Key, entry.Video]
_posts = table(Post)


async def add_videos(tx: Transaction, actor: Actor, videos: Sequence[entry.Video]) -> Added:
    """Adds posts to track, which are known by their platforms' ids, many in a transaction of the caller's."""
    external_ids = {video.external_id for video in videos}
    await store.lock_accounts(tx, actor, (), external_ids)
    held = {(row["platform"], row["external_id"]): row for row in await store.lock_posts(tx, actor, external_ids)}
    new: Videos = {}
    for video in videos:
        key = (str(video.platform), video.external_id)
        if key not in held or held[key]["video_id"] is None:
            new.setdefault(key, video)
    if new:
        await _insert(tx, actor, new, {key: held[key]["id"] for key in new if key in held})
    return Added(len(new), [None] * len(videos))


async def _insert(tx: Transaction, actor: Actor, videos: Videos, known: dict[store.Key, int]) -> None:
    now, organization_id = clock.now(), str(actor.organization_id)
    await predate(tx, organization_id, {key: videos[key].added_at or now for key in known})
    for name in sorted({(str(video.platform), video.account_username or "") for video in videos.values()}):
        await commands.one_at_a_time(tx, actor, *name)
    new_ids = await ids.for_new(tx, actor, Video, [video.id for video in videos.values()])
    by_key = dict(zip(videos, new_ids, strict=True))
    posts = known | await _insert_posts(tx, actor, {key: videos[key] for key in videos if key not in known}, by_key)
    if known:
        pointed = [
            {"post": known[key], "video": by_key[key], "username": videos[key].account_username} for key in known
        ]
        await tx.execute(_POINT, pointed)
    rows = [
        stored(
            Video(
                id=by_key[key],
                organization_id=organization_id,
                post_id=posts[key],
                is_active=video.is_active,
                scrape_interval_hours=video.scrape_interval_hours,
                meta=video.metadata,
                added_at=video.added_at or now,
                updated_at=video.updated_at or video.added_at or now,
            )
        )
        for key, video in videos.items()
    ]
    await tx.execute(insert(table(Video)), rows)
    looks = [refreshes.New(by_key[key], video.platform, video.is_active) for key, video in videos.items()]
    await refreshes.begin_many(tx, actor, "video", looks)
    await store.adopt(tx, actor, [video.account_username for video in videos.values() if video.account_username])
    await rollup.add(tx, actor, await rollup.of_videos(tx, actor, list(posts.values())))


async def _insert_posts(
    tx: Transaction, actor: Actor, videos: Videos, video_ids: dict[store.Key, str]
) -> dict[store.Key, int]:
    """Adds the posts that nobody knows yet; where an id that one is to have is taken, it gets another."""
    taken = await store.taken(tx, Post, [video.post_id for video in videos.values() if video.post_id is not None])
    numbered: list[store.Row] = []
    others: list[store.Row] = []
    for key, video in videos.items():
        post = Post(
            id=None if video.post_id in taken else video.post_id,
            organization_id=str(actor.organization_id),
            platform=key[0],
            external_id=video.external_id,
            shortcode=video.shortcode,
            account_username=video.account_username,
            video_id=video_ids[key],
            updated_at=video.added_at or clock.now(),
        )
        (others if post.id is None else numbered).append(stored(post))
    if numbered:
        await tx.execute(insert(_posts), numbered)
        await dialect.number_on(tx, _posts)
    if others:
        await tx.execute(insert(_posts), [{name: row[name] for name in row if name != "id"} for row in others])
    found = await store.post_ids(tx, actor, [video.external_id for video in videos.values()]) if videos else {}
    return {key: found[key] for key in videos}


_POINT = (
    update(_posts)
    .where(_posts.c.id == bindparam("post"))
    .values(
        video_id=bindparam("video"), account_username=func.coalesce(_posts.c.account_username, bindparam("username"))
    )
)
