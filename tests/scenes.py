"""A profile that every source can be shown, each through the service it really asks."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from creatoraudit.domain.identifiers import parse_identifier
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.sources.registry import open_source
from creatoraudit.ingestion.sources.source import PostReference, ProfileReference, Source
from creatoraudit.settings import Settings
from graph_api import TOKEN, USER_ID, GraphApi, a_reel, external_id, without
from recorded_platforms import Recorded, tiktok_feed, tiktok_items, tiktok_post_page, tiktok_user_page
from services import Asked, LocalService, Reply, local_service

USERNAME = "cook"


class Scene(Protocol):
    """What a source is shown, and the source."""

    platform: Platform
    source: Source

    def shows(self, published: Sequence[dt.datetime], *, counted: bool) -> None:
        """There is a profile, and there are posts of these times; without their numbers unless they are `counted`."""
        ...

    def says_nothing(self) -> None:
        """Whatever is asked from now on, the answer has nothing in it."""
        ...


class MadeUp:
    """The simulated platform, which shows what it likes."""

    platform = Platform.TIKTOK

    def __init__(self) -> None:
        self.source = open_source("simulated", Settings())

    def shows(self, published: Sequence[dt.datetime], *, counted: bool) -> None:  # noqa: ARG002
        assert counted

    def says_nothing(self) -> None:
        raise AssertionError("it always says something")


class OperatorsService:
    """A service of the operator's."""

    platform = Platform.TIKTOK

    def __init__(self, service: LocalService) -> None:
        self._service = service
        self.source = open_source("http", Settings(http_source_url=service.url))

    def shows(self, published: Sequence[dt.datetime], *, counted: bool) -> None:
        numbers = {"view_count": 900, "like_count": 50, "comment_count": 4, "share_count": 2} if counted else {}
        posts = [
            {"external_id": tiktok_id(at), "create_time": at.isoformat(), "description": "Dinner"} | numbers
            for at in published
        ]
        profile = {"name": "The Cook"} | ({"follower_count": 100, "profile_post_count": 7} if counted else {})

        def reply(asked: Asked) -> Reply:
            if asked.path == "/profile":
                return Reply({"profile": profile, "posts": posts})
            found = [post for post in posts if post["external_id"] == asked.params["external_id"]]
            return Reply({"post": found[0]}) if found else Reply(status=404)

        self._service.reply = reply

    def says_nothing(self) -> None:
        self._service.answers({})


class InstagramApi:
    """The Instagram Graph API."""

    platform = Platform.INSTAGRAM

    def __init__(self, service: LocalService) -> None:
        self._service = service
        self._api = GraphApi()
        self.source = open_source(
            "instagram_graph",
            Settings(instagram_graph_url=service.url, instagram_graph_user_id=USER_ID, instagram_graph_token=TOKEN),
        )

    def shows(self, published: Sequence[dt.datetime], *, counted: bool) -> None:
        counts = () if counted else ("view_count", "like_count", "comments_count")
        media = [without(a_reel(at), *counts) for at in published]
        numbers = dict.fromkeys(() if counted else ("followers_count", "follows_count", "media_count"))
        self._api.add(USERNAME, media, **numbers)
        self._service.reply = self._api.reply

    def says_nothing(self) -> None:
        self._service.answers({"business_discovery": {"id": "1"}, "id": USER_ID})


class TikTokByYtdlp:
    """TikTok's pages, as yt-dlp reads them."""

    platform = Platform.TIKTOK

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.source = open_source("ytdlp", Settings())

    def shows(self, published: Sequence[dt.datetime], *, counted: bool) -> None:
        items = [self._item(at, counted=counted) for at in published]
        recorded = Recorded(self._directory)
        for item in items:
            recorded.answer(f"/video/{item['id']}$", tiktok_post_page(item))
        recorded.answer(f"/@{USERNAME}$", tiktok_user_page(items[0]["author"], videos=len(items)))
        recorded.answer("/api/creator/item_list/", tiktok_feed(items))

    def says_nothing(self) -> None:
        Recorded(self._directory).answer("tiktok.com", "")

    def _item(self, at: dt.datetime, *, counted: bool) -> dict[str, Any]:
        item = tiktok_items()[0]
        shown = {"id": tiktok_id(at), "createTime": int(at.timestamp())} | ({} if counted else {"stats": {}})
        return item | shown | {"author": item["author"] | {"uniqueId": USERNAME}}


SCENES = ("simulated", "http", "instagram_graph", "ytdlp")
SPEECHLESS = SCENES[1:]
"""Those that can be shown a profile without numbers, and nothing at all."""


@contextmanager
def scene_of(name: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """The scene of a source."""
    if name == "simulated":
        yield MadeUp()
    elif name == "ytdlp":
        for variable, value in Recorded(directory).environment.items():
            monkeypatch.setenv(variable, value)
        yield TikTokByYtdlp(directory)
    else:
        with local_service() as service:
            yield OperatorsService(service) if name == "http" else InstagramApi(service)


def profile_in(scene: Scene) -> ProfileReference:
    """The scene's profile."""
    return ProfileReference(scene.platform, USERNAME)


def post_in(scene: Scene, published: dt.datetime) -> PostReference:
    """The scene's post of a time."""
    if scene.platform is Platform.TIKTOK:
        return PostReference(scene.platform, tiktok_id(published), None, USERNAME)
    number = str(external_id(published))
    return PostReference(scene.platform, number, parse_identifier(scene.platform, number).shortcode, USERNAME)


def tiktok_id(at: dt.datetime) -> str:
    """TikTok's own number of a post of that time."""
    return str(int(at.timestamp()) << 32 | 5)
