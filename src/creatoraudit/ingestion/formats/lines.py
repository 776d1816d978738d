"""Our own format: objects that say by their `kind` whether something was seen, or is tracked."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import islice, repeat
from operator import itemgetter
from typing import Any

from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator

from creatoraudit.domain.accounts.inputs import username_of
from creatoraudit.domain.validation import PlatformName
from creatoraudit.ingestion.formats.columns import judges_of
from creatoraudit.ingestion.formats.entry import Account, AccountVideo, Creator, Entry, Organization, Sighting, Video
from creatoraudit.ingestion.formats.snapshot import (
    Malformed,
    PostFields,
    ProfileFields,
    Text,
    malformed,
    object_of,
)
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot


class ProfileLine(ProfileFields):
    """How a profile looked at one time."""

    platform: PlatformName = Field(description="`instagram` or `tiktok`.")
    username: Text = Field(description="The username, with or without `@`, or the profile's URL.")

    @field_validator("username")
    @classmethod
    def _normal(cls, value: str, info: ValidationInfo) -> str:
        platform = info.data.get("platform")
        return username_of(platform, value) if platform is not None else value


class PostLine(PostFields):
    """How a post looked at one time."""

    platform: PlatformName = Field(description="`instagram` or `tiktok`.")
    in_feed: bool = Field(True, description="false where the post was looked up by itself, not found in a feed.")


KINDS: dict[str, type[BaseModel]] = {
    "profile": ProfileLine,
    "post": PostLine,
    "organization": Organization,
    "creator": Creator,
    "account": Account,
    "video": Video,
    "account_video": AccountVideo,
}
"""What an object may be of; one that does not say is a post's if it has an `external_id`, and else a profile's."""
_KIND_OF = {model: kind for kind, model in KINDS.items()}
_WIDTHS = {ProfileLine: len(ProfileSnapshot._fields), PostLine: len(PostSnapshot._fields)}


def entries_of(said: Mapping[str, Any], at: dt.datetime | None = None) -> tuple[Entry]:
    """What an object says, seen at `at` unless it says when; Malformed if that is not to be understood."""
    fields = dict(said)
    kind = fields.pop("kind", "post" if "external_id" in fields else "profile")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise Malformed(f"kind must be one of: {', '.join(KINDS)}")
    if at is not None and model in _WIDTHS:
        fields.setdefault("at", at)
    try:
        line = model.model_validate(fields)
    except ValidationError as error:
        raise malformed(error, model) from None
    if isinstance(line, PostLine):
        post = PostSnapshot._make(islice(line.__dict__.values(), _WIDTHS[PostLine]))
        return (Sighting(line.platform, post.account_username if line.in_feed else None, post),)
    if isinstance(line, ProfileLine):
        profile = ProfileSnapshot._make(islice(line.__dict__.values(), _WIDTHS[ProfileLine]))
        return (Sighting(line.platform, line.username, profile),)
    return (line,)  # type: ignore[return-value]  # the other kinds are records as they are


def sightings_of(objects: Sequence[dict[str, Any]]) -> list[Sighting] | None:
    """What profiles or posts say that all say the same fields, their time among them; None if one is not right."""
    names = objects[0].keys() - {"kind"}
    kind = objects[0].get("kind", "post" if "external_id" in names else "profile")
    model = _SEEN.get(kind) if isinstance(kind, str) else None
    if model is None or not names >= _NEEDED[model]:
        return None
    judges = _JUDGES[model]
    try:
        if {one.get("kind", kind) for one in objects} != {kind}:
            return None
        said = zip(*map(itemgetter(*names), objects), strict=True)
        columns = {name: judges[name](values) for name, values in zip(names, said, strict=True)}
        return _posts(columns, len(objects)) if model is PostLine else _profiles(columns)
    except (KeyError, TypeError, ValueError):
        return None


def _posts(columns: dict[str, Iterable[Any]], number: int) -> list[Sighting]:
    feeds = usernames = list(columns.get("account_username", repeat(None, number)))
    if "in_feed" in columns:
        feeds = [name if seen_there else None for name, seen_there in zip(usernames, columns["in_feed"], strict=True)]
    return _sightings(PostSnapshot, columns | {"account_username": usernames}, columns["platform"], feeds)


def _profiles(columns: dict[str, Iterable[Any]]) -> list[Sighting]:
    said = list(zip(columns["platform"], columns["username"], strict=True))
    names = {one: username_of(*one) for one in set(said)}
    return _sightings(ProfileSnapshot, columns, [platform for platform, _ in said], map(names.__getitem__, said))


def _sightings(
    kind: type[ProfileSnapshot | PostSnapshot],
    columns: Mapping[str, Iterable[Any]],
    platforms: Iterable[str],
    usernames: Iterable[str | None],
) -> list[Sighting]:
    fields = [columns.get(name, repeat(None)) for name in kind._fields]
    seen = map(partial(tuple.__new__, kind), zip(*fields, strict=False))
    return list(map(partial(tuple.__new__, Sighting), zip(platforms, usernames, seen, strict=True)))


_SEEN: dict[str, type[BaseModel]] = {"profile": ProfileLine, "post": PostLine}
_JUDGES = {model: judges_of(model) for model in _SEEN.values()}
_NEEDED = {
    model: {name for name, field in model.model_fields.items() if field.is_required()} for model in _SEEN.values()
}


def object_of_entry(entry: Entry) -> dict[str, Any]:
    """The object that says this: its times are aware datetimes, which `orjson` writes with `OPT_UTC_Z`."""
    if not isinstance(entry, Sighting):
        said = {name: value for name, value in entry.__dict__.items() if value is not None}
        return {"kind": _KIND_OF[type(entry)], **said}
    if isinstance(entry.seen, PostSnapshot):
        alone = {"in_feed": False} if entry.username is None and entry.seen.account_username is not None else {}
        return {"kind": "post", "platform": entry.platform, **object_of(entry.seen), **alone}
    return {"kind": "profile", "platform": entry.platform, "username": entry.username, **object_of(entry.seen)}
