"""What yt-dlp knows of a post or of a TikTok user's feed: its info dicts, and lines of `yt-dlp -j`, as snapshots.

A counter that yt-dlp does not have, or has as anything but a count, was not observed: it is None and never zero.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from creatoraudit.domain.accounts.inputs import username_of
from creatoraudit.domain.identifiers import PostIdentifier, parse_identifier
from creatoraudit.domain.validation import INT64_MAX, Platform
from creatoraudit.ingestion.formats.snapshot import Malformed, moment
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot

Info = Mapping[str, Any]

_POSTS = {"TikTok": Platform.TIKTOK, "Instagram": Platform.INSTAGRAM}
_FEEDS = {"TikTokUser": Platform.TIKTOK}


class Feed(NamedTuple):
    """A user's playlist: what it tells of the profile, and the posts in the order in which it has them."""

    username: str | None
    profile: ProfileSnapshot
    posts: list[PostSnapshot]


def platform_of(info: Info) -> Platform:
    """The platform that a post's or a feed's info dict is from; Malformed if it is from anywhere else."""
    extractor = _extractor(info)
    platform = (_POSTS | _FEEDS).get(extractor)
    if platform is None:
        raise Malformed(f"extractor_key must be one of: {', '.join((*_POSTS, *_FEEDS))}; '{extractor}' is not tracked")
    return platform


def is_feed(info: Info) -> bool:
    """Whether the info dict is a user's playlist and not a post."""
    return _extractor(info) in _FEEDS


def username_in(info: Info) -> str | None:
    """The poster's username, lower-case, if the info dict of a post tells it."""
    platform = platform_of(info)
    named = _text(info, "channel" if platform is Platform.INSTAGRAM else "uploader")
    try:
        return username_of(platform, named or "")
    except PydanticCustomError:
        linked = _linked(platform, info)
        return linked.username if linked else None


def post_of(info: Info, at: dt.datetime | None = None) -> PostSnapshot:
    """The post as it was at `at`, or at the info dict's own `epoch`; Malformed if it is no post of our platforms."""
    platform = platform_of(info)
    if is_feed(info):
        raise Malformed("extractor_key must be that of a post; 'TikTokUser' is a playlist")
    post = _identified(platform, info)
    instagram = platform is Platform.INSTAGRAM
    media = _media_type(post, info)
    return PostSnapshot(
        at=at or _seen_at(info),
        external_id=post.external_id,
        shortcode=post.shortcode,
        account_username=username_in(info),
        platform_account_id=_text(info, "uploader_id" if instagram else "channel_id"),
        description=_text(info, "description"),
        create_time=_published(info),
        media_type=media,
        duration=None if media == "carousel" else _number(info, "duration"),
        is_unavailable=False,
        cover_image_url_original=_cover(info),
        view_count=_count(info, "view_count"),
        like_count=_count(info, "like_count"),
        comment_count=_count(info, "comment_count"),
        share_count=_count(info, "repost_count"),
    )


def feed_of(info: Info, at: dt.datetime | None = None) -> Feed:
    """A TikTok user's playlist; of the profile it tells the id and, by its posts, the names, but no counters.

    Malformed if it is anything else, or if one of its posts is.
    """
    if not is_feed(info):
        raise Malformed(f"extractor_key must be one of: {', '.join(_FEEDS)}")
    at = at or _seen_at(info)
    entries = _dicts(info, "entries")
    posts = [post_of(one, at) for one in entries]
    profile = ProfileSnapshot(
        at=at,
        name=next((name for one in entries if (name := _text(one, "channel"))), None),
        is_unavailable=False,
        platform_account_id=_text(info, "id"),
    )
    return Feed(next((post.account_username for post in posts if post.account_username), None), profile, posts)


def _extractor(info: Info) -> str:
    """Who made the info dict: an entry of a playlist that was not looked at by itself names who would look at it."""
    return str(info.get("extractor_key") or info.get("ie_key") or info.get("extractor"))


def _identified(platform: Platform, info: Info) -> PostIdentifier:
    """Which post it is. A line of an Instagram carousel has the id of one of its parts, but the link of the whole."""
    linked = _linked(platform, info)
    if linked is not None:
        return linked
    try:
        return parse_identifier(platform, _text(info, "id") or "")
    except PydanticCustomError as error:
        raise Malformed(f"id {error.message()}") from None


def _linked(platform: Platform, info: Info) -> PostIdentifier | None:
    """The post that the info dict's link leads to."""
    for name in ("webpage_url", "url"):
        try:
            return parse_identifier(platform, _text(info, name) or "")
        except PydanticCustomError:
            continue
    return None


def _media_type(post: PostIdentifier, info: Info) -> str | None:
    """TikTok's slide shows cannot be told from films whose pictures it withholds: both are sound alone."""
    if info.get("_type") == "playlist" or (post.shortcode and info.get("id") not in {None, post.shortcode}):
        return "carousel"
    if any(one.get("vcodec") != "none" for one in _dicts(info, "formats")):
        return "video"
    return "image" if post.shortcode and info.get("formats") == [] else None


def _count(info: Info, name: str) -> int | None:
    value = info.get(name)
    return value if type(value) is int and 0 <= value <= INT64_MAX else None


def _number(info: Info, name: str) -> float | None:
    """A positive, finite number; yt-dlp writes times and lengths as either kind."""
    value = info.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= INT64_MAX:
        return float(value)
    return None


def _text(info: Info, name: str) -> str | None:
    """The text without what no database takes: U+0000 and halves of surrogate pairs."""
    value = info.get(name)
    return re.sub("[\0\ud800-\udfff]", "", value) if isinstance(value, str) else None


def _moment(info: Info, name: str) -> dt.datetime | None:
    try:
        return moment(dt.datetime.fromtimestamp(_number(info, name) or 0, dt.UTC))
    except (OverflowError, ValueError, OSError):  # beyond what a clock can show, or before there was anything to see
        return None


def _published(info: Info) -> dt.datetime | None:
    """To the second where yt-dlp knows it, else the day's beginning."""
    published = _moment(info, "timestamp")
    if published is not None:
        return published
    try:
        return moment(dt.datetime.strptime(_text(info, "upload_date") or "", "%Y%m%d").replace(tzinfo=dt.UTC))
    except ValueError:
        return None


def _seen_at(info: Info) -> dt.datetime:
    at = _moment(info, "epoch")
    if at is None:
        raise Malformed("epoch must be the Unix time at which yt-dlp looked, which it writes by itself")
    return at


def _cover(info: Info) -> str | None:
    """The picture that yt-dlp chooses, or would choose; of a carousel that of its first part."""
    if chosen := _text(info, "thumbnail"):
        return chosen
    if pictures := [one for one in _dicts(info, "thumbnails") if _text(one, "url")]:
        return _text(max(pictures, key=_preference), "url")
    parts = _dicts(info, "entries")
    return _cover(parts[0]) if parts else None


def _preference(picture: Info) -> tuple[int, float, str]:
    given = picture.get("preference")
    return given if isinstance(given, int) else -1, _number(picture, "width") or 0, str(picture.get("id"))


def _dicts(info: Info, name: str) -> list[Info]:
    found = info.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
