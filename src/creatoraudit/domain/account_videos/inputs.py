"""What a client may say about account videos: only which ones to see, for they are discovered, never created."""

from pydantic import Field

from creatoraudit.domain.validation import Input, PlatformName, Query, UUIDText


class AccountVideoFilter(Input):
    """Which account videos a list shows; conditions combine with AND."""

    account_id: UUIDText | None = Field(None, description="Only videos found in this account's feed.")
    creator_id: UUIDText | None = Field(None, description="Only videos of accounts linked to this creator.")
    platform: PlatformName | None = Field(None, description="Only videos on this platform.")
    q: Query | None = Field(None, description="Only descriptions that contain this, whatever its case.")
