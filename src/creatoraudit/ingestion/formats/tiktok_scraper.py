"""What `tiktok-scraper` collects: posts with their counters, each with what it knows of whoever published it."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from creatoraudit.domain.accounts.inputs import username_of
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.formats.entry import Sighting
from creatoraudit.ingestion.formats.snapshot import Counter, ExternalId, Malformed, Seconds, Text, malformed, moment
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot


def entries_of(said: Mapping[str, Any], at: dt.datetime | None) -> list[Sighting]:
    """The profile and the post that an element of a collection shows as of `at`, for it does not say when it was seen.

    Malformed if it is no such element, or if nobody says when.
    """
    if at is None:
        raise Malformed("tiktok-scraper does not say when it looked: somebody must, with --at")
    try:
        element = _Element.model_validate(said)
    except ValidationError as error:
        raise malformed(error, _Element) from None
    author = element.author_meta
    return [
        Sighting(Platform.TIKTOK, author.name, _profile(author, at)),
        Sighting(Platform.TIKTOK, author.name, _post(element, at)),
    ]


def _profile(author: "_Author", at: dt.datetime) -> ProfileSnapshot:
    has_numbers = bool(author.video)  # who published this has at least one: without it, the numbers were not loaded
    return ProfileSnapshot(
        at,
        name=author.nick_name,
        description=author.signature,
        profile_pic_url_original=author.avatar,
        is_verified=author.verified,
        is_unavailable=author.private,
        platform_account_id=author.id,
        following_count=author.following if has_numbers else None,
        profile_post_count=author.video if has_numbers else None,
        follower_count=author.fans if has_numbers else None,
    )


def _post(element: "_Element", at: dt.datetime) -> PostSnapshot:
    return PostSnapshot(
        at,
        element.id,
        account_username=element.author_meta.name,
        platform_account_id=element.author_meta.id,
        description=element.text,
        create_time=element.create_time,
        media_type="video",
        duration=element.video_meta.duration or None,
        is_unavailable=False,
        cover_image_url_original=element.covers.default or element.image_url,
        video_url_original=element.video_url or None,
        platform_data=_details(element) or None,
        view_count=element.play_count,
        like_count=element.digg_count,
        comment_count=element.comment_count,
        share_count=element.share_count,
    )


def _details(element: "_Element") -> dict[str, Any]:
    music = element.music_meta
    named = {"id": music.music_id, "name": music.music_name, "author": music.music_author}
    known = {name: value for name, value in named.items() if value}
    tags = [tag.name for tag in element.hashtags]
    return ({"hashtags": tags} if "hashtags" in element.model_fields_set else {}) | ({"music": known} if known else {})


def _username(value: str) -> str:
    return username_of(Platform.TIKTOK, value)


def _unix(value: object) -> dt.datetime:
    """The tool writes seconds since 1970 as a number or as text."""
    try:
        return moment(dt.datetime.fromtimestamp(int(value), dt.UTC))  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError, OSError):
        raise PydanticCustomError("time", "must be the Unix time at which the post was published") from None


class _Part(BaseModel):
    """Strict about what is read, indifferent to whatever else the tool writes."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, alias_generator=to_camel)


class _Author(_Part):
    name: Annotated[Text, AfterValidator(_username)]
    id: Text | None = None
    nick_name: Text | None = None
    signature: Text | None = None
    avatar: Text | None = None
    verified: bool | None = None
    private: bool | None = None
    following: Counter | None = None
    fans: Counter | None = None
    video: Counter | None = None


class _Video(_Part):
    duration: Seconds | None = None


class _Covers(_Part):
    default: Text | None = None


class _Music(_Part):
    music_id: Text | None = None
    music_name: Text | None = None
    music_author: Text | None = None


class _Tag(_Part):
    name: Text


class _Element(_Part):
    id: ExternalId
    text: Text | None = None
    create_time: Annotated[dt.datetime | None, BeforeValidator(_unix)] = None
    author_meta: _Author
    video_meta: _Video = _Video()
    covers: _Covers = _Covers()
    music_meta: _Music = _Music()
    image_url: Text | None = None
    video_url: Text | None = None
    hashtags: list[_Tag] = Field(default_factory=list)
    play_count: Counter | None = None
    digg_count: Counter | None = None
    comment_count: Counter | None = None
    share_count: Counter | None = None
