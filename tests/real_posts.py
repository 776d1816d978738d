"""The figures of 1,000 real TikTok posts, observed as the feeds of the accounts that published them."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert

from conftest import SHARED_DATA, left_out
from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account, stored
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.scope import table
from creatoraudit.ingestion.formats.tiktok_scraper import entries_of
from creatoraudit.ingestion.observe import Recorded, observe
from creatoraudit.ingestion.snapshots import AccountObservation, PostSnapshot, ProfileSnapshot

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


def day_before(figure: int) -> int:
    """What a figure of the file is made out to have been a day earlier: the file shows one day only."""
    return figure // 3


async def observe_real_posts(db: Database, actor: Actor, *, and_before: bool = False) -> Recorded:
    """Tracks everyone who published one of the posts and observes all of them, also a day before if that is wanted."""
    published: dict[str, list[dict[str, Any]]] = {}
    for post in real_posts():
        published.setdefault(post["authorMeta"]["name"], []).append(post)
    ids = {username: new_id() for username in published}
    with clock.frozen(SEEN_AT):
        accounts = [
            stored(
                Account(
                    id=ids[username],
                    organization_id=actor.organization_id,
                    platform="tiktok",
                    username=username,
                    added_at=clock.now(),
                    tracked_since=clock.today(),
                )
            )
            for username in published
        ]
    async with db.transaction() as tx:
        await tx.execute(insert(table(Account)), accounts)
        await rollup.rebuild(tx, actor)
    return await observe(db, str(actor.organization_id), _observations(ids, published, and_before=and_before))


def _observations(
    ids: dict[str, str], published: dict[str, list[dict[str, Any]]], *, and_before: bool
) -> Iterable[AccountObservation]:
    for username, posts in published.items():
        seen = [sighting.seen for post in posts for sighting in entries_of(post, SEEN_AT)]
        profiles = [one for one in seen if isinstance(one, ProfileSnapshot)]
        now = [one for one in seen if isinstance(one, PostSnapshot)]
        yield AccountObservation(ids[username], profiles, [*(map(_before, now) if and_before else ()), *now])


def _before(snapshot: PostSnapshot) -> PostSnapshot:
    figures = {name: day_before(getattr(snapshot, name)) for name in FIGURES}
    return snapshot._replace(at=SEEN_AT - dt.timedelta(days=1), **figures)
