"""What each request comes down to: statements written by hand, as someone would who has only this to do."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from benchmarks.drivers import Query

_LAST = {
    "sqlite": """
        LEFT JOIN account_closings {name} ON {name}.account_id = a.id AND {name}.day =
            (SELECT max(day) FROM account_closings WHERE account_id = a.id AND day <= :{name})""",
    "postgresql": """
        LEFT JOIN LATERAL (SELECT * FROM account_closings WHERE account_id = a.id AND day <= :{name}
            ORDER BY day DESC LIMIT 1) {name} ON true""",
}
_ONE_OF = {
    "sqlite": "IN (SELECT value FROM json_each(:ids))",
    "postgresql": "= ANY(CAST(:ids AS uuid[]))",
}
_PLACE = {"sqlite": "instr", "postgresql": "strpos"}
_COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves")
_GAINS = (*(f"gained_{name}" for name in _COUNTERS), "gained_followers")


def metrics(dialect: str, organization: str, ids: Sequence[str], before: dt.date, end: dt.date) -> Query:
    """What accounts gained between two days, by two seeks for each."""
    gains = ", ".join(f"coalesce(last.{gain}, 0) - coalesce(before.{gain}, 0)" for gain in _GAINS)
    return Query(
        f"""
        SELECT a.id, {gains}, last.followers, last.observed_days - before.observed_days, a.tracked_since
        FROM accounts a {_last(dialect, "before")} {_last(dialect, "last")}
        WHERE a.id {_ONE_OF[dialect]} AND a.organization_id = :organization
        """,  # noqa: S608
        {"ids": list(ids), "organization": organization, "before": before, "last": end},
    )


def top_creators(dialect: str, organization: str, before: dt.date, end: dt.date) -> Query:
    """The ten creators whose accounts gained most views between two days."""
    return Query(
        f"""
        SELECT c.id, c.name, sum(coalesce(last.gained_views, 0)) - sum(coalesce(before.gained_views, 0)) AS views
        FROM creators c LEFT JOIN accounts a ON a.creator_id = c.id {_last(dialect, "before")} {_last(dialect, "last")}
        WHERE c.organization_id = :organization AND c.is_active
        GROUP BY c.id, c.name, c.name_folded ORDER BY views DESC, c.name_folded, c.id LIMIT 10
        """,  # noqa: S608
        {"organization": organization, "before": before, "last": end},
    )


def _last(dialect: str, name: str) -> str:
    return _LAST[dialect].format(name=name)


def organization_days(organization: str, before: dt.date, end: dt.date) -> Query:
    """What each day of a window changed, and what all days before it came to."""
    changes = (*_GAINS, *_COUNTERS, "followers", "observed_days", "entities")
    return Query(
        f"""
        SELECT max(day), {", ".join(f"sum({change})" for change in changes)} FROM organization_days
        WHERE organization_id = :organization AND day <= :last
        GROUP BY CASE WHEN day > :before THEN day END ORDER BY 1
        """,  # noqa: S608
        {"organization": organization, "before": before, "last": end},
    )


def overview(organization: str, earlier: dt.date, before: dt.date, end: dt.date) -> Query:
    """What two windows gained, and what there was at the end of each."""
    now, then = "day > :before", "day > :earlier AND day <= :before"
    engagement = "gained_likes + gained_comments + gained_shares"
    counts = ("active_accounts", "account_videos", "tracked_videos")
    gained = [f"sum(CASE WHEN {when} THEN {what} END)" for when in (now, then) for what in ("gained_views", engagement)]
    there = [f"sum({count}), sum(CASE WHEN day <= :before THEN {count} END)" for count in counts]
    return Query(
        f"SELECT {', '.join([*gained, *there])} FROM organization_days"  # noqa: S608
        " WHERE organization_id = :organization AND day <= :last",
        {"organization": organization, "earlier": earlier, "before": before, "last": end},
    )


def creator_closings(organization: str, creator: str, start: dt.date, before: dt.date, end: dt.date) -> Query:
    """The closings of a creator's accounts in a window, and the last one before it."""
    return Query(
        f"""
        SELECT a.id, k.day, {", ".join(f"k.{name}" for name in (*_GAINS, *_COUNTERS, "followers", "observed_days"))}
        FROM accounts a JOIN account_closings k ON k.account_id = a.id
        WHERE a.creator_id = :creator AND a.organization_id = :organization AND k.day <= :last AND k.day >= coalesce(
            (SELECT max(day) FROM account_closings WHERE account_id = a.id AND day <= :before), :start)
        ORDER BY a.id, k.day
        """,  # noqa: S608
        {"creator": creator, "organization": organization, "start": start, "before": before, "last": end},
    )


def search(dialect: str, organization: str, q: str) -> list[Query]:
    """The accounts, the creators and the newest captions that contain a folded text, ten of each."""
    place = _PLACE[dialect]
    values = {"organization": organization, "q": q}
    return [
        Query(
            f"""
            SELECT id, platform, username, name FROM accounts
            WHERE organization_id = :organization AND {place}(username, :q) > 0
            ORDER BY CASE WHEN username = :q THEN 0 WHEN {place}(username, :q) = 1 THEN 1 ELSE 2 END,
                follower_count DESC, username, platform LIMIT 10
            """,  # noqa: S608
            values,
        ),
        Query(
            f"""
            SELECT id, name FROM creators c WHERE organization_id = :organization AND {place}(name_folded, :q) > 0
            ORDER BY CASE WHEN name_folded = :q THEN 0 WHEN {place}(name_folded, :q) = 1 THEN 1 ELSE 2 END,
                (SELECT coalesce(sum(follower_count), 0) FROM accounts WHERE creator_id = c.id) DESC,
                name_folded, id LIMIT 10
            """,  # noqa: S608
            values,
        ),
        _captions(dialect, values),
    ]


_SHOWN = "SELECT coalesce(p.video_id, p.account_video_id), p.platform, p.description, p.account_id, p.account_username"
_NEWEST = 50_000
_TRIGRAM = 3


def _captions(dialect: str, values: dict[str, Any]) -> Query:
    q = values["q"]
    if len(q) < _TRIGRAM:
        return Query(
            f"""
            {_SHOWN} FROM (
                SELECT post_id, published FROM (
                    SELECT post_id, published, text FROM captions WHERE organization_id = :organization
                    ORDER BY published DESC, post_id DESC LIMIT {_NEWEST}
                ) newest WHERE {_PLACE[dialect]}(text, :q) > 0 LIMIT 10
            ) c JOIN posts p ON p.id = c.post_id ORDER BY c.published DESC, c.post_id DESC
            """,  # noqa: S608
            values,
        )
    if dialect == "postgresql":
        return Query(
            f"""
            {_SHOWN} FROM captions c JOIN posts p ON p.id = c.post_id
            WHERE c.organization_id = :organization AND c.text LIKE :pattern
            ORDER BY c.published DESC, c.post_id DESC LIMIT 10
            """,
            {"organization": values["organization"], "pattern": f"%{q}%"},
        )
    last = len(q) - _TRIGRAM
    trigrams = dict.fromkeys(q[place : place + _TRIGRAM] for place in [*range(0, last, _TRIGRAM), last])
    return Query(
        f"""
        {_SHOWN} FROM caption_index i CROSS JOIN captions c ON c.post_id = i.rowid & 2147483647
        JOIN posts p ON p.id = c.post_id
        WHERE i.caption_index MATCH :match AND c.organization_id = :organization AND instr(c.text, :q) > 0
        ORDER BY i.rowid DESC LIMIT 10
        """,
        values | {"match": " AND ".join(f'"{trigram}"' for trigram in trigrams)},
    )


def page(organization: str, after: tuple[dt.datetime, str] | None, rows: int) -> Query:
    """A page of account videos, newest first, after the last one of another page."""
    beyond = "" if after is None else "AND (p.create_time, p.account_video_id) < (:time, :id)"
    return Query(
        f"""
        SELECT p.account_video_id, v.added_at, p.* FROM posts p JOIN account_videos v ON v.post_id = p.id
        WHERE p.organization_id = :organization AND p.account_video_id IS NOT NULL AND p.create_time IS NOT NULL
        {beyond} ORDER BY p.create_time DESC, p.account_video_id DESC LIMIT {rows}
        """,  # noqa: S608
        {"organization": organization} | ({} if after is None else {"time": after[0], "id": after[1]}),
    )
