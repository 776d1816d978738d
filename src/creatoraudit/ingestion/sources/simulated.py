"""A platform that is made up, for demos and for trying things out: it needs no network and never tires.

Every name has a profile, and every id a post. The ids of profiles tell which world they are from, so that a server
continues whatever demo it finds in its database.
"""

import datetime as dt

from creatoraudit import clock
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.sources import curves
from creatoraudit.ingestion.sources.curves import Profile, Publication
from creatoraudit.ingestion.sources.feed import published_at
from creatoraudit.ingestion.sources.source import Gone, Observed, PostReference, ProfileReference, Result, Wanted
from creatoraudit.settings import Settings

_FIRST_POSTS = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)


class Simulated:
    """The profiles and posts of `curves`, as they are now."""

    async def fetch_profile(self, profile: ProfileReference, wanted: Wanted) -> Result:
        """The profile and the newest posts of its feed."""
        shown = _profile(profile.platform, profile.username, profile.platform_account_id)
        if curves.is_gone(shown):
            return Gone(f"there is no profile {profile.username} any more")
        now = clock.now()
        newest = shown.world.feed if wanted.posts is None else min(wanted.posts, shown.world.feed)
        posts = [
            curves.post_at(one, now)
            for one in reversed(curves.publications(shown, now, newest))
            if wanted.since is None or one.published >= wanted.since
        ]
        return Observed(curves.profile_at(shown, now), posts)

    async def fetch_post(self, post: PostReference) -> Result:
        """The post as its profile's feed shows it; one whose poster is unknown is made up from its id."""
        now = clock.now()
        if not _FIRST_POSTS <= published_at(post.platform, post.external_id) <= now:
            return Gone(f"there is no post {post.external_id}")
        username = post.account_username or f"stranger_{int(post.external_id) % 10**6}"
        poster = _profile(post.platform, username, post.platform_account_id)
        if curves.is_gone(poster):
            return Gone(f"the profile {username} is gone, and its posts with it")
        found = _find(poster, post.external_id)
        return Observed(None, [curves.post_at(found, now)])

    async def close(self) -> None:
        """There is nothing to let go of."""


def open_simulated(_: Settings) -> Simulated:
    """The made-up platform, which needs no settings."""
    return Simulated()


def _profile(platform: Platform, username: str, platform_account_id: str | None) -> Profile:
    return curves.profile(curves.world_of(platform_account_id), platform, username)


def _find(poster: Profile, external_id: str) -> Publication:
    return curves.publication(poster, external_id) or curves.stray(poster, external_id)
