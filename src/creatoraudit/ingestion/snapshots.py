"""What a source, a file or the demo saw: typed snapshots, in which None always means "not observed"."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple


class ProfileSnapshot(NamedTuple):
    """A profile as it was at an aware UTC time."""

    at: dt.datetime
    name: str | None = None
    description: str | None = None
    profile_pic_url: str | None = None
    profile_pic_url_original: str | None = None
    is_verified: bool | None = None
    is_unavailable: bool | None = None
    link_in_bio: str | None = None
    platform_account_id: str | None = None
    following_count: int | None = None
    profile_post_count: int | None = None
    follower_count: int | None = None


class PostSnapshot(NamedTuple):
    """A post as it was at an aware UTC time; `external_id` is its platform's own id.

    TikTok has no plays apart from views, no saves and nothing of Facebook: what a snapshot says about them is ignored.
    """

    at: dt.datetime
    external_id: str
    shortcode: str | None = None
    account_username: str | None = None
    platform_account_id: str | None = None
    description: str | None = None
    create_time: dt.datetime | None = None
    media_type: str | None = None
    duration: float | None = None
    is_unavailable: bool | None = None
    cover_image_url: str | None = None
    cover_image_url_original: str | None = None
    video_url: str | None = None
    video_url_original: str | None = None
    platform_data: dict[str, Any] | None = None
    fb_play_count: int | None = None
    fb_like_count: int | None = None
    view_count: int | None = None
    play_count: int | None = None
    like_count: int | None = None
    comment_count: int | None = None
    share_count: int | None = None
    saved_count: int | None = None


class AccountObservation(NamedTuple):
    """What was seen of a tracked account: its profile, and posts of its feed, at one time or at many."""

    account_id: str
    profiles: Sequence[ProfileSnapshot] = ()
    posts: Sequence[PostSnapshot] = ()


class PostObservation(NamedTuple):
    """What was seen of a post that was looked up by itself."""

    platform: str
    posts: Sequence[PostSnapshot]


Observation = AccountObservation | PostObservation
