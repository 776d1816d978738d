"""Random histories, and the slow, obvious way to what they must come to."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from creatoraudit.ingestion.snapshots import (
    AccountObservation,
    Observation,
    PostObservation,
    PostSnapshot,
    ProfileSnapshot,
)

FIRST_DAY = dt.date(2026, 3, 1)
ADDED = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
"""When the accounts and videos of a history are added: some of it is older."""
COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves")
FIELDS = ("view_count", "play_count", "like_count", "comment_count", "share_count", "saved_count")
ACCOUNTS = {"dancer": "tiktok", "cook": "instagram"}
NAMES = tuple(str(10**15 + number) for number in range(5))
TRACKED_ALONE = frozenset({NAMES[1], NAMES[2], NAMES[4]})


class Post(NamedTuple):
    """A post of a history; one without an account is never seen in a feed."""

    external_id: str
    account: str | None
    platform: str
    published: dt.datetime | None


class Seen(NamedTuple):
    """One look at a profile, at posts of its feed or at a post alone."""

    at: dt.datetime
    account: str | None
    followers: int | None
    posts: tuple[tuple[str, tuple[int | None, ...]], ...]


class History(NamedTuple):
    posts: tuple[Post, ...]
    seen: list[Seen]


def at(day: int, second: int) -> dt.datetime:
    return dt.datetime.combine(FIRST_DAY + dt.timedelta(day), dt.time(), dt.UTC) + dt.timedelta(seconds=second)


_times = st.builds(at, st.integers(0, 16), st.sampled_from([0, 3_600, 86_399]))
_count = st.none() | st.integers(0, 50)
_counts = st.tuples(*[_count] * len(FIELDS))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A history of two accounts and some posts: gaps, missing counters, falling numbers, several looks a day."""
    homes = ["dancer", "dancer", "cook", "cook", None]
    posts = tuple(
        Post(name, home, ACCOUNTS.get(home or "", "instagram"), draw(st.none() | _times))
        for name, home in zip(NAMES, homes, strict=True)
    )
    seen = []
    for _ in range(draw(st.integers(1, 14))):
        when = draw(_times)
        if draw(st.integers(0, 3)) == 0:
            post = draw(st.sampled_from([one for one in posts if one.external_id in TRACKED_ALONE]))
            seen.append(Seen(when, None, None, ((post.external_id, draw(_counts)),)))
        else:
            account = draw(st.sampled_from(sorted(ACCOUNTS)))
            feed = [one.external_id for one in posts if one.account == account]
            chosen = draw(st.lists(st.sampled_from(feed), unique=True))
            seen.append(Seen(when, account, draw(_count), tuple((one, draw(_counts)) for one in chosen)))
    return History(posts, seen)


def observations(history: History, seen: Iterable[Seen], ids: dict[str, str]) -> list[Observation]:
    """The history as it is handed in."""
    posts = {post.external_id: post for post in history.posts}
    found: list[Observation] = []
    for one in seen:
        snapshots = [
            PostSnapshot(
                one.at,
                external_id,
                create_time=posts[external_id].published,
                description=f"{external_id} at {one.at}" if values[0] else None,
                **dict(zip(FIELDS, values, strict=True)),
            )
            for external_id, values in one.posts
        ]
        if one.account is None:
            found.append(PostObservation(posts[one.posts[0][0]].platform, snapshots))
        else:
            profile = ProfileSnapshot(one.at, follower_count=one.followers, name=f"{one.account} at {one.at}")
            found.append(AccountObservation(ids[one.account], [profile], snapshots))
    return found


Closings = dict[tuple[str, dt.date], dict[str, Any]]


def expected_post_closings(history: History, post: Post) -> Closings:
    """A post's closings by the definitions, from every single observation."""
    looks = [
        (one.at, _on(post.platform, values))
        for one in history.seen
        for external_id, values in one.posts
        if external_id == post.external_id
    ]
    if not looks:
        return {}
    began = [when for when, _ in looks]
    if post.external_id in TRACKED_ALONE:
        began.append(ADDED)
    if any(one.account and post.external_id in dict(one.posts) for one in history.seen):
        began += [ADDED, *(one.at for one in history.seen if one.account == post.account)]
    fresh = post.published is not None and post.published.date() >= min(began).date()
    closings: Closings = {}
    days = sorted({when.date() for when, values in looks if any(value is not None for value in values)})
    for number, day in enumerate(days, start=1):
        row: dict[str, Any] = {"observed_days": number}
        for index, name in enumerate(COUNTERS):
            known = [(when, values[index]) for when, values in looks if values[index] is not None]
            last = [value for when, value in _latest(known) if when.date() <= day]
            row[name] = last[-1] if last else None
            base = 0 if fresh or not last else _first_day_value(known)
            row[f"gained_{name}"] = last[-1] - base if last else 0
        closings[post.external_id, day] = row
    return closings


def expected_account_closings(history: History, account: str) -> Closings:
    """An account's closings: its followers, and the sums of its posts' closings."""
    feed = [
        post
        for post in history.posts
        if any(one.account == account and post.external_id in dict(one.posts) for one in history.seen)
    ]
    parts = [expected_post_closings(history, post) for post in feed]
    followers = [
        (one.at, one.followers) for one in history.seen if one.account == account and one.followers is not None
    ]
    profile_days = {when.date() for when, _ in followers}
    closings: Closings = {}
    for day in sorted(profile_days | {day for part in parts for _, day in part}):
        last = [value for when, value in _latest(followers) if when.date() <= day]
        row: dict[str, Any] = {
            "observed_days": len([one for one in profile_days if one <= day]),
            "followers": last[-1] if last else None,
            "gained_followers": last[-1] - _first_day_value(followers) if last else 0,
        }
        for name in COUNTERS:
            ends = [_last_row(part, day) for part in parts]
            known = [end[name] for end in ends if end is not None and end[name] is not None]
            row[name] = sum(known) if known else None
            row[f"gained_{name}"] = sum(end[f"gained_{name}"] for end in ends if end is not None)
        closings[account, day] = row
    return closings


def _last_row(part: Closings, day: dt.date) -> dict[str, Any] | None:
    days = [on for _, on in part if on <= day]
    return next(row for (_, on), row in part.items() if on == max(days)) if days else None


def _on(platform: str, values: Sequence[int | None]) -> tuple[int | None, ...]:
    """What a platform has: TikTok's plays are its views, and it has no saves."""
    if platform == "instagram":
        return tuple(values)
    views = values[1] if values[0] is None else values[0]
    return (views, views, *values[2:5], None)


def _latest(known: Sequence[tuple[dt.datetime, Any]]) -> list[tuple[dt.datetime, int]]:
    """In order of time, the greater value last where two are of the same second."""
    return sorted(known)


def _first_day_value(known: Sequence[tuple[dt.datetime, Any]]) -> int:
    """The closing value of the first day: a day is observed as a whole."""
    first = min(when for when, _ in known).date()
    value: int = [value for when, value in sorted(known) if when.date() == first][-1]
    return value
