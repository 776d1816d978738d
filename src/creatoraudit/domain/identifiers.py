"""What people write when they mean a post: URLs, shortcodes and numeric ids, brought to one form without a network."""

import re
from typing import NamedTuple, NoReturn

from pydantic_core import PydanticCustomError

from creatoraudit.domain.validation import INT64_MAX, Platform

MAX_LENGTH = 2048


class PostIdentifier(NamedTuple):
    """A post on its platform; `shortcode` is Instagram's, `username` the poster's where a URL tells it."""

    external_id: str
    shortcode: str | None
    username: str | None


def parse_identifier(platform: Platform, text: str) -> PostIdentifier:
    """The post that a URL, a shortcode or a numeric id stands for; PydanticCustomError if it stands for none."""
    if "." not in text and "/" not in text:
        return _bare(platform, text)
    host, path = _split(text)
    if _HOSTS.get(host, platform) is not platform:
        raise PydanticCustomError(
            "other_platform",
            "is a link to {other}, but platform is {platform}",
            {"other": _HOSTS[host].label, "platform": str(platform)},
        )
    if host in _SHORT_HOSTS or _SHORT_PATH.match(path):
        raise PydanticCustomError(
            "short_link",
            "is a short link that only {label} can resolve; give the full URL it leads to",
            {"label": platform.label},
        )
    found = _POST_PATH[platform].match(path) if host in _HOSTS else None
    if found is None:
        _refuse(platform)
    username = found["username"]
    return _bare(platform, found["id"], username.lower() if username else None)


_HOSTS = {
    "instagram.com": Platform.INSTAGRAM,
    "instagr.am": Platform.INSTAGRAM,
    "tiktok.com": Platform.TIKTOK,
    "vm.tiktok.com": Platform.TIKTOK,
    "vt.tiktok.com": Platform.TIKTOK,
}
_SHORT_HOSTS = frozenset({"vm.tiktok.com", "vt.tiktok.com"})
_SHORT_PATH = re.compile(r"(?:t|share)/")
_POST_PATH = {
    Platform.INSTAGRAM: re.compile(
        r"(?:(?P<username>[a-z0-9._]{1,30})/)?(?:p|reels?|tv)/(?P<id>[a-z0-9_-]+)/?\Z", re.IGNORECASE | re.ASCII
    ),
    Platform.TIKTOK: re.compile(
        r"@(?P<username>[a-z0-9._]{2,24})/(?:video|photo)/(?P<id>[0-9]+)/?\Z", re.IGNORECASE | re.ASCII
    ),
}
_EXPECTED = {
    Platform.INSTAGRAM: "an Instagram post: its URL, its shortcode or its numeric media id (15 digits or more)",
    Platform.TIKTOK: "a TikTok post: its URL or its numeric id",
}


def _split(url: str) -> tuple[str, str]:
    """Host and path of a URL, without scheme, `www.` or `m.`, query and fragment."""
    plain = re.split(r"[?#]", url, maxsplit=1)[0]
    host, _, path = re.sub(r"\Ahttps?://", "", plain, flags=re.IGNORECASE).partition("/")
    return re.sub(r"\A(?:www|m)\.", "", host.lower()), path


def _bare(platform: Platform, text: str, username: str | None = None) -> PostIdentifier:
    if platform is Platform.TIKTOK:
        return PostIdentifier(str(_bounded(platform, text)), None, username)
    media_id = _MEDIA_ID.match(text)
    number = _bounded(platform, media_id[1]) if media_id else _number(text)
    return PostIdentifier(str(number), _shortcode(number), username)


# A media id may carry its owner's id, as Instagram's own interfaces write it.
_MEDIA_ID = re.compile(r"([0-9]{15,})(?:_[0-9]+)?\Z")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_DIGIT = {character: digit for digit, character in enumerate(_ALPHABET)}
_SHORTCODE_LENGTH = 11
_SECRET_LENGTH = 28
"""A link to a private account's post appends this many characters to the shortcode; they only grant access."""


def _number(shortcode: str) -> int:
    if len(shortcode) > _SECRET_LENGTH:
        shortcode = shortcode[:-_SECRET_LENGTH]
    if not 1 <= len(shortcode) <= _SHORTCODE_LENGTH or not _DIGIT.keys() >= set(shortcode):
        _refuse(Platform.INSTAGRAM)
    number = 0
    for character in shortcode:
        number = number * len(_ALPHABET) + _DIGIT[character]
    return _bounded(Platform.INSTAGRAM, str(number))


def _shortcode(number: int) -> str:
    characters = ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        characters = _ALPHABET[digit] + characters
    return characters


def _bounded(platform: Platform, digits: str) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", digits) or not 0 < int(digits) <= INT64_MAX:
        _refuse(platform)
    return int(digits)


def _refuse(platform: Platform) -> NoReturn:
    raise PydanticCustomError("identifier", "must be {expected}", {"expected": _EXPECTED[platform]})
