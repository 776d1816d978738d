"""What a REST object's fields are called in GraphQL, and what has to be done to compare them."""

from typing import Any

ACCOUNT = {
    "id": "databaseId",
    "platform": "platform",
    "username": "username",
    "name": "name",
    "description": "description",
    "profile_pic_url": "picture.url",
    "profile_pic_url_original": "picture.originalUrl",
    "is_verified": "isVerified",
    "is_active": "isActive",
    "is_unavailable": "isUnavailable",
    "link_in_bio": "linkInBio",
    "creator_id": "creator.databaseId",
    "creator_name": "creator.name",
    "category": "category",
    "metadata": "metadata",
    "added_at": "addedAt",
    "first_scrape_time": "freshness.firstScrapedAt",
    "last_scrape_time": "freshness.lastScrapedAt",
    "scrape_interval_hours": "freshness.intervalHours",
    "follower_count": "followerCount",
    "following_count": "followingCount",
    "profile_post_count": "profilePostCount",
    "total_post_count": "totalPostCount",
    "view_count": "viewCount",
    "like_count": "likeCount",
    "comment_count": "commentCount",
    "share_count": "shareCount",
    "play_count": "playCount",
    "saved_count": "savedCount",
    "fb_play_count": "crossPosting.facebookPlayCount",
    "ig_play_count": "crossPosting.instagramPlayCount",
    "fb_like_count": "crossPosting.facebookLikeCount",
    "max_recent_posts_per_account": "collection.maxRecentPosts",
    "post_lookback_days": "collection.postLookbackDays",
    "effective_max_recent_posts_per_account": "collection.effectiveMaxRecentPosts",
    "effective_post_lookback_days": "collection.effectivePostLookbackDays",
}

ACCOUNT_VIDEO = {
    "id": "databaseId",
    "post_id": "postId",
    "platform": "platform",
    "external_id": "externalId",
    "shortcode": "shortcode",
    "added_at": "addedAt",
    "updated_at": "updatedAt",
    "first_scrape_time": "freshness.firstScrapedAt",
    "last_scrape_time": "freshness.lastScrapedAt",
    "description": "description",
    "create_time": "createTime",
    "media_type": "mediaType",
    "duration": "duration",
    "is_unavailable": "isUnavailable",
    "cover_image_url": "cover.url",
    "cover_image_url_original": "cover.originalUrl",
    "video_url": "media.url",
    "video_url_original": "media.originalUrl",
    "view_count": "viewCount",
    "like_count": "likeCount",
    "comment_count": "commentCount",
    "share_count": "shareCount",
    "play_count": "playCount",
    "saved_count": "savedCount",
    "total_views": "totalViews",
    "total_plays": "totalPlays",
    "account_id": "account.databaseId",
    "account_username": "accountUsername",
    "platform_account_id": "platformAccountId",
    "platform_data": "platformData",
}

VIDEO = {name: path for name, path in ACCOUNT_VIDEO.items() if name != "post_id"} | {
    "is_active": "isActive",
    "scrape_interval_hours": "freshness.intervalHours",
    "metadata": "metadata",
}

CREATOR = {
    "id": "databaseId",
    "name": "name",
    "is_active": "isActive",
    "metadata": "metadata",
    "accounts_summary": "accountsSummary",
}

_ENUMS = {"platform", "mediaType"}
_SUMMARY = "accountsSummary { total instagram tiktok totalFollowers }"


def selection(shape: dict[str, str]) -> str:
    """A GraphQL selection of everything that the REST object has."""
    groups: dict[str, list[str]] = {}
    for path in shape.values():
        head, _, rest = path.partition(".")
        groups.setdefault(head, []).extend([rest] if rest else [])
    parts = [f"{head} {{ {' '.join(inner)} }}" if inner else head for head, inner in groups.items()]
    return " ".join(_SUMMARY if part == "accountsSummary" else part for part in parts)


def as_rest(node: dict[str, Any], shape: dict[str, str], kind: str) -> dict[str, Any]:
    """A GraphQL node in the shape of the REST object."""
    return {"type": kind} | {name: _value(node, path) for name, path in shape.items()}


def _value(node: dict[str, Any], path: str) -> Any:
    value: Any = node
    for part in path.split("."):
        value = None if value is None else value[part]
    if path in _ENUMS and value is not None:
        return value.lower()
    if path == "accountsSummary":
        platforms = {name: value[name] for name in ("instagram", "tiktok") if value[name]}
        return {"total": value["total"], "platforms": platforms, "total_followers": value["totalFollowers"]}
    return value
