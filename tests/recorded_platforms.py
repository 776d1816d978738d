"""What TikTok and Instagram answer to yt-dlp: pages in their own shape, played to a real yt-dlp."""

import json
import os
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "ingestion" / "sources"
PLUGINS = HERE / "recorded"
DATA = HERE / "data"


class Recorded:
    """The answers that yt-dlp gets, the first that matches, and what it asked for."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "answers.json"
        path = os.pathsep.join(filter(None, (str(PLUGINS), os.environ.get("PYTHONPATH"))))
        self.environment = {"PYTHONPATH": path, "YTDLP_RECORDED": str(self.path)}
        self._answers: list[dict[str, Any]] = []
        self._write()

    def answer(
        self,
        pattern: str,
        body: Any = "",
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        url: str | None = None,
        seconds: float = 0,
    ) -> None:
        """What URLs with this pattern are answered, and after how long.

        None never answers, `url` is where a redirect led.
        """
        body = body if isinstance(body, str | None) else json.dumps(body)
        one = {"pattern": pattern, "body": body, "status": status, "headers": headers or {}, "url": url}
        one["seconds"] = seconds
        self._answers.append(one)
        self._write()

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The requests so far."""
        notes = self.path.with_suffix(".asked")
        return [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []

    @property
    def processes(self) -> list[int]:
        """Who asked, in order."""
        return list(dict.fromkeys(one["process"] for one in self.asked))

    def _write(self) -> None:
        self.path.write_text(json.dumps(self._answers))


def tiktok_items() -> list[dict[str, Any]]:
    """Posts as TikTok's pages and feeds have them, newest first; all are of one user."""
    items: list[dict[str, Any]] = json.loads((DATA / "tiktok_items.json").read_text())
    return items


def instagram_media(name: str) -> dict[str, Any]:
    """A post as Instagram's pages have it: `reel`, `picture` or `carousel`."""
    media: dict[str, dict[str, Any]] = json.loads((DATA / "instagram_media.json").read_text())
    return media[name]


def tiktok_page(scope: dict[str, Any]) -> str:
    """A page of TikTok's with its data."""
    data = json.dumps({"__DEFAULT_SCOPE__": scope})
    script = f'<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">{data}</script>'
    return f"<!DOCTYPE html><html><body>{script}</body></html>"


def tiktok_post_page(item: dict[str, Any] | None, status: int = 0) -> str:
    """The page of a post, or of one that is withheld with a status."""
    detail = (
        {"statusCode": status, "statusMsg": "", "itemInfo": {"itemStruct": item}} if item else {"statusCode": status}
    )
    return tiktok_page({"webapp.video-detail": detail})


def tiktok_user_page(user: dict[str, Any], *, videos: int, status: int = 0) -> str:
    """The page of a user."""
    info = {"user": user, "stats": {"followerCount": 51_200, "videoCount": videos}, "itemList": []}
    return tiktok_page({"webapp.user-detail": {"statusCode": status, "userInfo": info}})


def tiktok_feed(items: list[dict[str, Any]], *, more: bool = False) -> dict[str, Any]:
    """A page of a user's feed."""
    return {"statusCode": 0, "itemList": items, "hasMorePrevious": more, "cursor": str(int(time.time() * 1_000))}


def instagram_page(media: dict[str, Any] | None) -> str:
    """The page of a post as those see it who are not logged in."""
    result = {"data": {"xig_polaris_media": {"if_not_gated_logged_out": media}}}
    stream = ["RelayPrefetchedStreamCache", "next", [], ["adp_Post", {"__bbox": {"result": result}}]]
    bundle = {"require": [["ScheduledServerJS", "handle", None, [{"__bbox": {"require": [stream]}}]]]}
    return f'<html><script type="application/json" data-sjs>{json.dumps(bundle)}</script></html>'


INSTAGRAM_HOME = '<html><script type="application/json" id="__eqmc">{"l":"AVqbxe3J_YA"}</script></html>'
