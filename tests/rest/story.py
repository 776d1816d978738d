"""Ten days of a small organization as they were seen, and plain sums over what was seen."""

import datetime as dt
from typing import Any, NamedTuple

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.account_videos.inputs import AccountVideoFilter
from creatoraudit.domain.account_videos.queries import list_account_videos
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.paging import PageRequest
from creatoraudit.ingestion.observe import observe
from creatoraudit.ingestion.snapshots import AccountObservation, PostObservation, PostSnapshot, ProfileSnapshot
from factories import a_creator, a_video, an_account
from written import NOON, ago

TRACKED = 9
"""Days ago on which everything was added."""
COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves")
FIELDS = ("view_count", "play_count", "like_count", "comment_count", "share_count", "saved_count")
PLATFORMS = {"cook": "instagram", "dancer": "tiktok"}
FEEDS = {"cook": ("1000000000000000001", "1000000000000000002"), "dancer": ("1000000000000000003",)}
PIE, JAM, SPIN, ALONE = (*FEEDS["cook"], *FEEDS["dancer"], "1000000000000000004")
FRESH = JAM
"""The one that was published after tracking began: its first numbers are gains."""

PROFILES = {"cook": {9: 100, 7: 110, 2: 105}, "dancer": {9: 1_000, 0: 1_200}}
POSTS: dict[str, dict[int, tuple[int, ...]]] = {
    PIE: {9: (500, 700, 50, 5, 5, 9), 7: (530, 740, 52, 6, 5, 9), 2: (520, 760, 60, 6, 7, 12)},
    JAM: {7: (40, 60, 4, 0, 1, 2), 2: (400, 600, 31, 5, 2, 3)},
    SPIN: {9: (10_000, 10_000, 900, 30, 20, 0), 0: (12_500, 12_500, 990, 41, 22, 0)},
    ALONE: {8: (70, 80, 7, 1, 0, 1), 0: (90, 100, 9, 2, 0, 1)},
}
"""What each post had on the days ago on which it was seen."""


class Story(NamedTuple):
    """The ids of what the story is about."""

    actor: Actor
    creator: str
    accounts: dict[str, str]
    discovered: dict[str, str]
    """The account videos by external id."""
    tracked: dict[str, str]
    """The videos by external id; one of them was discovered too."""
    numbers: dict[str, int]
    """The account videos' post ids by external id."""


async def a_story(db: Database, actor: Actor) -> Story:
    """Observes it all."""
    with clock.frozen(NOON - dt.timedelta(days=TRACKED)):
        creator = (await a_creator(db, actor)).id
        accounts = {
            name: (await an_account(db, actor, name, platform=platform, creator_id=creator)).id
            for name, platform in PLATFORMS.items()
        }
        tracked = {name: (await a_video(db, actor, name, platform="instagram")).id for name in (PIE, ALONE)}
    for name, feed in FEEDS.items():
        profiles = [ProfileSnapshot(_at(days), follower_count=count) for days, count in PROFILES[name].items()]
        posts = [snapshot for external_id in feed for snapshot in _snapshots(external_id)]
        await observe(db, str(actor.organization_id), [AccountObservation(accounts[name], profiles, posts)])
    await observe(db, str(actor.organization_id), [PostObservation("instagram", _snapshots(ALONE))])
    found = await list_account_videos(db, actor, where=AccountVideoFilter(), page=PageRequest())
    return Story(
        actor,
        creator,
        accounts,
        {row.external_id: row.id for row in found.items},
        tracked,
        {row.external_id: row.post_id for row in found.items},
    )


def _at(days: int) -> dt.datetime:
    return NOON - dt.timedelta(days=days)


def _snapshots(external_id: str) -> list[PostSnapshot]:
    published = _at(8 if external_id == FRESH else 100)
    return [
        PostSnapshot(_at(days), external_id, create_time=published, **dict(zip(FIELDS, counts, strict=True)))
        for days, counts in POSTS[external_id].items()
    ]


class Sum(NamedTuple):
    """Some posts, and the accounts whose followers count with them."""

    posts: tuple[str, ...]
    accounts: tuple[str, ...] | None = None
    """None where there are no followers: of posts alone."""

    def gained(self, name: str, first: int, last: int) -> int:
        """What a counter gained from one number of days ago through another, smaller one."""
        place = COUNTERS.index(name)
        return sum(_gained(_column(post, place), first, last, fresh=post == FRESH) for post in self.posts)

    def metrics(self, first: int, last: int) -> dict[str, Any]:
        """All metrics over the days."""
        values: dict[str, Any] = {name: self.gained(name, first, last) for name in COUNTERS}
        if set(self.posts) == {SPIN}:
            values["saves"] = None
        values["engagement"] = values["likes"] + values["comments"] + values["shares"]
        views = values["views"]
        values["engagement_rate"] = round(100 * values["engagement"] / views, 2) if views > 0 else 0
        if self.accounts is not None:
            known = [_last(PROFILES[name], last) for name in self.accounts]
            values["followers"] = sum(one for one in known if one is not None) if any(known) else None
            gains = (_gained(PROFILES[name], first, last, fresh=False) for name in self.accounts)
            values["followers_gained"] = sum(gains)
        return values

    def totals(self, last: int) -> dict[str, int | None]:
        """What all counters but saves had come to."""
        found = {}
        for place, name in enumerate(COUNTERS[:-1]):
            known = [one for post in self.posts if (one := _last(_column(post, place), last)) is not None]
            found[f"total_{name}"] = sum(known) if known else None
        return found

    def day(self, days: int) -> dict[str, Any]:
        """A row of the daily answer."""
        return {"date": str(ago(days)), **self.metrics(days, days)}


def _column(post: str, place: int) -> dict[int, int]:
    return {days: counts[place] for days, counts in POSTS[post].items()}


def _last(seen: dict[int, int], days: int) -> int | None:
    """The value last seen by a number of days ago."""
    before = [one for one in seen if one >= days]
    return seen[min(before)] if before else None


def _gained(seen: dict[int, int], first: int, last: int, *, fresh: bool) -> int:
    base = 0 if fresh else seen[max(seen)]
    end, start = _last(seen, last), _last(seen, first + 1)
    return (base if end is None else end) - (base if start is None else start)


COOK = Sum((PIE, JAM), ("cook",))
DANCER = Sum((SPIN,), ("dancer",))
BOTH = Sum((PIE, JAM, SPIN), ("cook", "dancer"))
EVERYTHING = Sum((PIE, JAM, SPIN, ALONE), ("cook", "dancer"))
