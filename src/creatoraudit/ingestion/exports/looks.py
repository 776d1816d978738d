"""What must have been seen for things to be stored as they are: the sightings that an import makes the same of.

A closing tells the counters of its day's last looks, a row the newest value of every other field, and both how old each
is. What was seen in between is not stored, and nobody is told of it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from creatoraudit.domain.validation import Platform
from creatoraudit.ingestion.fields import POST_FIELDS, PROFILE_FIELDS, epoch
from creatoraudit.ingestion.folding import POST_COUNTERS, Closing, shown_by
from creatoraudit.ingestion.formats.entry import Sighting
from creatoraudit.ingestion.posts import COUNTS
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot
from creatoraudit.ingestion.sums import AccountDay

Row = Mapping[str, Any]
Looks = dict[dt.datetime, dict[str, Any]]


def of_profile(account: Row, closings: Sequence[AccountDay]) -> list[Sighting]:
    """An account's looks at its profile, in order; what its days say of its posts, those tell by themselves."""
    looks = _fields(account, PROFILE_FIELDS)
    for closing in closings:
        if closing.second is not None:
            looks.setdefault(_at(closing.day, closing.second), {})["follower_count"] = closing.followers
    platform, username = account["platform"], account["username"]
    return [
        Sighting(platform, username, ProfileSnapshot(at, **seen))
        for at, seen in sorted(looks.items(), key=itemgetter(0))
    ]


def of_post(post: Row, account: Row | None, closings: Sequence[Closing]) -> list[Sighting]:
    """A post's looks, in order; those in the feed of its `account`, if it stands there, are told from the others."""
    looks = _fields(post, POST_FIELDS)
    names = COUNTS if post["platform"] == Platform.INSTAGRAM else (COUNTS[0], None, *COUNTS[2:])
    for closing in closings:
        seen = shown_by(closing, POST_COUNTERS)
        seconds = seen.seconds or (seen.second,) * len(COUNTS)
        for name, value, second in zip(names, seen.values, seconds, strict=True):
            if name is not None and value is not None and second is not None:
                looks.setdefault(_at(closing.day, second), {})[name] = value
    sightings = []
    for at, fields in _in_order(looks):
        feed = _feed(post, account, at)
        if feed is not None:
            fields["account_username"] = feed
        sightings.append(Sighting(post["platform"], feed, PostSnapshot(at, post["external_id"], **fields)))
    return sightings


def _fields(row: Row, names: Sequence[str]) -> Looks:
    """The looks that a row's fields were last seen at, the first of all looks, and the last."""
    first, last, stale = row["first_scrape_time"], row["last_scrape_time"], row["stale"] or {}
    if last is None:
        return {}
    looks: Looks = {first: {}, last: {}}
    for name in names:
        value, since = row[name], stale.get(name, epoch(last))
        if since is not None and value not in (None, {}):  # an empty object says nothing, as None does
            looks.setdefault(dt.datetime.fromtimestamp(since, dt.UTC), {})[name] = value
    return looks


def _feed(post: Row, account: Row | None, at: dt.datetime) -> str | None:
    """In whose feed a look may have been: one outside of its account's own was at the post by itself."""
    if account is None or at < post["discovered_at"]:
        return None
    within = account["first_scrape_time"] <= at <= account["last_scrape_time"]
    return str(account["username"]) if within else None


def _in_order(looks: Looks) -> list[tuple[dt.datetime, dict[str, Any]]]:
    return sorted(looks.items(), key=itemgetter(0))


def _at(day: dt.date, second: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(seconds=second)
