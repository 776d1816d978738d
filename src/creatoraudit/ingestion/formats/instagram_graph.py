"""What the Instagram Graph API shows of a profile and of its media, as snapshots.

What it leaves out, such as likes that are hidden, was not observed.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from creatoraudit.domain.identifiers import PostIdentifier, parse_identifier
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.formats import snapshot
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot

Shown = Mapping[str, Any]

PROFILE_FIELDS = (
    "username",
    "name",
    "biography",
    "website",
    "profile_picture_url",
    "followers_count",
    "follows_count",
    "media_count",
    "ig_id",
)
MEDIA_FIELDS = (
    "id",
    "caption",
    "like_count",
    "comments_count",
    "view_count",
    "media_type",
    "media_product_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "timestamp",
)
_MEDIA_TYPE = {"VIDEO": "video", "IMAGE": "image", "CAROUSEL_ALBUM": "carousel"}


def profile_of(user: Shown, at: dt.datetime) -> ProfileSnapshot:
    """The profile that an IG User is; Malformed if a field is not what the API documents."""
    return snapshot.profile_of(
        {
            "at": at,
            "name": _text(user, "name"),
            "description": _text(user, "biography"),
            "profile_pic_url_original": _text(user, "profile_picture_url"),
            "is_unavailable": False,
            "link_in_bio": _text(user, "website"),
            "platform_account_id": _account_id(user),
            "following_count": user.get("follows_count"),
            "profile_post_count": user.get("media_count"),
            "follower_count": user.get("followers_count"),
        }
    )


def identifier_of(media: Shown) -> PostIdentifier | None:
    """Which post an IG Media is: its permalink tells, its `id` is the API's own; None if it has no permalink."""
    try:
        return parse_identifier(Platform.INSTAGRAM, str(media.get("permalink", "")))
    except PydanticCustomError:
        return None


def post_of(media: Shown, post: PostIdentifier, username: str, at: dt.datetime) -> PostSnapshot:
    """The post that an IG Media is; Malformed if a field is not what the API documents."""
    kind = _MEDIA_TYPE.get(str(media.get("media_type")))
    url, thumbnail = _text(media, "media_url"), _text(media, "thumbnail_url")
    is_video = kind == "video"
    return snapshot.post_of(
        {
            "at": at,
            "external_id": post.external_id,
            "shortcode": post.shortcode,
            "account_username": username,
            "description": _text(media, "caption"),
            "create_time": media.get("timestamp"),
            "media_type": kind,
            "is_unavailable": False,
            "cover_image_url_original": thumbnail if is_video else url,
            "video_url_original": url if is_video else None,
            "platform_data": {name: media[name] for name in ("id", "media_product_type") if name in media},
            "view_count": media.get("view_count") if is_video else None,  # it counts the views of nothing else
            "like_count": media.get("like_count"),
            "comment_count": media.get("comments_count"),
        }
    )


def _account_id(user: Shown) -> str | None:
    """Instagram's own id of the profile, which other sources know too; `id` is the API's."""
    return None if user.get("ig_id") is None else str(user["ig_id"])


def _text(shown: Shown, name: str) -> Any:
    """What no database takes, U+0000, is left out of texts."""
    value = shown.get(name)
    return value.replace("\0", "") if isinstance(value, str) else value
