"""What a client may say about an account."""

import re

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from creatoraudit.domain.validation import (
    Cap,
    Category,
    Hours,
    Input,
    Metadata,
    Patch,
    PlainText,
    Platform,
    PlatformName,
    Query,
    UUIDText,
)

_PROFILE_URL = {
    Platform.INSTAGRAM: re.compile(
        r"(?:https?://)?(?:www\.|m\.)?instagram\.com/([^/?#]+)/?(?:[?#].*)?\Z", re.IGNORECASE
    ),
    Platform.TIKTOK: re.compile(r"(?:https?://)?(?:www\.|m\.)?tiktok\.com/@([^/?#]+)/?(?:[?#].*)?\Z", re.IGNORECASE),
}
_USERNAME = {
    Platform.INSTAGRAM: (re.compile(r"[a-z0-9._]{1,30}\Z"), "1–30"),
    Platform.TIKTOK: (re.compile(r"[a-z0-9._]{2,24}\Z"), "2–24"),
}


def username_of(platform: Platform, given: str) -> str:
    """The lower-case username that a name, an @name or a profile URL stands for; ValueError if it is none."""
    found = _PROFILE_URL[platform].match(given)
    name = (found[1] if found else given).removeprefix("@").lower()
    pattern, length = _USERNAME[platform]
    if not pattern.match(name):
        raise PydanticCustomError(
            "username",
            "must be {label} username ({length} letters, digits, dots or underscores), or the URL of such a profile",
            {"label": "an Instagram" if platform is Platform.INSTAGRAM else "a TikTok", "length": length},
        )
    return name


class AccountName(Input):
    """A profile, by its name on its platform."""

    platform: PlatformName = Field(description="Where the profile lives.", examples=["tiktok"])
    username: PlainText = Field(
        description="The username, with or without `@`, or the profile's URL.", examples=["charlidamelio"]
    )

    @field_validator("username")
    @classmethod
    def _normal(cls, value: str, info: ValidationInfo) -> str:
        platform = info.data.get("platform")
        return username_of(platform, value) if platform is not None else value


class AccountCreate(AccountName):
    """A profile to track."""

    category: Category | None = Field(None, description="A label of your own.", examples=["dance"])
    metadata: Metadata = Field(
        default_factory=dict, description="Your own keys and values.", examples=[{"tier": "gold"}]
    )
    is_active: bool = Field(True, description="Whether the account is refreshed.")
    scrape_interval_hours: Hours = Field(24, description="Hours between two refreshes.")
    creator_id: UUIDText | None = Field(None, description="The creator to link the account to.")
    max_recent_posts_per_account: Cap | None = Field(
        None, description="Recent posts collected at a refresh; null takes the organization's default."
    )
    post_lookback_days: Cap | None = Field(
        None, description="Age in days up to which posts are collected; null takes the organization's default."
    )


class AccountPatch(Patch):
    """What can be changed about an account."""

    is_active: bool | None = Field(None, description="false pauses: data stays, refreshing stops.", examples=[False])
    category: Category | None = Field(None, description="A label of your own; null removes it.")
    metadata: Metadata | None = Field(None, description="Replaces your own keys and values.")
    scrape_interval_hours: Hours | None = Field(None, description="Hours between two refreshes.")
    max_recent_posts_per_account: Cap | None = Field(
        None, description="Recent posts collected at a refresh; null takes the organization's default."
    )
    post_lookback_days: Cap | None = Field(
        None, description="Age in days up to which posts are collected; null takes the organization's default."
    )

    @classmethod
    def clearable(cls) -> frozenset[str]:
        return frozenset({"category", "max_recent_posts_per_account", "post_lookback_days"})


class AccountFilter(Input):
    """Which accounts a list shows; conditions combine with AND."""

    platform: PlatformName | None = Field(None, description="Only accounts on this platform.")
    q: Query | None = Field(None, description="Only usernames that contain this, whatever its case.")
    is_active: bool | None = Field(None, description="Only active (true) or only paused (false) accounts.")
    category: PlainText | None = Field(None, description="Only accounts of exactly this category.")
    creator_id: UUIDText | None = Field(None, description="Only accounts linked to this creator.")
