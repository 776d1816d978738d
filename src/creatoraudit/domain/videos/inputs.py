"""What a client may say about a video."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from creatoraudit.domain.identifiers import MAX_LENGTH, PostIdentifier, parse_identifier
from creatoraudit.domain.validation import (
    Hours,
    Input,
    Metadata,
    Patch,
    PlainText,
    PlatformName,
    Query,
    UUIDText,
)


class VideoCreate(Input):
    """A post to track by itself."""

    platform: PlatformName = Field(description="Where the post was published.", examples=["tiktok"])
    identifier: Annotated[PlainText, Field(min_length=1, max_length=MAX_LENGTH)] = Field(
        description="The post's full URL; or an Instagram shortcode or media id, or a TikTok id.",
        examples=["https://www.tiktok.com/@charlidamelio/video/6749520869598481669"],
    )
    metadata: Metadata = Field(
        default_factory=dict, description="Your own keys and values.", examples=[{"campaign": "spring"}]
    )
    is_active: bool = Field(True, description="Whether the video is refreshed.")
    scrape_interval_hours: Hours = Field(24, description="Hours between two refreshes.")

    @property
    def post(self) -> PostIdentifier:
        """The post that `identifier` stands for."""
        return parse_identifier(self.platform, self.identifier)

    @field_validator("identifier")
    @classmethod
    def _stands_for_a_post(cls, value: str, info: ValidationInfo) -> str:
        platform = info.data.get("platform")
        if platform is not None:
            parse_identifier(platform, value)
        return value


class VideoPatch(Patch):
    """What can be changed about a video."""

    is_active: bool | None = Field(None, description="false pauses: data stays, refreshing stops.", examples=[False])
    scrape_interval_hours: Hours | None = Field(None, description="Hours between two refreshes.")
    metadata: Metadata | None = Field(None, description="Replaces your own keys and values.")


class VideoFilter(Input):
    """Which videos a list shows; conditions combine with AND."""

    account_id: UUIDText | None = Field(None, description="Only videos posted by this tracked account.")
    platform: PlatformName | None = Field(None, description="Only videos on this platform.")
    is_active: bool | None = Field(None, description="Only active (true) or only paused (false) videos.")
    q: Query | None = Field(None, description="Only descriptions that contain this, whatever its case.")
