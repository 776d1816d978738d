"""What a client may say about a creator."""

from typing import Annotated

from pydantic import Field

from creatoraudit.domain.validation import Input, Metadata, Patch, PlainText, Query

CreatorName = Annotated[PlainText, Field(min_length=1, max_length=255)]


class CreatorCreate(Input):
    """A person or brand behind accounts."""

    name: CreatorName = Field(description="The name; several creators may share one.", examples=["Charli D'Amelio"])
    is_active: bool = Field(True, description="Whether the creator takes part in the leaderboard.")
    metadata: Metadata = Field(
        default_factory=dict, description="Your own keys and values.", examples=[{"agency": "north"}]
    )


class CreatorPatch(Patch):
    """What can be changed about a creator."""

    name: CreatorName | None = Field(None, description="The new name.")
    is_active: bool | None = Field(
        None, description="A change pauses or resumes every account that is linked now.", examples=[False]
    )
    metadata: Metadata | None = Field(None, description="Replaces your own keys and values.")


class CreatorFilter(Input):
    """Which creators a list shows; conditions combine with AND."""

    is_active: bool | None = Field(None, description="Only active (true) or only paused (false) creators.")
    q: Query | None = Field(None, description="Only names that contain this, whatever its case.")
