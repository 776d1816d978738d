"""Changing videos. Each command is one transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ScalarSelect, and_, bindparam, delete, func, insert, update

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Database, Overtaken, Transaction
from creatoraudit.db.models import Account, Post, Video
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.domain import idempotency, refreshes
from creatoraudit.domain.accounts.commands import one_at_a_time
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.analytics import baselines, rollup
from creatoraudit.domain.idempotency import Created
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import owned, scoped, table
from creatoraudit.domain.videos.inputs import VideoCreate, VideoPatch
from creatoraudit.domain.videos.queries import VideoRow, get_video
from creatoraudit.errors import Conflict, NotFound

_videos, _posts, _accounts = table(Video), table(Post), table(Account)


async def create_video(
    db: Database, actor: Actor, data: VideoCreate, *, idempotency_key: str | None = None
) -> Created[VideoRow]:
    """Starts tracking a post by itself; Conflict if it is tracked so already."""
    video_id = new_id()

    async def create(tx: Transaction) -> Created[VideoRow]:
        earlier = await idempotency.claim(tx, actor, idempotency_key, "create_video", data, video_id)
        if earlier is not None:
            return Created(await get_video(tx, actor, earlier), replayed=True)
        identified = actor.bind(platform=data.platform, external_id=data.post.external_id)
        feed = await tx.fetch(_locked_feed(actor.tenancy), tuple, identified)
        post_id = await _claim_post(tx, actor, data, video_id, stands_in_feed=bool(feed))
        now = clock.now()
        video = insert(_videos).values(
            id=video_id,
            organization_id=actor.organization_id,
            post_id=post_id,
            is_active=data.is_active,
            scrape_interval_hours=data.scrape_interval_hours,
            metadata=data.metadata,
            added_at=now,
            updated_at=now,
        )
        await tx.execute(video)
        await refreshes.begin(tx, actor, "video", video_id, data.platform, active=data.is_active)
        await rollup.add(tx, actor, await rollup.of_videos(tx, actor, [post_id]))
        return Created(await get_video(tx, actor, video_id), replayed=False)

    return await db.transact(create)


async def update_video(db: Database, actor: Actor, video_id: str, patch: VideoPatch) -> VideoRow:
    """Changes a video; NotFound if there is none."""
    changes = patch.changes()
    async with db.transaction() as tx:
        if "scrape_interval_hours" in changes:
            await refreshes.reschedule(tx, actor, "video", video_id, changes["scrape_interval_hours"])
        if changes:
            await tx.execute(
                update(_videos)
                .where(owned(Video, actor), _videos.c.id == video_id)
                .values(changes | {"updated_at": clock.now()})
            )
        if "is_active" in changes:
            await refreshes.switch(tx, actor, "video", [video_id], active=changes["is_active"])
        return await get_video(tx, actor, video_id)


async def delete_video(db: Database, actor: Actor, video_id: str) -> None:
    """Ends tracking and removes the video, and its post unless an account's feed keeps it; NotFound if none."""

    async def remove(tx: Transaction) -> None:
        params = actor.bind(video_id=video_id)
        feed = await tx.fetch(_locked_feed_of_video(actor.tenancy), tuple, params)
        found = await tx.fetch(_locked_post(actor.tenancy), tuple, params)
        if not found:
            raise NotFound("Video")
        post_id, account_video_id, stale = found[0]
        if account_video_id is not None and not feed:
            raise Overtaken  # it was discovered after that was looked for, and the next attempt locks its feed
        changes = rollup.Changes()
        changes.take(await rollup.of_videos(tx, actor, [post_id]))
        await tx.execute(delete(_videos).where(_videos.c.id == video_id))
        await tx.execute(update(_posts).where(_posts.c.id == post_id).values({"video_id": None} | _forgotten(stale)))
        await tx.execute(delete(_posts).where(_posts.c.id == post_id, _posts.c.account_video_id.is_(None)))
        if account_video_id is not None:
            changes.add(await baselines.rebase(tx, actor, [post_id]))
        await rollup.add(tx, actor, changes)

    await db.transact(remove)


def _forgotten(stale: Mapping[str, int | None] | None) -> dict[str, Any]:
    """What a video that goes takes along: a short name that it told and no look has shown."""
    if not stale or stale.get("shortcode", 0) is not None:
        return {}
    return {"shortcode": None, "stale": {name: since for name, since in stale.items() if name != "shortcode"} or None}


async def _claim_post(tx: Transaction, actor: Actor, data: VideoCreate, video_id: str, *, stands_in_feed: bool) -> int:
    """Makes the post point to the video, and the post itself where nobody tracks it yet; Conflict if it has one."""
    identifier = data.post
    if identifier.username is not None:
        await one_at_a_time(tx, actor, data.platform, identifier.username)
    inserted = dialect.insert(tx.dialect, _posts).values(
        organization_id=actor.organization_id,
        platform=data.platform,
        external_id=identifier.external_id,
        shortcode=identifier.shortcode,
        account_username=identifier.username,
        video_id=video_id,
        platform_data={},
        updated_at=clock.now(),
    )
    claimed = await tx.execute(
        inserted.on_conflict_do_update(
            index_elements=[_posts.c.organization_id, _posts.c.platform, _posts.c.external_id],
            set_={
                name: func.coalesce(_posts.c[name], inserted.excluded[name])
                for name in ("video_id", "account_username")
            },
        ).returning(_posts.c.id, _posts.c.video_id, _posts.c.account_video_id)
    )
    post = claimed.one()
    if post.video_id != video_id:
        raise Conflict(f"The video '{identifier.external_id}' on {data.platform} is already tracked.")
    if post.account_video_id is not None and not stands_in_feed:
        raise Overtaken  # it was discovered after that was looked for, and the next attempt locks its feed
    await tx.execute(
        update(_posts).where(_posts.c.id == post.id, _posts.c.account_id.is_(None)).values(account_id=poster())
    )
    return int(post.id)


def poster() -> ScalarSelect[str]:
    """The account that published a post that is updated, if its organization tracks it."""
    posted_by = (_accounts.c[name] == _posts.c[column] for name, column in _POSTER.items())
    return scoped(Account, Tenancy.SYSTEM, _accounts.c.id).where(*posted_by).correlate(_posts).scalar_subquery()


_POSTER = {"organization_id": "organization_id", "platform": "platform", "username": "account_username"}


@statement
def _locked_feed(tenancy: Tenancy) -> ByDialect:
    """The account in whose feed a post stands: it must neither go nor turn out to be tracked for longer meanwhile."""
    of_feed = _posts.join(_accounts, _accounts.c.id == _posts.c.account_id)
    post = (_posts.c[name] == bindparam(name) for name in ("platform", "external_id"))
    rows = scoped(Post, tenancy, _accounts.c.id, source=of_feed).where(*post, _posts.c.account_video_id.is_not(None))
    return dialect.for_update(rows, of=_accounts)


@statement
def _locked_feed_of_video(tenancy: Tenancy) -> ByDialect:
    """The account in whose feed a video's post stands: an account is locked before its posts."""
    source = _videos.join(_posts, _posts.c.id == _videos.c.post_id)
    source = source.join(_accounts, _accounts.c.id == _posts.c.account_id)
    rows = scoped(Video, tenancy, _accounts.c.id, source=source, seek=False)
    return dialect.for_update(rows.where(_of_video, _posts.c.account_video_id.is_not(None)), of=_accounts)


@statement
def _locked_post(tenancy: Tenancy) -> ByDialect:
    """A video's post: of two who remove one record each, the second must see the first's work."""
    source = _videos.join(_posts, and_(_posts.c.id == _videos.c.post_id, _posts.c.video_id == _videos.c.id))
    rows = scoped(Video, tenancy, _posts.c.id, _posts.c.account_video_id, _posts.c.stale, source=source, seek=False)
    return dialect.for_update(rows.where(_of_video), of=_posts)


_of_video = _videos.c.id == bindparam("video_id", type_=_videos.c.id.type)
