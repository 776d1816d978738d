"""What a file can say, whatever its format: that something was seen, or that something is tracked."""

from typing import Annotated, NamedTuple

from pydantic import Field

from creatoraudit.domain.accounts.inputs import AccountCreate
from creatoraudit.domain.creators.inputs import CreatorCreate
from creatoraudit.domain.organizations import OrganizationCreate
from creatoraudit.domain.validation import INT64_MAX, Hours, Input, Metadata, PlatformName, UUIDText
from creatoraudit.ingestion.formats.snapshot import ExternalId, Moment, Text, Username
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot


class Sighting(NamedTuple):
    """A profile, or a post, that was seen on a platform; `username` is the profile's, or that of the post's feed."""

    platform: str
    username: str | None
    seen: ProfileSnapshot | PostSnapshot


_PostId = Annotated[int, Field(ge=1, le=INT64_MAX)]
_PLATFORM = "`instagram` or `tiktok`."
_ADDED_AT = "Since when it is tracked, with a time zone; the time of the import by default."
_ID = "Its id, kept where nothing else has it."
_POST_ID = "The post's number, kept where no other post has it."


class Organization(OrganizationCreate):
    """A tenant; it is made in a database that has none, and skipped in any other."""

    id: UUIDText = Field(description="Its id.")
    is_active: bool = Field(True, description="false turns all its keys away.")
    has_subscription: bool = Field(True, description="false turns all its keys away.")
    created_at: Moment | None = Field(None, description="When it was made; the time of the import by default.")


class Creator(CreatorCreate):
    """A person or brand behind accounts."""

    id: UUIDText = Field(description=_ID)
    added_at: Moment | None = Field(None, description=_ADDED_AT)


class Account(AccountCreate):
    """A profile that is tracked."""

    id: UUIDText | None = Field(None, description=_ID)
    added_at: Moment | None = Field(None, description=_ADDED_AT)


class Video(Input):
    """A post that is tracked by itself."""

    platform: PlatformName = Field(description=_PLATFORM)
    external_id: ExternalId = Field(description="The platform's own number of the post, as a string of digits.")
    shortcode: Text | None = Field(None, description="Instagram's short name of the post, as in its URL.")
    account_username: Username | None = Field(None, description="Who published it, with or without `@`.")
    metadata: Metadata = Field(default_factory=dict, description="Your own keys and values.")
    is_active: bool = Field(True, description="Whether the video is refreshed.")
    scrape_interval_hours: Hours = Field(24, description="Hours between two refreshes.")
    id: UUIDText | None = Field(None, description=_ID)
    post_id: _PostId | None = Field(None, description=_POST_ID)
    added_at: Moment | None = Field(None, description=_ADDED_AT)
    updated_at: Moment | None = Field(None, description="When its settings were last changed; `added_at` by default.")


class AccountVideo(Input):
    """A post that was discovered in a tracked account's feed; what was seen of it discovers it as well."""

    platform: PlatformName = Field(description=_PLATFORM)
    external_id: ExternalId = Field(description="The platform's own number of the post, as a string of digits.")
    account_username: Username = Field(description="In whose feed it was discovered, with or without `@`.")
    id: UUIDText | None = Field(None, description=_ID)
    post_id: _PostId | None = Field(None, description=_POST_ID)
    added_at: Moment = Field(description="When it was discovered, with a time zone.")


Record = Organization | Creator | Account | Video | AccountVideo
Entry = Sighting | Record
