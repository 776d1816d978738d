"""One look at a profile or a post through a source, and whether what it says can be true."""

import asyncio
import datetime as dt
import traceback
from collections.abc import Sequence
from typing import Any

import structlog

from creatoraudit import clock
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.formats.snapshot import Malformed, object_of, post_of, profile_of
from creatoraudit.ingestion.leases import Subject
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources.source import (
    Failed,
    Gone,
    Observed,
    PostReference,
    Private,
    ProfileReference,
    Result,
    Source,
    Throttled,
    Unchanged,
    Wanted,
)

AHEAD = dt.timedelta(seconds=60)
"""By how much a source's clock may be ahead of ours."""
_CENTURY_DAYS = 36_500

log = structlog.get_logger(__name__)


async def look(source: Source, subject: Subject, seconds: float) -> Result:
    """What the source says, in at most so many seconds; whatever is broken, late or raised counts as `Failed`."""
    asked = asyncio.create_task(_ask(source, subject))
    try:
        done, _ = await asyncio.wait({asked}, timeout=seconds)
    finally:
        asked.cancel()  # a source that does not let go is not waited for
    if not done:
        return Failed(f"the source took more than {seconds:g} seconds")
    return Failed("the source gave up") if asked.cancelled() else checked(asked.result(), subject)


def checked(result: object, subject: Subject) -> Result:
    """What a source said, with no more posts than are wanted; `Failed` naming what is wrong if any of it cannot be."""
    match result:
        case Observed():
            try:
                return _observed(result, subject)
            except Malformed as error:
                return Failed(f"the source says what cannot be: {error}")
        case Throttled(retry_at=dt.datetime(tzinfo=None)):
            return Failed("the source says to be asked again at a time without a zone")
        case Unchanged() | Gone() | Private() | Failed() | Throttled(retry_at=None | dt.datetime()):
            return result
        case _:
            return Failed(f"the source returned {type(result).__name__}, which is none of the results there are")


def wanted_of(subject: Subject) -> Wanted:
    """The account's own cap and look-back, or those of its organization."""
    days = subject.lookback_days
    since = None if days is None or days > _CENTURY_DAYS else clock.now() - dt.timedelta(days=days)
    return Wanted(subject.posts, since)


async def _ask(source: Source, subject: Subject) -> Any:
    platform, name, account_id = Platform(subject.platform), subject.username, subject.platform_account_id
    try:
        if subject.external_id is not None:
            post = PostReference(platform, subject.external_id, subject.shortcode, name, account_id)
            return await source.fetch_post(post)
        return await source.fetch_profile(ProfileReference(platform, name or "", account_id), wanted_of(subject))
    except Exception as error:  # noqa: BLE001 - a source may be anyone's
        # its message may have a token in it, and stays out of the log
        where = traceback.extract_tb(error.__traceback__)[-1]
        at = f"{where.filename}:{where.lineno}"
        log.debug("source raised", **subject.named, error=type(error).__name__, at=at)
        return Failed(f"the source raised {type(error).__name__}")


def _observed(seen: Observed, subject: Subject) -> Observed:
    if not isinstance(seen.posts, Sequence):
        raise Malformed(f"posts must be a sequence of PostSnapshot, not {type(seen.posts).__name__}")
    posts = [_post(one) for one in seen.posts]
    if subject.external_id is not None:
        if [one.external_id for one in posts] != [subject.external_id]:
            raise Malformed(f"posts must be the post {subject.external_id} alone")
        if not posts[0].is_unavailable and all(getattr(posts[0], name) is None for name in _OF_A_POST):
            raise Malformed("nothing is said of the post")
        return Observed(None, posts)
    profile = _profile(seen.profile)
    if not posts and not any(value is not None for value in (seen.profile or ())[1:]):
        raise Malformed("nothing is said of the profile, and no posts are shown")
    wanted = wanted_of(subject)
    since = wanted.since
    recent = [one for one in posts if since is None or one.create_time is None or one.create_time >= since]
    return Observed(profile, recent[: wanted.posts])


_OF_A_POST = [
    name for name in PostSnapshot._fields[PostSnapshot._fields.index("description") :] if name != "is_unavailable"
]


def _profile(seen: object) -> ProfileSnapshot:
    if not isinstance(seen, ProfileSnapshot):
        raise Malformed(f"profile must be a ProfileSnapshot, not {type(seen).__name__}")
    profile = profile_of(object_of(seen))
    _not_ahead("at", profile.at)
    return profile if profile.is_unavailable else profile._replace(is_unavailable=False)  # it was there to be seen


def _post(seen: object) -> PostSnapshot:
    if not isinstance(seen, PostSnapshot):
        raise Malformed(f"posts must be PostSnapshots, not {type(seen).__name__}")
    try:
        post = post_of(object_of(seen))
        _not_ahead("at", post.at)
        _not_ahead("create_time", post.create_time)
    except Malformed as error:
        raise Malformed(f"post {seen.external_id!r:.40}: {error}") from None
    return post if post.is_unavailable else post._replace(is_unavailable=False)


def _not_ahead(name: str, at: dt.datetime | None) -> None:
    if at is not None and at > clock.now() + AHEAD:
        raise Malformed(f"{name} must not be in the future, as {at.isoformat()} is")
