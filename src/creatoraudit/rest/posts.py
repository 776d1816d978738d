"""What the objects of both kinds of video have in common: the post behind them."""

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, Field

from creatoraudit.domain.validation import UUIDText


class PostFields(BaseModel):
    """The fields that follow a video's own, in the order of the object.

    Counters are null before the first refresh.
    """

    added_at: dt.datetime = Field(
        description="When tracking began, or when the post was discovered.", examples=["2026-06-14T09:30:00Z"]
    )
    updated_at: dt.datetime = Field(description="When this object last changed.", examples=["2026-07-02T09:31:12Z"])
    first_scrape_time: dt.datetime | None = Field(
        description="When the post was first refreshed; null until then.", examples=["2026-06-14T09:30:04Z"]
    )
    last_scrape_time: dt.datetime | None = Field(
        description="When it was last refreshed; null until the first time.", examples=["2026-07-02T09:31:12Z"]
    )
    description: str | None = Field(description="The caption.", examples=["renegade #dance #fyp"])
    create_time: dt.datetime | None = Field(description="When it was published.", examples=["2026-06-12T18:04:55Z"])
    media_type: Literal["video", "image", "carousel"] | None = Field(
        description="What kind of post it is.", examples=["video"]
    )
    duration: float | None = Field(description="Length in seconds.", examples=[14.5])
    is_unavailable: bool | None = Field(description="Whether the platform no longer shows it.", examples=[False])
    cover_image_url: str | None = Field(
        description="Where the cover image is kept.", examples=["https://cdn.example.com/c/6875468410612993286.jpg"]
    )
    cover_image_url_original: str | None = Field(
        description="Where the platform had it.", examples=["https://p16.example.com/6875468410612993286.jpeg"]
    )
    video_url: str | None = Field(
        description="Where the video is kept.", examples=["https://cdn.example.com/v/6875468410612993286.mp4"]
    )
    video_url_original: str | None = Field(
        description="Where the platform had it.", examples=["https://v16.example.com/6875468410612993286.mp4"]
    )
    view_count: int | None = Field(description="Views.", examples=[1_204_331])
    like_count: int | None = Field(description="Likes.", examples=[210_498])
    comment_count: int | None = Field(description="Comments.", examples=[3_102])
    share_count: int | None = Field(description="Shares.", examples=[1_877])
    play_count: int | None = Field(description="Plays; on TikTok the same as views.", examples=[1_204_331])
    saved_count: int | None = Field(description="Saves; null for TikTok.", examples=[None])
    total_views: int | None = Field(
        description="Views with those of Instagram's cross-post on Facebook.", examples=[1_204_331]
    )
    total_plays: int | None = Field(
        description="Plays with those of Instagram's cross-post on Facebook.", examples=[1_204_331]
    )
    account_id: UUIDText | None = Field(
        description="The poster's account, while your organization tracks it.",
        examples=["01977f0e-5c1b-7d3a-9a52-3f1e6c0b8d21"],
    )
    account_username: str | None = Field(description="The poster's username.", examples=["charlidamelio"])
    platform_account_id: str | None = Field(description="The poster's id on the platform.", examples=["5831967"])
    platform_data: dict[str, Any] = Field(
        description="What only this platform states about the post.", examples=[{"music": "Lottery (Renegade)"}]
    )
