"""A demo that people have lived in: refreshed, changed, added to and removed from, with posts seen in every way."""

import datetime as dt
from contextlib import suppress

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.demo import DEMO_ID, DemoOptions, build_demo
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import AccountVideoRow, list_account_videos
from creatoraudit.domain.accounts.commands import delete_account, update_account
from creatoraudit.domain.accounts.inputs import AccountFilter, AccountPatch
from creatoraudit.domain.accounts.queries import AccountRow, list_accounts
from creatoraudit.domain.actor import SYSTEM, acting_for
from creatoraudit.domain.creators.commands import delete_creator, link_account, update_creator
from creatoraudit.domain.creators.inputs import CreatorFilter, CreatorPatch
from creatoraudit.domain.creators.queries import list_creators
from creatoraudit.domain.organizations import OrganizationPatch, update_organization
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.validation import Platform
from creatoraudit.domain.videos.commands import delete_video, update_video
from creatoraudit.domain.videos.inputs import VideoFilter, VideoPatch
from creatoraudit.domain.videos.queries import list_videos
from creatoraudit.errors import Conflict
from creatoraudit.events import Events
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.refresher import Refresher
from creatoraudit.ingestion.rounds import Round
from creatoraudit.ingestion.snapshots import AccountObservation, PostObservation, PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources.simulated import Simulated
from creatoraudit.settings import Settings
from factories import a_creator, a_video, an_account

UNTIL = dt.date(2026, 6, 26)
NOW = dt.datetime(2026, 6, 30, 15, tzinfo=dt.UTC)
ALL = PageRequest(200)
ACTOR = acting_for(DEMO_ID)


async def a_lively_demo(db: Database) -> None:
    """Builds it, and lives in it from the day after its end until `NOW`."""
    await build_demo(db, DemoOptions(accounts=18, videos_per_account=5, days=12, until=UNTIL), lambda *_: None)
    with clock.frozen(NOW - dt.timedelta(days=3)):
        await _add(db)
        await _refresh(db)
    with clock.frozen(NOW - dt.timedelta(days=2)):
        await _see_in_other_ways(db)
        await _refresh(db)
        await _change(db)
    with clock.frozen(NOW - dt.timedelta(days=1)):
        await _remove(db)
        await _refresh(db)
        await an_account(db, ACTOR, "never_seen", category="É", is_active=False)
        await a_video(db, ACTOR, "https://www.instagram.com/reel/C9Fm8j0yqZ5/", platform="instagram", is_active=False)


async def accounts_of(db: Database) -> list[AccountRow]:
    """All accounts, the newest first."""
    return (await list_accounts(db, ACTOR, where=AccountFilter(), page=ALL)).items


async def posts_of(db: Database, account: AccountRow) -> list[AccountVideoRow]:
    """The posts of an account's feed, the newest first."""
    where = AccountVideoFilter(account_id=account.id)
    return (await list_account_videos(db, ACTOR, where=where, page=ALL)).items


async def _refresh(db: Database) -> None:
    """Everything that is due is looked at."""
    for platform in Platform:
        refresher = Refresher(db, SYSTEM, platform, Simulated(), Settings(), Events())
        await Round(refresher, lambda _: None, once=True, accounts=None).run(2)


async def _add(db: Database) -> None:
    """Creators with names of all kinds, accounts with everything, and videos of tracked feeds and of strangers."""
    creators = [await a_creator(db, ACTOR, name) for name in ("Zoë 100%_real", "E\u0301CLAIR", "Jo", "Jo")]
    for number, creator in enumerate(creators):
        fields = {"category": "Ünï", "metadata": {"b": 1, "a": [None, "É", 1.5][number % 3]}, "post_lookback_days": 30}
        account = await an_account(db, ACTOR, f"new.{number}", platform=[*Platform][number % 2], **fields)
        await link_account(db, ACTOR, creator.id, account.id)
    for account in (await accounts_of(db))[4:12:2]:
        for post in (await posts_of(db, account))[:2]:
            with suppress(Conflict):  # the demo tracks some of them by themselves already
                await a_video(db, ACTOR, post.external_id, platform=post.platform, metadata={"why": account.username})
    await a_video(db, ACTOR, "https://www.tiktok.com/@stranger/video/7500000000000000000")


async def _see_in_other_ways(db: Database) -> None:
    """A post in two accounts' feeds, one alone, things that are gone, and a look that shows little of anything."""
    one, other, *_, last = [account for account in await accounts_of(db) if account.platform == "tiktok"]
    now = clock.now()
    shared, *_ = await posts_of(db, other)
    again = PostSnapshot(now, shared.external_id, view_count=(shared.view_count or 0) + 7, is_unavailable=False)
    own = PostSnapshot(
        now, "7510000000000000000", account_username=last.username, description="Ümläut #É", like_count=1
    )
    video, *_ = (await list_videos(db, ACTOR, where=VideoFilter(platform=Platform.TIKTOK), page=ALL)).items
    gone = PostSnapshot(now + dt.timedelta(seconds=9), video.external_id, is_unavailable=True)
    seen = [
        AccountObservation(one.id, [ProfileSnapshot(now, follower_count=77)], [again, own]),
        AccountObservation(last.id, [ProfileSnapshot(now, name="Only a name", is_unavailable=True)], [own]),
        PostObservation("tiktok", [gone]),
    ]
    await observe(db, DEMO_ID, seen)


async def _change(db: Database) -> None:
    accounts = await accounts_of(db)
    creators = (await list_creators(db, ACTOR, where=CreatorFilter(), page=ALL)).items
    for account in accounts[5:8]:
        await update_account(db, ACTOR, account.id, AccountPatch(is_active=False, category="paused"))
    await update_account(
        db, ACTOR, accounts[9].id, AccountPatch(scrape_interval_hours=6, max_recent_posts_per_account=3)
    )
    await update_creator(db, ACTOR, creators[0].id, CreatorPatch(is_active=False))
    await update_creator(db, ACTOR, creators[1].id, CreatorPatch(name="A name of its own", metadata={"x": True}))
    video, *_ = (await list_videos(db, ACTOR, where=VideoFilter(), page=ALL)).items
    await update_video(db, ACTOR, video.id, VideoPatch(is_active=False, metadata={"z": 1, "y": 2}))
    limits = OrganizationPatch(name="Démo", account_quota=500, max_recent_posts_per_account=20, post_lookback_days=60)
    await update_organization(db, DEMO_ID, limits)


async def _remove(db: Database) -> None:
    """Accounts with and without posts that are tracked by themselves, videos with and without a feed, a creator."""
    videos = (await list_videos(db, ACTOR, where=VideoFilter(), page=ALL)).items
    posters = [video.account_id for video in videos if video.account_id is not None]
    bare = [account.id for account in await accounts_of(db) if account.id not in posters]
    for account_id in (posters[0], bare[-1]):
        await delete_account(db, ACTOR, account_id)
    videos = (await list_videos(db, ACTOR, where=VideoFilter(), page=ALL)).items
    in_feed = [video for video in videos if video.account_id is not None]
    alone = [video for video in videos if video.account_id is None]
    for video in (in_feed[0], alone[-1]):
        await delete_video(db, ACTOR, video.id)
    creators = (await list_creators(db, ACTOR, where=CreatorFilter(), page=ALL)).items
    await delete_creator(db, ACTOR, creators[-1].id)
