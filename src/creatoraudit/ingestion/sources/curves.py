"""Made-up profiles and posts that grow believably: pure functions of a world, a profile's name and the time.

Sizes are heavy-tailed, growth has a weekly rhythm and setbacks, a post's counters rise steeply and saturate, small
profiles engage more, and now and then a post goes viral. Asking for any moment costs the same, so that a history can be
made from any day on and continued at any time.
"""
# ruff: noqa: PLR2004 - the numbers are the model

import datetime as dt
import math
import re
from statistics import NormalDist
from typing import Any, NamedTuple

from creatoraudit.domain.identifiers import parse_identifier
from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sources import phrases
from creatoraudit.ingestion.sources.feed import INSTAGRAM_EPOCH, published_at

_EPOCH = dt.datetime(2020, 1, 6, tzinfo=dt.UTC)  # a Monday
_SIZED_AT = 2_200.0  # the day on which a profile has its own size, early in 2026
_DAY = 86_400
_MASK = (1 << 64) - 1
_STEPS = 4_096
_NORMAL = tuple(NormalDist().inv_cdf((step + 0.5) / _STEPS) for step in range(_STEPS))
_WAVE = tuple(math.sin(2 * math.pi * step / _STEPS) for step in range(_STEPS))
_WEEK = (0.0, 0.88, 1.74, 2.62, 3.56, 4.66, 5.86, 7.0)  # the week's growth by the end of each day: most at weekends
_RESOLUTION = 8  # steps per day of a post's first weeks
_RISEN = tuple(
    tuple(
        0.8 * (1 - math.exp(-((step / _RESOLUTION / days) ** 0.7))) + 0.05 * math.log1p(step / _RESOLUTION)
        for step in range(90 * _RESOLUTION)
    )
    for days in (1, 3, 9)
)


class World(NamedTuple):
    """What everyone in a made-up world has in common: another `seed` makes another world.

    A typical profile lets `pace` days pass between two posts and shows its newest `feed` of them; of a share of the
    profiles, `gone`, there is nothing left to see.
    """

    seed: int = 7
    pace: float = 3.0
    feed: int = 40
    gone: float = 0.0


class Profile(NamedTuple):
    """What stays the same about a simulated profile."""

    world: World
    key: int
    platform: Platform
    username: str
    fixed: tuple[Any, ...]
    size: float
    growth: float
    surges: float
    appeal: float
    pace: float


class Publication(NamedTuple):
    """What stays the same about a simulated post; its `reach` is where its views end up."""

    key: int
    published: dt.datetime
    day: float
    fixed: tuple[Any, ...]
    reach: float
    rise: tuple[float, ...]
    ratios: tuple[float | None, ...]
    cross_posted: float | None


def profile(world: World, platform: Platform, username: str) -> Profile:
    """The simulated profile of that name."""
    key = _mixed(world.seed, *platform.encode(), *username.encode())
    size = math.exp(9.2 + 2.0 * _normal(key, 1))
    native = phrases.NATIVE_NAMES[key % 29] if key % 29 < len(phrases.NATIVE_NAMES) else None
    name = native or username.replace(".", " ").replace("_", " ").title()
    fixed = (
        name,
        _one_of(phrases.BIOS, key, 2),
        f"https://media.example/{platform}/{username}.jpg",
        None,
        size > 500_000 or chance(key, 3) < 0.03,
        False,
        f"https://links.example/{username}" if chance(key, 4) < 0.4 else None,
        f"simulated:{world.seed}:{world.pace!r}:{world.feed}:{world.gone!r}:{key % 10**9}",
    )
    return Profile(
        world=world,
        key=key,
        platform=platform,
        username=username,
        fixed=fixed,
        size=size,
        growth=0.0009 * math.exp(0.9 * _normal(key, 5)) - 0.0002,
        surges=0.012 * math.exp(0.5 * _normal(key, 6)),
        appeal=math.exp(0.5 * _normal(key, 7)),
        pace=world.pace * math.exp(0.5 * _normal(key, 8)),
    )


_ID = re.compile(
    r"simulated:(-?[0-9]{1,40}):([0-9]{1,6}\.[0-9]{1,17}):([0-9]{1,6}):(0\.[0-9]{1,17}):[0-9]{1,9}", re.ASCII
)


def world_of(platform_account_id: str | None) -> World:
    """The world that a simulated profile's id tells it is from; the usual one if it tells none."""
    found = _ID.fullmatch(platform_account_id or "")
    if found is None or float(found[2]) == 0:
        return World()
    return World(int(found[1]), float(found[2]), int(found[3]), float(found[4]))


def is_gone(of: Profile) -> bool:
    """Whether there is nothing left to see of the profile."""
    return chance(of.key, 55) < of.world.gone


def profile_at(of: Profile, at: dt.datetime) -> ProfileSnapshot:
    """The profile as it is at a time."""
    day = _day(at)
    posts = int(day / of.pace)
    followers = int(_followers(of, day))
    following = 20 + of.key % 900 + int(day / 40)
    return ProfileSnapshot._make((at, *of.fixed, following, posts, followers))


def publications(of: Profile, until: dt.datetime, newest: int) -> list[Publication]:
    """The profile's newest posts at a time, the oldest of them first."""
    number = int(_day(until) / of.pace)
    found: list[Publication] = []
    while len(found) < newest and number >= 0:
        one = _publication(of, number)
        if one.published <= until:
            found.append(one)
        number -= 1
    return found[::-1]


def publication(of: Profile, external_id: str) -> Publication | None:
    """The profile's own post of that id, if it is one."""
    published = published_at(of.platform, external_id)
    number = int(_day(published) / of.pace)
    posts = (_publication(of, max(near, 0)) for near in (number, number + 1))
    return next((post for post in posts if post.fixed[0] == external_id), None)


def stray(of: Profile, external_id: str) -> Publication:
    """A post of that id and as old as the id says, as the profile could have published it."""
    published = published_at(of.platform, external_id)
    return _published(of, _mixed(of.key, int(external_id)), _day(published), published, external_id)


def post_at(of: Publication, at: dt.datetime) -> PostSnapshot:
    """The post as it is at a time after its publication."""
    day = _day(at)
    age = max(_weekly(day) - _weekly(of.day), 0.0)
    step = int(age * _RESOLUTION)
    risen = of.rise[step] if step < len(of.rise) else of.rise[-1] + 0.05 * math.log(step / len(of.rise))
    views = of.reach * risen
    counts = [None if ratio is None else int(views * ratio) for ratio in of.ratios]
    if counts[3] and of.key % 11 == 0 and age > 5:  # comments get deleted, too
        counts[3] -= counts[3] // 20
    facebook = of.cross_posted
    plays, likes = (None, None) if facebook is None else (int(views * facebook), int(views * facebook * 0.02))
    return PostSnapshot._make((at, *of.fixed, plays, likes, *counts))


def _followers(of: Profile, day: float) -> float:
    phase = of.key % _STEPS
    wave = _WAVE[(int(day * 64) + phase) % _STEPS] + _WAVE[(int(day * 401) + phase) % _STEPS] / 9
    purges = 0.003 * ((day + phase) // 61 - (_SIZED_AT + phase) // 61)
    return of.size * math.exp(of.growth * (_weekly(day) - _SIZED_AT) + of.surges * wave - purges)


def _publication(of: Profile, number: int) -> Publication:
    key = _mixed(of.key, number)
    day = max((number + 0.8 * chance(key, 1)) * of.pace, 0.0)
    published = _EPOCH + dt.timedelta(seconds=int(day * _DAY))
    return _published(of, key, day, published, _external_id(of.platform, published, key))


def _published(of: Profile, key: int, day: float, published: dt.datetime, external_id: str) -> Publication:
    audience = _followers(of, day)
    viral = 25 * (1 + chance(key, 2)) if chance(key, 3) < 0.012 else 1.0
    reach = 40 + 0.35 * audience**0.93 * of.appeal * math.exp(0.9 * _normal(key, 4)) * viral
    media = _media_type(of.platform, chance(key, 5))
    likes = 0.11 * (1 + audience / 1_000) ** -0.12 * math.exp(0.35 * _normal(key, 6))
    instagram = of.platform is Platform.INSTAGRAM
    fixed = (
        external_id,
        parse_identifier(of.platform, external_id).shortcode,
        of.username,
        of.fixed[-1],
        _caption(key),
        published,
        media,
        round(6 + 54 * chance(key, 7), 1) if media == "video" else None,
        False,
        f"https://media.example/{external_id}.jpg",
        None,
        f"https://media.example/{external_id}.mp4" if media == "video" else None,
        None,
        {"product_type": "clips" if media == "video" else "feed"} if instagram else {"music": "original sound"},
    )
    seen = media == "video" or not instagram  # Instagram counts no views of pictures
    hidden = instagram and of.key % 13 == 0  # and lets its users hide their likes
    return Publication(
        key=key,
        published=published,
        day=day,
        fixed=fixed,
        reach=reach,
        rise=_RISEN[key % len(_RISEN)],
        ratios=(
            1.0 if seen else None,
            (1.15 + 0.3 * chance(key, 8) if instagram else 1.0) if seen else None,
            None if hidden else likes,
            likes * 0.03 * math.exp(0.6 * _normal(key, 9)),
            likes * 0.05 * math.exp(0.8 * _normal(key, 10)) if seen else None,
            likes * 0.07 * math.exp(0.6 * _normal(key, 11)) if instagram else None,
        ),
        cross_posted=0.1 + 0.4 * chance(key, 12) if instagram and seen and chance(key, 13) < 0.2 else None,
    )


def _media_type(platform: Platform, chance: float) -> str:
    if platform is Platform.TIKTOK:
        return "video" if chance < 0.95 else "carousel"
    return "video" if chance < 0.6 else "carousel" if chance < 0.85 else "image"


def _external_id(platform: Platform, published: dt.datetime, key: int) -> str:
    """An id as the platforms make them: the time, then something to tell posts of one moment apart."""
    seconds = int(published.timestamp())
    if platform is Platform.TIKTOK:
        return str(seconds << 32 | key & 0xFFFF_FFFF)
    return str(((seconds - INSTAGRAM_EPOCH) * 1_000 + key % 1_000) << 23 | (key >> 10) & 0x7F_FFFF)


def _caption(key: int) -> str:
    if chance(key, 14) < 0.06:
        return ""
    tags = "".join(f" #{_one_of(phrases.TAGS, key, salt)}" for salt in range(15, 15 + key % 4))
    return _one_of(phrases.OPENINGS, key, 19) + _guest(key) + _one_of(phrases.ENDINGS, key, 20) + tags


def _guest(key: int) -> str:
    """Someone hardly anyone else mentions: captions have rare words too."""
    if chance(key, 60) > 0.08:
        return ""
    return " with " + "".join(_one_of(phrases.SYLLABLES, key, salt) for salt in (61, 62, 63)).title()


def _day(at: dt.datetime) -> float:
    return (at - _EPOCH).total_seconds() / _DAY


def _weekly(day: float) -> float:
    """Time as growth sees it: it runs faster towards the weekend."""
    week, rest = divmod(day, 7)
    whole = int(rest)
    return 7 * week + _WEEK[whole] + (rest - whole) * (_WEEK[whole + 1] - _WEEK[whole])


def _mixed(*parts: int) -> int:
    """A well-spread 64-bit number from a few, the same everywhere."""
    mixed = 0x9E37_79B9_7F4A_7C15
    for part in parts:
        mixed = ((mixed ^ part) * 0xBF58_476D_1CE4_E5B9) & _MASK
        mixed ^= mixed >> 29
    mixed = (mixed * 0x94D0_49BB_1331_11EB) & _MASK
    return mixed ^ mixed >> 32


def _step(key: int, salt: int) -> int:
    mixed = ((key + salt * 0x9E37_79B9_7F4A_7C15) * 0xD6E8_FEB8_6659_FD93) & _MASK
    return ((mixed ^ mixed >> 32) * 0xD6E8_FEB8_6659_FD93 & _MASK) >> 52


def chance(key: int, salt: int) -> float:
    """A number between 0 and 1 that only these two decide."""
    return (_step(key, salt) + 0.5) / _STEPS


def _normal(key: int, salt: int) -> float:
    return _NORMAL[_step(key, salt)]


def _one_of(choices: tuple[str, ...], key: int, salt: int) -> str:
    return choices[_step(key, salt) % len(choices)]
