"""Asks a service of the operator's, in whatever language it is written: docs/sources.md says what it answers."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from creatoraudit import clock
from creatoraudit.domain.validation import Input
from creatoraudit.ingestion.formats.snapshot import Malformed, malformed, post_of, profile_of
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources.feed import newest
from creatoraudit.ingestion.sources.service import Answer, Service, told
from creatoraudit.ingestion.sources.source import (
    Failed,
    Gone,
    Observed,
    PostReference,
    Private,
    ProfileReference,
    Result,
    SourceUnavailable,
    Throttled,
    Unchanged,
    Wanted,
)
from creatoraudit.settings import Settings

A = TypeVar("A", bound=Input)
S = TypeVar("S", ProfileSnapshot, PostSnapshot)
Shown = dict[str, Any]


class ProfileAnswer(Input):
    """The service's answer about a profile: what it shows, and posts of its feed."""

    profile: Shown
    posts: list[Shown] = Field(default_factory=list)


class PostAnswer(Input):
    """The service's answer about one post."""

    post: Shown


class Http:
    """A service that is asked for one profile or one post at a time."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def fetch_profile(self, profile: ProfileReference, wanted: Wanted) -> Result:
        """The profile and the newest posts of its feed."""
        asked = {**profile._asdict(), "posts": wanted.posts, "since": wanted.since}
        return await self._ask("/profile", asked, lambda content: _profile(profile, wanted, content))

    async def fetch_post(self, post: PostReference) -> Result:
        """One post, without a profile."""
        return await self._ask("/post", post._asdict(), lambda content: _post(post, content))

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._service.close()

    async def _ask(self, path: str, asked: dict[str, object], read: Callable[[Any], Observed]) -> Result:
        params = {name: _param(value) for name, value in asked.items() if value is not None}
        answer = await self._service.ask(path, params)
        if isinstance(answer, Failed):
            return answer
        try:
            return read(answer.content) if answer.status == _OK else _without_numbers(answer)
        except Malformed as error:
            return Failed(f"the service's answer cannot be read: {error}")


def open_http(settings: Settings) -> Http:
    """The service that the settings name; SourceUnavailable if they name none."""
    if settings.http_source_url is None:
        raise SourceUnavailable(
            "The source 'http' needs CREATORAUDIT_HTTP_SOURCE_URL, where a service answers as docs/sources.md says."
        )
    token = settings.http_source_token
    return Http(
        Service(
            settings.http_source_url,
            None if token is None else token.get_secret_value(),
            timeout=settings.http_source_timeout,
            max_bytes=settings.http_source_max_bytes,
        )
    )


_OK = 200


def _without_numbers(answer: Answer) -> Result:
    """What every other status means; the service may say why."""
    said = told(answer.content.get("why")) if isinstance(answer.content, dict) else ""
    why = said or f"the service answered {answer.status}"
    match answer.status:
        case 304:
            return Unchanged()
        case 404 | 410:
            return Gone(why)
        case 403:
            return Private(why)
        case 429:
            return Throttled(answer.retry_at, why)
        case _:
            return Failed(why)


def _profile(asked: ProfileReference, wanted: Wanted, content: Any) -> Observed:
    answer = _answer(ProfileAnswer, content)
    if not answer.posts and not _says(answer.profile, apart={"at"}):
        raise Malformed("it says nothing of the profile")
    profile = _seen("profile", profile_of, answer.profile)
    posts = [_seen(f"posts[{number}]", post_of, one) for number, one in enumerate(answer.posts)]
    named = (one if one.account_username else one._replace(account_username=asked.username) for one in posts)
    return Observed(profile, newest(asked.platform, named, wanted))


def _post(asked: PostReference, content: Any) -> Observed:
    answer = _answer(PostAnswer, content)
    if not _says(answer.post, apart={"at", "external_id"}):
        raise Malformed("it says nothing of the post")
    post = _seen("post", post_of, {"external_id": asked.external_id} | answer.post)
    if post.external_id != asked.external_id:
        raise Malformed(f"it is about the post {post.external_id}, not about {asked.external_id}")
    return Observed(None, [post])


def _answer(model: type[A], content: Any) -> A:
    if not isinstance(content, dict):
        raise Malformed("it must be a JSON object")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise malformed(error, model) from None


def _says(shown: Shown, *, apart: set[str]) -> bool:
    return any(value is not None for name, value in shown.items() if name not in apart)


def _seen(what: str, read: Callable[[Shown, dt.datetime], S], shown: Shown) -> S:
    """What the service shows of something, which is there to be seen unless it says otherwise."""
    try:
        snapshot = read(shown, clock.now())
    except Malformed as error:
        raise Malformed(f"{what}: {error}") from None
    return snapshot._replace(is_unavailable=bool(snapshot.is_unavailable))


def _param(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)
