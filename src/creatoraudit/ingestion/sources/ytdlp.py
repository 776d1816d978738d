"""Asks yt-dlp for public TikTok and Instagram posts and for TikTok feeds; Instagram's profiles it cannot read.

It knows no followers: of a TikTok profile it tells the id and the name, and what the newest posts count.
"""

import importlib.util
import re

import structlog

from creatoraudit import clock
from creatoraudit.domain.identifiers import parse_identifier
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.formats.snapshot import Malformed
from creatoraudit.ingestion.formats.ytdlp import feed_of, post_of
from creatoraudit.ingestion.snapshots import ProfileSnapshot
from creatoraudit.ingestion.sources.feed import newest
from creatoraudit.ingestion.sources.source import Failed, Observed, PostReference, ProfileReference, Result, Wanted
from creatoraudit.ingestion.sources.ytdlp_looks import Look, Looks
from creatoraudit.ingestion.sources.ytdlp_refusals import is_of_unknown_user, is_of_user_without_posts, meaning
from creatoraudit.settings import Settings

log = structlog.get_logger(__name__)

_LIBRARY = "yt_dlp"
_CHANNEL = re.compile(r"MS4wLjABAAAA[\w-]{64}")
"""What yt-dlp finds a TikTok user by, whatever the user is called by now."""


class YtDlp:
    """Profiles and posts as yt-dlp shows them to anyone, or to whose cookies it is given."""

    def __init__(self, settings: Settings) -> None:
        self._looks = Looks(settings)

    async def fetch_profile(self, profile: ProfileReference, wanted: Wanted) -> Result:
        """The newest posts of a TikTok user's feed, and what they tell of the profile."""
        if profile.platform is Platform.INSTAGRAM:
            return Failed(
                "yt-dlp cannot read Instagram's profiles: set CREATORAUDIT_SOURCE_INSTAGRAM to instagram_graph or http"
            )
        until = self._looks.deadline()
        look = await self._looks.look(f"https://www.tiktok.com/@{profile.username}", wanted, until)
        channel = _CHANNEL.fullmatch(profile.platform_account_id or "")
        if channel and look.refusal and is_of_unknown_user(look.refusal):
            again = await self._looks.look(f"tiktokuser:{channel[0]}", wanted, until)
            look = again if again.info else look
        return _profile(profile, wanted, look)

    async def fetch_post(self, post: PostReference) -> Result:
        """One post, without a profile."""
        look = await self._looks.look(_url(post), Wanted(), self._looks.deadline())
        if look.refusal is not None:
            return meaning(look.refusal)
        try:
            return Observed(None, [post_of(look.info, clock.now())])
        except Malformed as error:
            return Failed(f"yt-dlp's answer cannot be read: {error}")

    async def close(self) -> None:
        """Ends the processes that still run."""
        await self._looks.close()


def open_ytdlp(settings: Settings) -> YtDlp:
    """The source, once yt-dlp is installed; ModuleNotFoundError if it is not."""
    if importlib.util.find_spec(_LIBRARY) is None:
        raise ModuleNotFoundError(f"No module named {_LIBRARY!r}", name=_LIBRARY)
    return YtDlp(settings)


def _url(post: PostReference) -> str:
    if post.platform is Platform.TIKTOK:
        return f"https://www.tiktok.com/@{post.account_username or '_'}/video/{post.external_id}"
    shortcode = post.shortcode or parse_identifier(post.platform, post.external_id).shortcode
    return f"https://www.instagram.com/p/{shortcode}/"


def _profile(profile: ProfileReference, wanted: Wanted, look: Look) -> Result:
    refusal = look.refusal
    if refusal is not None and is_of_user_without_posts(refusal):
        return Observed(ProfileSnapshot(clock.now(), is_unavailable=False, profile_post_count=0), ())
    if not look.info.get("entries"):
        return Failed("TikTok sent no posts of a user who has some") if refusal is None else meaning(refusal)
    try:
        feed = feed_of(look.info, clock.now())
    except Malformed as error:
        return Failed(f"yt-dlp's answer cannot be read: {error}")
    if refusal is not None:
        why = meaning(refusal).why
        log.warning("a feed broke off", platform=profile.platform, posts=len(feed.posts), why=why)
    return Observed(feed.profile, newest(profile.platform, feed.posts, wanted))
