"""The Instagram Graph API as its documentation shows it: Business Discovery with nested fields, cursors and errors."""

import base64
import datetime as dt
import re
from typing import Any

from services import Asked, Reply

TOKEN = "EAAB" + "x" * 40
USER_ID = "17841405309211844"

_DISCOVERY = re.compile(r"business_discovery\.username\(([a-z0-9._]+)\)\{(.*)\}")
_MEDIA = re.compile(r"media\.limit\((\d+)\)(?:\.after\(([\w=-]+)\))?\{([\w,]+)\}")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class GraphApi:
    """Professional accounts, each with its media, newest first; `headers` go with every answer."""

    def __init__(self) -> None:
        self.accounts: dict[str, dict[str, Any]] = {}
        self.media: dict[str, list[dict[str, Any]]] = {}
        self.headers: dict[str, str] = {}

    def add(self, username: str, media: list[dict[str, Any]], **fields: Any) -> None:
        """An account and what it published."""
        self.accounts[username] = {
            "id": "17841401441775531",
            "ig_id": 25025320,
            "username": username,
            "name": "Blue Bottle",
            "biography": "Coffee.",
            "website": "https://links.example/blue",
            "profile_picture_url": "https://media.example/blue.jpg",
            "followers_count": 267_793,
            "follows_count": 12,
            "media_count": len(media),
        } | fields
        self.media[username] = media

    def reply(self, asked: Asked) -> Reply:
        """The answer to a request."""
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.error(190, "Invalid OAuth access token - Cannot parse access token")
        found = _DISCOVERY.fullmatch(asked.params["fields"])
        assert found is not None, asked.params
        username, fields = found[1], found[2]
        if username not in self.accounts:
            return self.error(110, "Invalid user id", error_subcode=2207013, error_user_title="Cannot find User")
        nested = _MEDIA.search(fields)
        names = _MEDIA.sub("", fields).strip(",").split(",")
        shown = {name: self.accounts[username].get(name) for name in ["id", *names]}
        user: dict[str, Any] = {name: value for name, value in shown.items() if value is not None}
        if nested is not None and self.media[username]:
            user["media"] = self._page(self.media[username], int(nested[1]), nested[2], nested[3].split(","))
        return Reply({"business_discovery": user, "id": USER_ID}, headers=self.headers)

    def error(self, code: int, message: str, status: int = 400, **more: Any) -> Reply:
        """An error in the API's own shape."""
        error = {"message": message, "type": "OAuthException", "code": code, **more, "fbtrace_id": "EJplcsCHuLu"}
        return Reply({"error": error}, status, self.headers)

    def _page(self, media: list[dict[str, Any]], limit: int, after: str | None, names: list[str]) -> dict[str, Any]:
        start = 0 if after is None else int(base64.urlsafe_b64decode(after)) + 1
        some = media[start : start + limit]
        cursors = {"before": _cursor(start)}
        if start + limit < len(media):
            cursors["after"] = _cursor(start + limit - 1)
        data = [{name: one[name] for name in {*names, "id"} if name in one} for one in some]
        return {"data": data, "paging": {"cursors": cursors}}


def _cursor(index: int) -> str:
    return base64.urlsafe_b64encode(str(index).encode()).decode()


def a_reel(at: dt.datetime, **fields: Any) -> dict[str, Any]:
    """A reel that was published at a time; its shortcode is that of a post of that time."""
    number = external_id(at)
    code = ""
    while number:
        number, digit = divmod(number, 64)
        code = _ALPHABET[digit] + code
    return {
        "id": f"1789{int(at.timestamp())}",
        "caption": "Morning ☕ #coffee",
        "like_count": 3_120,
        "comments_count": 40,
        "view_count": 98_000,
        "media_type": "VIDEO",
        "media_product_type": "REELS",
        "media_url": "https://media.example/reel.mp4",
        "thumbnail_url": "https://media.example/reel.jpg",
        "permalink": f"https://www.instagram.com/reel/{code}/",
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
    } | fields


def external_id(at: dt.datetime) -> int:
    """Instagram's own number of a post of that time."""
    return (int(at.timestamp()) - 1_314_220_021) * 1_000 << 23 | 5


def without(media: dict[str, Any], *names: str) -> dict[str, Any]:
    """The media as the API shows it when it leaves some fields out."""
    return {name: value for name, value in media.items() if name not in names}
