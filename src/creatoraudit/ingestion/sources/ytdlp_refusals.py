"""What it means when yt-dlp shows nothing: its extractors tell apart in words what our results tell apart by kind."""

import re
from collections.abc import Callable

import httpx

from creatoraudit.ingestion.sources.service import Answer, told
from creatoraudit.ingestion.sources.source import Failed, Gone, Private, Throttled
from creatoraudit.ingestion.sources.ytdlp_lines import Refusal

Meaning = Throttled | Gone | Private | Failed

_GONE = {404, 410}
_THROTTLED = {403, 429}  # both platforms answer 403 to addresses, not about posts

# What is none of these is a failure. So is TikTok's "Your IP address is blocked from accessing this post": TikTok says
# the same of posts that were deleted, and waiting helps neither.
_WORDS: tuple[tuple[re.Pattern[str], Callable[[str], Meaning]], ...] = (
    # TikTok requires a login from addresses that ask too often, whatever they ask for.
    (
        re.compile(r"rate.?limit|requiring login|captcha|too many requests|wait a few minutes", re.IGNORECASE),
        lambda why: Throttled(None, why),
    ),
    (
        re.compile(
            r"is (likely either )?private|permission to view|follow this account|log in for access|restricted video",
            re.IGNORECASE,
        ),
        Private,
    ),
    (re.compile(r"been (removed|deleted)|no longer (available|exists)|page isn.t available", re.IGNORECASE), Gone),
)
_ADVICE = re.compile(r"[.;,]? (Use --|Check if this|If you are able|Try again with|Taking measures|please report)")
_UNKNOWN = re.compile("Unable to extract secondary user ID")
_WARNED = re.compile(r"HTTP Error (\d{3})")


def meaning(refusal: Refusal) -> Meaning:
    """What a refusal says about what was looked at, or about whoever looked."""
    why = told(_ADVICE.split(refusal["message"], maxsplit=1)[0])
    status = refusal["status"]
    if is_of_unknown_user(refusal):
        why = "TikTok does not tell who this is: there is no such user, or it does not answer this address"
        status = status or _warned(refusal)
    if status in _GONE:
        return Gone(why)
    if status in _THROTTLED:
        answer = Answer(status, httpx.Headers({"Retry-After": refusal["retry_after"] or ""}), None)
        return Throttled(answer.retry_at, why)
    if "GeoRestrictedError" in refusal["kinds"]:  # is worded as if nobody could see it
        return Failed(why)
    return next((kind(why) for words, kind in _WORDS if words.search(why)), Failed(why))


def is_of_unknown_user(refusal: Refusal) -> bool:
    """Whether TikTok did not show which user has the name; it shows no more to an address that it distrusts."""
    return bool(_UNKNOWN.match(refusal["message"]))


def is_of_user_without_posts(refusal: Refusal) -> bool:
    """Whether the user is there to be seen and has published nothing."""
    return refusal["message"].startswith("This account does not have any videos posted")


def _warned(refusal: Refusal) -> int | None:
    """The HTTP status of the page that yt-dlp went on without."""
    found = _WARNED.search(" ".join(refusal["warnings"]))
    return int(found[1]) if found else None
