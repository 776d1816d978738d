"""Our own JSON of what was seen: one object is one profile or one post at one time, and what is absent was not seen.

Imports and the `http` source read it, exports write it.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Annotated, Any, NamedTuple, TypeVar

import orjson
from pydantic import AfterValidator, BaseModel, Field, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError

from creatoraudit import clock
from creatoraudit.domain.validation import INT64_MAX, Input, failed, member_of
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot

T = TypeVar("T", bound=NamedTuple)


class MediaType(StrEnum):
    """What a post shows."""

    VIDEO = "video"
    IMAGE = "image"
    CAROUSEL = "carousel"


class Malformed(ValueError):
    """An object is no snapshot: the message names every field that is wrong, and what would be right."""


def profile_of(seen: Mapping[str, Any], at: dt.datetime | None = None) -> ProfileSnapshot:
    """The profile that an object shows, at `at` unless it says when; Malformed if it is none."""
    return _snapshot(ProfileFields, ProfileSnapshot, seen, at)


def post_of(seen: Mapping[str, Any], at: dt.datetime | None = None) -> PostSnapshot:
    """The post that an object shows, at `at` unless it says when; Malformed if it is none."""
    return _snapshot(PostFields, PostSnapshot, seen, at)


def object_of(snapshot: ProfileSnapshot | PostSnapshot) -> dict[str, Any]:
    """The object that shows this: its times are aware datetimes, which `orjson` writes with `OPT_UTC_Z`."""
    return {name: value for name, value in zip(snapshot._fields, snapshot, strict=True) if value is not None}


def malformed(error: ValidationError, model: type[BaseModel]) -> Malformed:
    """What is wrong with an object, in words."""
    return Malformed("; ".join(f"{field} {message}" for field, message in failed(error, model).errors))


def _snapshot(model: type[BaseModel], made: type[T], seen: Mapping[str, Any], at: dt.datetime | None) -> T:
    if at is not None and "at" not in seen:
        seen = {"at": at, **seen}
    try:
        fields = model.model_validate(seen).__dict__
    except ValidationError as error:
        raise malformed(error, model) from None
    return made._make(islice(fields.values(), len(made._fields)))


_FIRST = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)
_AHEAD = dt.timedelta(minutes=5)
"""By how much another machine's clock may be wrong."""


def moment(value: object) -> dt.datetime:
    """A whole second of UTC; PydanticCustomError unless it is ISO 8601 with a zone, or an aware datetime."""
    try:
        at = value if isinstance(value, dt.datetime) else _parsed(value)
        if at.tzinfo is not None and at.tzinfo is not dt.UTC:
            at = at.astimezone(dt.UTC)
    except (TypeError, ValueError, OverflowError):
        raise PydanticCustomError("time", "must be a time in ISO 8601, such as 2026-06-14T09:30:00Z") from None
    if at.tzinfo is None:
        raise PydanticCustomError("time", "must have a time zone, as 2026-06-14T09:30:00Z has")
    if at < _FIRST:
        raise PydanticCustomError("time", "must not be before 2010: neither platform was there yet")
    if at > clock.now() + _AHEAD:
        raise PydanticCustomError("time", "must not be in the future")
    return at.replace(microsecond=0) if at.microsecond else at


_parsed: Callable[[Any], dt.datetime] = lru_cache(1 << 12)(dt.datetime.fromisoformat)


def _text(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("null_character", "must not contain the character U+0000")
    if not value.isascii() and _SURROGATE.search(value):
        raise PydanticCustomError("unicode", "must be valid Unicode")
    return value


def _seconds(value: float) -> float:
    if not 0 <= value < math.inf:
        raise PydanticCustomError("seconds", "must be a number of seconds, at least 0")
    return value


def _digits(value: str) -> str:
    if not _ID.fullmatch(value) or int(value) > INT64_MAX:
        raise PydanticCustomError("external_id", "must be the platform's own number of the post, as a string of digits")
    return value


def _username(value: str) -> str:
    name = value.removeprefix("@").lower()
    if not _NAME.fullmatch(name):
        raise PydanticCustomError("username", "must be a username of letters, digits, dots and underscores")
    return name


def _storable(value: dict[str, Any]) -> dict[str, Any]:
    try:
        if b"\\u0000" in orjson.dumps(value):
            raise PydanticCustomError("null_character", "must not contain the character U+0000")
    except TypeError:
        raise PydanticCustomError("json", "must be an object of JSON with integers of at most 64 bits") from None
    return value


_SURROGATE = re.compile("[\ud800-\udfff]")
_ID = re.compile("[1-9][0-9]{0,18}")
_NAME = re.compile("[a-z0-9._]{1,30}")

Text = Annotated[str, AfterValidator(_text)]
Moment = Annotated[dt.datetime, PlainValidator(moment, json_schema_input_type=str)]
ExternalId = Annotated[str, AfterValidator(_digits)]
Username = Annotated[str, AfterValidator(_username)]
Counter = Annotated[int, Field(ge=0, le=INT64_MAX)]
Seconds = Annotated[float, AfterValidator(_seconds)]
Details = Annotated[dict[str, Any], AfterValidator(_storable)]


class ProfileFields(Input):
    """What a profile's snapshot may say, in the order of `ProfileSnapshot`."""

    at: Moment = Field(description="When this was seen, with a time zone; fractions of seconds are dropped.")
    name: Text | None = Field(None, description="The name shown beside the username.")
    description: Text | None = Field(None, description="The biography.")
    profile_pic_url: Text | None = Field(None, description="A picture that can be shown.")
    profile_pic_url_original: Text | None = Field(None, description="The picture on the platform's own servers.")
    is_verified: bool | None = Field(None, description="Whether the platform has verified the profile.")
    is_unavailable: bool | None = Field(None, description="true when there was no such profile, or only for friends.")
    link_in_bio: Text | None = Field(None, description="The link that the profile shows.")
    platform_account_id: Text | None = Field(None, description="The platform's own id of the profile.")
    following_count: Counter | None = Field(None, description="How many the profile follows.")
    profile_post_count: Counter | None = Field(None, description="How many posts the profile says it has.")
    follower_count: Counter | None = Field(None, description="How many follow the profile.")


class PostFields(Input):
    """What a post's snapshot may say, in the order of `PostSnapshot`."""

    at: Moment = Field(description="When this was seen, with a time zone; fractions of seconds are dropped.")
    external_id: ExternalId = Field(description="The platform's own number of the post, as a string of digits.")
    shortcode: Text | None = Field(None, description="Instagram's short name of the post, as in its URL.")
    account_username: Username | None = Field(None, description="Who published it, with or without `@`.")
    platform_account_id: Text | None = Field(None, description="The platform's own id of who published it.")
    description: Text | None = Field(None, description="The caption.")
    create_time: Moment | None = Field(None, description="When it was published, with a time zone.")
    media_type: Annotated[str, member_of(MediaType)] | None = Field(None, description="`video`, `image` or `carousel`.")
    duration: Seconds | None = Field(None, description="How long the video is, in seconds.")
    is_unavailable: bool | None = Field(None, description="true when there was no such post, or only for friends.")
    cover_image_url: Text | None = Field(None, description="A cover image that can be shown.")
    cover_image_url_original: Text | None = Field(None, description="The cover on the platform's own servers.")
    video_url: Text | None = Field(None, description="The video, where it can be played.")
    video_url_original: Text | None = Field(None, description="The video on the platform's own servers.")
    platform_data: Details | None = Field(None, description="Whatever else the platform says, as an object.")
    fb_play_count: Counter | None = Field(None, description="Plays on Facebook of an Instagram post shown there too.")
    fb_like_count: Counter | None = Field(None, description="Likes on Facebook of an Instagram post shown there too.")
    view_count: Counter | None = Field(None, description="Views.")
    play_count: Counter | None = Field(None, description="Plays; TikTok's are its views.")
    like_count: Counter | None = Field(None, description="Likes.")
    comment_count: Counter | None = Field(None, description="Comments.")
    share_count: Counter | None = Field(None, description="Shares.")
    saved_count: Counter | None = Field(None, description="Saves; Instagram only.")
