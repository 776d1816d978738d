"""A made-up organization to look at, to try clients against and to measure: the same one for the same options.

Everything it knows was observed: the simulated source shows profiles and posts day by day, and `observe` records them.
"""
# ruff: noqa: PLR2004 - shares of a whole are what is made up here

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, update

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.db.models import Account, Creator, Organization, Post, Refresh, Video, stored
from creatoraudit.domain.actor import acting_for
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.organizations import get_organization
from creatoraudit.domain.scope import table
from creatoraudit.domain.text import folded
from creatoraudit.domain.validation import Platform
from creatoraudit.errors import NotFound
from creatoraudit.ingestion import store
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import (
    AccountObservation,
    Observation,
    PostObservation,
    PostSnapshot,
    ProfileSnapshot,
)
from creatoraudit.ingestion.sources import curves
from creatoraudit.ingestion.sources.curves import Profile, Publication, World, chance
from creatoraudit.ingestion.sources.phrases import CATEGORIES, GIVEN_NAMES, SUBJECTS

DEMO_ID = "01900000-0000-7000-8000-00000000de30"
"""The organization's id; it is active once it is complete."""

Progress = Callable[[int, int, str], None]
"""Told how much of how much is done, and of what."""

_BATCH = 20_000  # snapshots per transaction: nobody else writes meanwhile


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How much to make up: every account is observed daily for `days`, its newest videos for the last `video_days`."""

    accounts: int = 60
    videos_per_account: int = 40
    days: int = 120
    video_days: int | None = None
    seed: int = 7
    until: dt.date | None = None


class DemoOrganization(NamedTuple):
    """The demo's organization, and whether it was made just now."""

    id: str
    created: bool


async def build_demo(db: Database, options: DemoOptions, progress: Progress) -> DemoOrganization:
    """Makes the demo's organization, unless the database has it already, whatever options that was made with."""
    try:
        if (await get_organization(db, acting_for(DEMO_ID))).is_active:
            return DemoOrganization(DEMO_ID, created=False)
        await _remove_unfinished(db)
    except NotFound:
        pass
    plan = _Plan(options)
    cast = list(_cast(plan))
    members = [member for _, everyone in cast for member in everyone]
    alone = list(_tracked_alone(plan, members))
    await _insert(db, plan, cast, alone)
    await observe(db, DEMO_ID, _observations(plan, members, alone, progress), batch=_BATCH)
    organizations = table(Organization)
    async with db.transaction() as tx:
        await tx.execute(update(organizations).where(organizations.c.id == DEMO_ID).values(is_active=True))
    await db.analyze()
    return DemoOrganization(DEMO_ID, created=True)


class _Member(NamedTuple):
    """A tracked account, and from when to when it is refreshed; one that is `gone` was unavailable at the end."""

    account: Account
    profile: Profile
    first: dt.date
    last: dt.date
    gone: bool


class _Alone(NamedTuple):
    """A post that is tracked by itself; one that stands `in_feed` is observed there."""

    video: Video
    profile: Profile
    publication: Publication
    in_feed: bool


class _Plan:
    """What the options come to."""

    def __init__(self, options: DemoOptions) -> None:
        self.options = options
        self.until = options.until or clock.today()
        self.since = self.until - dt.timedelta(days=options.days - 1)
        video_days = options.days if options.video_days is None else options.video_days
        self.videos_since = self.until - dt.timedelta(days=video_days - 1)
        pace = max(options.days, 1) / max(options.videos_per_account, 1)
        self.world = World(options.seed, pace, options.videos_per_account, gone=0.03)

    def profile(self, platform: Platform, username: str) -> Profile:
        return curves.profile(self.world, platform, username)

    def newest(self, profile: Profile, until: dt.date) -> list[Publication]:
        """The posts that a profile's refreshes have collected by the end."""
        return curves.publications(profile, _refreshed(profile, until), self.options.videos_per_account)


def _refreshed(profile: Profile, day: dt.date) -> dt.datetime:
    """When a profile is refreshed on a day: minutes after midnight, always at the same time."""
    return dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(seconds=60 + profile.key % 540)


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=day) for day in range((last - first).days + 1))


def _cast(plan: _Plan) -> Iterator[tuple[Creator | None, list[_Member]]]:
    """Everyone who is tracked: most have one account, many one on each platform, some belong to no creator."""
    left = plan.options.accounts
    for number in count():
        if left <= 0:
            return
        handle = f"{GIVEN_NAMES[number % len(GIVEN_NAMES)]}.{SUBJECTS[number * 7 % len(SUBJECTS)]}"
        username = handle if number < len(GIVEN_NAMES) else f"{handle}{number}"
        key = plan.profile(Platform.TIKTOK, username).key
        platforms = [*Platform] if chance(key, 50) < 0.45 else [[*Platform][key % 2]]
        profiles = [plan.profile(platform, username) for platform in platforms[:left]]
        creator = _creator(plan, number, profiles[0]) if chance(key, 51) < 0.9 else None
        yield creator, [_member(plan, profile, creator) for profile in profiles]
        left -= len(profiles)


def _creator(plan: _Plan, number: int, profile: Profile) -> Creator:
    name = str(profile.fixed[0])
    return Creator(
        id=new_id(),
        organization_id=DEMO_ID,
        name=name,
        name_folded=folded(name),
        is_active=chance(profile.key, 52) > 0.04,
        meta={"manager": GIVEN_NAMES[-1 - number % 5].title(), "contract": 2020 + number % 7} if number % 3 else {},
        added_at=_refreshed(profile, plan.since),
    )


def _member(plan: _Plan, profile: Profile, creator: Creator | None) -> _Member:
    first, last, key = plan.since, plan.until, profile.key
    if chance(key, 53) < 0.15:
        first += dt.timedelta(days=int((last - first).days * chance(key, 54)))
    gone = curves.is_gone(profile)
    paused = chance(key, 56) < 0.06 or (creator is not None and not creator.is_active)
    if gone or paused:
        last -= dt.timedelta(days=int((last - first).days * 0.4 * chance(key, 57)))
    account = Account(
        id=new_id(),
        organization_id=DEMO_ID,
        platform=profile.platform,
        username=profile.username,
        is_active=not paused,
        creator_id=None if creator is None else creator.id,
        category=CATEGORIES[key % len(CATEGORIES)] if chance(key, 58) < 0.8 else None,
        meta={"tier": "gold" if key % 3 else "silver", "market": "DE", "vip": key % 7 == 0} if key % 2 else {},
        added_at=_refreshed(profile, first) - dt.timedelta(seconds=5),
        tracked_since=first,
        scrape_interval_hours=12 if key % 9 == 0 else 24,
        max_recent_posts_per_account=200 if key % 17 == 0 else None,
        post_lookback_days=90 if key % 19 == 0 else None,
    )
    return _Member(account, profile, first, last, gone)


def _tracked_alone(plan: _Plan, members: list[_Member]) -> Iterator[_Alone]:
    """Videos that someone added one by one: some from tracked feeds, some older ones of theirs, some of strangers."""
    for number, member in enumerate(members[::3]):
        in_feed = number % 3 == 0
        profile = plan.profile([*Platform][number % 2], f"guest_{number}") if number % 3 == 2 else member.profile
        if in_feed:
            found = plan.newest(profile, member.last)
        else:
            older = plan.options.videos_per_account + 5
            found = curves.publications(profile, _refreshed(profile, plan.until), older)[:1]
        for publication in found[-1:]:
            added = max(publication.published, _refreshed(profile, plan.videos_since)) + dt.timedelta(hours=1)
            video = Video(
                id=new_id(),
                organization_id=DEMO_ID,
                post_id=0,
                is_active=number % 7 != 0,
                meta={"campaign": "spring"} if number % 2 else {},
                added_at=min(added, _refreshed(profile, plan.until)),
                updated_at=clock.now(),
            )
            yield _Alone(video, profile, publication, in_feed)


async def _insert(
    db: Database, plan: _Plan, cast: list[tuple[Creator | None, list[_Member]]], alone: list[_Alone]
) -> None:
    """Everything that is tracked, as if someone had added it, before anything is observed."""
    organization = Organization(
        id=DEMO_ID, name="Demo", is_active=False, created_at=dt.datetime.combine(plan.since, dt.time(), dt.UTC)
    )
    creators = [stored(creator) for creator, _ in cast if creator is not None]
    accounts = [stored(member.account) for _, members in cast for member in members]
    posts = [_post(one) for one in alone]
    async with db.transaction() as tx:
        await tx.execute(insert(table(Organization)), stored(organization))
        if creators:
            await tx.execute(insert(table(Creator)), creators)
        if accounts:
            await tx.execute(insert(table(Account)), accounts)
        if posts:
            await tx.execute(insert(table(Post)), posts)
            ids = await store.post_ids(tx, acting_for(DEMO_ID), [post["external_id"] for post in posts])
            videos = [
                stored(one.video) | {"post_id": ids[post["platform"], post["external_id"]]}
                for one, post in zip(alone, posts, strict=True)
            ]
            await tx.execute(insert(table(Video)), videos)
        if looks := [*_looks(plan, [member for _, members in cast for member in members], alone)]:
            await tx.execute(insert(table(Refresh)), looks)
        await rollup.rebuild(tx, acting_for(DEMO_ID))


def _looks(plan: _Plan, members: list[_Member], alone: list[_Alone]) -> Iterator[dict[str, Any]]:
    """When everything is looked at next: spread over its interval after the last look, so that a demo always moves."""
    everything: list[tuple[Account | Video, Profile, dt.date]] = [
        *((member.account, member.profile, member.last) for member in members),
        *((one.video, one.profile, plan.until) for one in alone),
    ]
    for tracked, profile, last in everything:
        phase = chance(profile.key, 59 if isinstance(tracked, Account) else 60)
        due_at = _refreshed(profile, last) + dt.timedelta(hours=tracked.scrape_interval_hours) * phase
        yield {
            "organization_id": DEMO_ID,
            "platform": profile.platform,
            "account_id": tracked.id if isinstance(tracked, Account) else None,
            "video_id": tracked.id if isinstance(tracked, Video) else None,
            "due_at": due_at if tracked.is_active else None,
            "is_awaited": False,
            "attempts": 0,
        }


def _post(one: _Alone) -> dict[str, Any]:
    seen = curves.post_at(one.publication, one.publication.published)
    post = Post(
        organization_id=DEMO_ID,
        platform=one.profile.platform,
        external_id=seen.external_id,
        shortcode=seen.shortcode,
        account_username=one.profile.username,
        video_id=one.video.id,
        updated_at=one.video.added_at,
    )
    return {name: value for name, value in stored(post).items() if name != "id"}


def _observations(
    plan: _Plan, members: list[_Member], alone: list[_Alone], progress: Progress
) -> Iterator[Observation]:
    """What was seen of everything that is tracked, one thing after the other."""
    total = len(members) + len(alone)
    progress(0, total, "Observing")
    for done, member in enumerate(members, start=1):
        times = [_refreshed(member.profile, day) for day in _days(member.first, member.last)]
        times = [at for at in times if not _failed(member, at)]
        yield AccountObservation(member.account.id, _profiles(plan, member, times), _feed(plan, member, times))
        progress(done, total, "Observing")
    for done, one in enumerate(alone, start=len(members) + 1):
        if not one.in_feed:
            looks = (_refreshed(one.profile, day) for day in _days(plan.videos_since, plan.until))
            seen = [curves.post_at(one.publication, at) for at in looks if at >= one.video.added_at]
            yield PostObservation(one.profile.platform, seen)
        progress(done, total, "Observing")


def _profiles(plan: _Plan, member: _Member, times: list[dt.datetime]) -> list[ProfileSnapshot]:
    seen = [curves.profile_at(member.profile, at) for at in times]
    if member.gone and member.last < plan.until:
        at = _refreshed(member.profile, member.last + dt.timedelta(days=1))
        seen.append(ProfileSnapshot(at, is_unavailable=True))
    return seen


def _feed(plan: _Plan, member: _Member, times: list[dt.datetime]) -> list[PostSnapshot]:
    since = _refreshed(member.profile, min(plan.videos_since, member.last))
    looks = [at for at in times if at >= since]
    return [
        curves.post_at(publication, at)
        for publication in plan.newest(member.profile, member.last)
        for at in looks
        if at >= publication.published
    ]


def _failed(member: _Member, at: dt.datetime) -> bool:
    """Now and then a refresh fails, and a day goes by unobserved; never the first and the last."""
    day = at.date()
    return member.first < day < member.last and chance(member.profile.key, day.toordinal()) < 0.012


async def _remove_unfinished(db: Database) -> None:
    organizations = table(Organization)
    async with db.transaction() as tx:
        await tx.execute(delete(organizations).where(organizations.c.id == DEMO_ID))
