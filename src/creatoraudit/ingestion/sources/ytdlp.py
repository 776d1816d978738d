"""Asks yt-dlp for public TikTok and Instagram posts and for TikTok feeds; Instagram's profiles it cannot read.

It knows no followers: of a TikTok profile it tells the id and the name, and what the newest posts count.
"""

import asyncio
import importlib.util
import json
import os
import re
import sys
from asyncio.subprocess import PIPE, Process

import structlog

from creatoraudit import clock
from creatoraudit.domain.identifiers import parse_identifier
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.formats.snapshot import Malformed
from creatoraudit.ingestion.formats.ytdlp import feed_of, post_of
from creatoraudit.ingestion.snapshots import ProfileSnapshot
from creatoraudit.ingestion.sources.feed import newest
from creatoraudit.ingestion.sources.source import Failed, Observed, PostReference, ProfileReference, Result, Wanted
from creatoraudit.ingestion.sources.ytdlp_refusals import is_of_unknown_user, is_of_user_without_posts, meaning
from creatoraudit.ingestion.sources.ytdlp_report import Report, Request
from creatoraudit.settings import Settings

log = structlog.get_logger(__name__)

_LIBRARY = "yt_dlp"
_PROGRAM = "creatoraudit.ingestion.sources.ytdlp_process"
_CHANNEL = re.compile(r"MS4wLjABAAAA[\w-]{64}")
"""What yt-dlp finds a TikTok user by, whatever the user is called by now."""


class YtDlp:
    """Looks by yt-dlp, each in a process of its own, which ends with the look: however that ends."""

    def __init__(self, settings: Settings) -> None:
        proxy = settings.ytdlp_proxy
        self._cookies = None if settings.ytdlp_cookies is None else str(settings.ytdlp_cookies)
        self._proxy = None if proxy is None else proxy.get_secret_value()
        self._sleep = settings.ytdlp_sleep
        self._running: set[Process] = set()

    async def fetch_profile(self, profile: ProfileReference, wanted: Wanted) -> Result:
        """The newest posts of a TikTok user's feed, and what they tell of the profile."""
        if profile.platform is Platform.INSTAGRAM:
            return Failed(
                "yt-dlp cannot read Instagram's profiles: set CREATORAUDIT_SOURCE_INSTAGRAM to instagram_graph or http"
            )
        report = await self._look(f"https://www.tiktok.com/@{profile.username}", wanted)
        channel = _CHANNEL.fullmatch(profile.platform_account_id or "")
        if channel and "refusal" in report and is_of_unknown_user(report["refusal"]):
            again = await self._look(f"tiktokuser:{channel[0]}", wanted)
            report = again if "info" in again else report
        return _profile(profile, wanted, report)

    async def fetch_post(self, post: PostReference) -> Result:
        """One post, without a profile."""
        report = await self._look(_url(post), Wanted())
        if "info" not in report:
            return meaning(report["refusal"])
        try:
            return Observed(None, [post_of(report["info"], clock.now())])
        except Malformed as error:
            return Failed(f"yt-dlp's answer cannot be read: {error}")

    async def close(self) -> None:
        """Ends the processes that still run."""
        for process in self._running:
            process.kill()

    async def _look(self, url: str, wanted: Wanted) -> Report:
        request: Request = {
            "url": url,
            "posts": wanted.posts,
            "since": None if wanted.since is None else int(wanted.since.timestamp()),
            "cookies": self._cookies,
            "proxy": self._proxy,
            "sleep": self._sleep,
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", _PROGRAM), stdin=PIPE, stdout=PIPE, stderr=PIPE, env=_environment()
        )
        self._running.add(process)
        try:
            return await _answer(process, request)
        finally:
            self._running.discard(process)
            if process.returncode is None:
                process.kill()
                await process.wait()


def open_ytdlp(settings: Settings) -> YtDlp:
    """The source, once yt-dlp is installed; ModuleNotFoundError if it is not."""
    if importlib.util.find_spec(_LIBRARY) is None:
        raise ModuleNotFoundError(f"No module named {_LIBRARY!r}", name=_LIBRARY)
    return YtDlp(settings)


def _environment() -> dict[str, str]:
    """The environment without our settings: what reads strangers' pages needs none of our secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CREATORAUDIT_")}


async def _answer(process: Process, request: Request) -> Report:
    """What the process writes; its input stays open until then, because it ends with that."""
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    if stdin is None or stdout is None or stderr is None:
        raise TypeError("all three are pipes")
    stdin.write(json.dumps(request).encode() + b"\n")
    written, complaints = await asyncio.gather(stdout.read(), stderr.read())
    stdin.close()
    if await process.wait() == 0:
        report: Report = json.loads(written)
        return report
    last = complaints.decode(errors="replace").strip().rpartition("\n")[2]
    message = f"yt-dlp ended without an answer: {last or process.returncode}"
    return {"refusal": {"message": message, "kinds": [], "status": None, "retry_after": None, "warnings": []}}


def _url(post: PostReference) -> str:
    if post.platform is Platform.TIKTOK:
        return f"https://www.tiktok.com/@{post.account_username or '_'}/video/{post.external_id}"
    shortcode = post.shortcode or parse_identifier(post.platform, post.external_id).shortcode
    return f"https://www.instagram.com/p/{shortcode}/"


def _profile(profile: ProfileReference, wanted: Wanted, report: Report) -> Result:
    refusal = report.get("refusal")
    if refusal is not None and is_of_user_without_posts(refusal):
        return Observed(ProfileSnapshot(clock.now(), is_unavailable=False), ())
    try:
        feed = feed_of(report["info"], clock.now()) if "info" in report else None
    except Malformed as error:
        return Failed(f"yt-dlp's answer cannot be read: {error}")
    if feed is None or not feed.posts:
        return Failed("TikTok sent no posts of a user who has some") if refusal is None else meaning(refusal)
    if refusal is not None:
        log.warning("ytdlp.feed_broke_off", username=profile.username, posts=len(feed.posts), why=refusal["message"])
    return Observed(feed.profile, newest(profile.platform, feed.posts, wanted))
