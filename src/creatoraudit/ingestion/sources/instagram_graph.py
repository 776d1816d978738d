"""Asks the official Instagram Graph API, as Business Discovery: what a professional account may see of the others.

It shows business and creator accounts: followers, captions, likes, comments, the views of videos. It shows no saves, no
shares, no personal accounts, and posts only in their poster's feed.
"""

import datetime as dt
import time
from typing import Any, NamedTuple

import structlog

from creatoraudit import clock
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.formats.instagram_graph import (
    MEDIA_FIELDS,
    PROFILE_FIELDS,
    identifier_of,
    post_of,
    profile_of,
)
from creatoraudit.ingestion.formats.snapshot import Malformed
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources.feed import newest, published, published_at
from creatoraudit.ingestion.sources.graph_limits import refusal, resume_at
from creatoraudit.ingestion.sources.service import Service, told
from creatoraudit.ingestion.sources.source import (
    Failed,
    Gone,
    Observed,
    PostReference,
    ProfileReference,
    Result,
    SourceUnavailable,
    Throttled,
    Wanted,
)
from creatoraudit.settings import Settings

_TIMEOUT = 30.0
_MAX_BYTES = 16_777_216
_PATIENCE = 30.0
"""Seconds after which no further page of a feed is asked for."""
_PAGE = 50
_DEPTH = 20
"""Pages of a feed in which a post is looked for."""
_SLACK = dt.timedelta(days=1)
"""How much earlier than its id was made a post may say that it was published."""
_TOO_MANY = 429
_TOO_LONG = Throttled(None, "the feed is too long to be read at once")
_ELSEWHERE = Failed("the Instagram Graph API knows Instagram only")

log = structlog.get_logger(__name__)


class Page(NamedTuple):
    """A profile with some posts of its feed, and the cursor that the next ones come after."""

    profile: ProfileSnapshot
    posts: list[PostSnapshot]
    after: str | None

    def is_before(self, at: dt.datetime) -> bool:
        """Whether all posts from here on were published earlier."""
        times = [published(Platform.INSTAGRAM, post) for post in self.posts]
        return bool(times) and max(times) < at


PageResult = Page | Failed | Gone | Throttled


class InstagramGraph:
    """The API, asked on behalf of one professional account."""

    def __init__(self, service: Service, user_id: str, token: str, *, patience: float = _PATIENCE) -> None:
        self._service = service
        self._user_id = user_id
        self._token = token
        self._patience = patience
        self._resume_at: dt.datetime | None = None

    async def fetch_profile(self, profile: ProfileReference, wanted: Wanted) -> Result:
        """The profile and the newest posts of its feed, as far as it can be read for now."""
        if profile.platform is not Platform.INSTAGRAM:
            return _ELSEWHERE
        started = time.monotonic()
        page = await self._page(profile.username, wanted.posts)
        if not isinstance(page, Page):
            return page
        seen, posts = page.profile, page.posts
        while page.after is not None and not _suffice(posts, page, wanted):
            left = None if wanted.posts is None else wanted.posts - len(posts)
            late = time.monotonic() - started >= self._patience
            page = _TOO_LONG if late else await self._page(profile.username, left, page.after)
            if isinstance(page, Throttled):
                log.warning("a feed broke off", platform=profile.platform, posts=len(posts), why=page.why)
                break
            if not isinstance(page, Page):
                return page
            posts += page.posts
        return Observed(seen, newest(profile.platform, posts, wanted))

    async def fetch_post(self, post: PostReference) -> Result:
        """One post, which is looked for in its poster's feed."""
        if post.platform is not Platform.INSTAGRAM:
            return _ELSEWHERE
        if post.account_username is None:
            return Failed("the Graph API shows a post only in its poster's feed, and nobody knows the poster")
        return await self._search(post.account_username, post.external_id)

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._service.close()

    async def _search(self, username: str, external_id: str) -> Result:
        made, after, pages, started = published_at(Platform.INSTAGRAM, external_id), None, 0, time.monotonic()
        while pages < _DEPTH and (pages == 0 or time.monotonic() - started < self._patience):
            page = await self._page(username, None, after)
            if isinstance(page, Gone):
                return Failed(f"the poster's feed is not to be seen: {page.why}")
            if not isinstance(page, Page):
                return page
            found = [one for one in page.posts if one.external_id == external_id]
            if found:
                return Observed(None, found[:1])
            after, pages = page.after, pages + 1
            if after is None or page.is_before(made - _SLACK):
                return Gone(f"the feed of {username} does not have the post")
        return Failed(f"the post is not among the newest {pages * _PAGE} of {username}")

    async def _page(self, username: str, posts: int | None, after: str | None = None) -> PageResult:
        at = clock.now()
        if self._resume_at is not None and at < self._resume_at:
            return Throttled(self._resume_at, "what the Graph API allows in an hour is nearly used up")
        answer = await self._service.ask(f"/{self._user_id}", {"fields": _fields(username, posts, after)})
        if isinstance(answer, Failed):
            return answer
        resume = answer.retry_at or resume_at(answer.headers)
        self._resume_at = resume or self._resume_at
        content = answer.content if isinstance(answer.content, dict) else {}
        if isinstance(error := content.get("error"), dict):
            message = str(error.get("message", "")).replace(self._token, "***")  # it repeats tokens that it refuses
            return refusal(error, told(message), resume)
        if answer.status == _TOO_MANY:
            return Throttled(resume, "the Graph API was asked too often")
        try:
            return _read(content.get("business_discovery"), username, after, at)
        except Malformed as error:
            return Failed(f"the Graph API's answer (status {answer.status}) cannot be read: {error}")


def open_instagram_graph(settings: Settings) -> InstagramGraph:
    """The Graph API as the settings say; SourceUnavailable naming what they lack."""
    user_id, token = settings.instagram_graph_user_id, settings.instagram_graph_token
    if user_id is None or token is None:
        raise SourceUnavailable(
            "The source 'instagram_graph' needs CREATORAUDIT_INSTAGRAM_GRAPH_USER_ID and"
            " CREATORAUDIT_INSTAGRAM_GRAPH_TOKEN; docs/sources.md says where to get them."
        )
    secret = token.get_secret_value()
    service = Service(settings.instagram_graph_url, secret, timeout=_TIMEOUT, max_bytes=_MAX_BYTES)
    return InstagramGraph(service, user_id, secret)


def _fields(username: str, posts: int | None, after: str | None) -> str:
    """The profile and, nested, the page of its media that comes after a cursor."""
    limit = _PAGE if posts is None else min(posts, _PAGE)
    cursor = "" if after is None else f".after({after})"
    media = f"media.limit({limit}){cursor}{{{','.join(MEDIA_FIELDS)}}}"
    shown = [*PROFILE_FIELDS, media] if limit > 0 else PROFILE_FIELDS
    return f"business_discovery.username({username}){{{','.join(shown)}}}"


def _read(user: Any, username: str, after: str | None, at: dt.datetime) -> Page:
    if not isinstance(user, dict) or not user.keys() & set(PROFILE_FIELDS):
        raise Malformed("it shows no profile")
    media = user.get("media", {})
    data = media.get("data", []) if isinstance(media, dict) else None
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise Malformed("media must have an array of objects as its data")
    posts = [post_of(one, post, username, at) for one in data if (post := identifier_of(one)) is not None]
    return Page(profile_of(user, at), posts, _cursor(media) if data and _cursor(media) != after else None)


def _cursor(media: dict[str, Any]) -> str | None:
    """What the next page comes after. Business Discovery has cursors only, and no links to follow."""
    paging = media.get("paging")
    cursors = paging.get("cursors") if isinstance(paging, dict) else None
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) else None


def _suffice(posts: list[PostSnapshot], page: Page, wanted: Wanted) -> bool:
    """Whether whatever comes after the page is not wanted."""
    if wanted.posts is not None and len(posts) >= wanted.posts:
        return True
    return wanted.since is not None and page.is_before(wanted.since)
