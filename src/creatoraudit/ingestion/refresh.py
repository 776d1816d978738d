"""What becomes of a look: what was seen is recorded, and the next look is due, in one transaction or not at all."""

import datetime as dt
import random
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Database, Transaction
from creatoraudit.db.models import Post
from creatoraudit.db.statements import statement
from creatoraudit.domain.actor import Tenancy, acting_for
from creatoraudit.domain.scope import scoped, table
from creatoraudit.ingestion import leases, observe
from creatoraudit.ingestion.leases import Lease, LeaseLost, Subject
from creatoraudit.ingestion.observe import Recorded
from creatoraudit.ingestion.snapshots import (
    AccountObservation,
    Observation,
    PostObservation,
    PostSnapshot,
    ProfileSnapshot,
)
from creatoraudit.ingestion.sources.source import Failed, Gone, Observed, Private, Result, Throttled

POSTS = 500
"""Posts of a feed that are recorded in one transaction: few enough that other writers hardly wait."""
JITTER = 0.025
"""The share of its interval by which a look may be early or late, so that what began together does not stay so."""
FIRST_RETRY = dt.timedelta(minutes=1)
LONGEST_REST = dt.timedelta(days=1)
"""How long a source may ask to be left alone."""


class Outcome(NamedTuple):
    """What was recorded, when the next look is due, and which videos of an account's feed it showed."""

    recorded: Recorded
    due_at: dt.datetime
    videos: frozenset[str] = frozenset()


async def record(db: Database, lease: Lease, result: Result) -> Outcome | None:
    """Records a look whose lease is still ours and ends the lease; None where it is not ours any more.

    A feed of more than `POSTS` posts takes several transactions, each of which is complete by itself; the profile is
    in the last one, which ends the lease.
    """
    recorded, videos = Recorded(), frozenset[str]()
    *parts, last = _parts(lease.subject, result)
    try:
        for part in parts:
            more, shown = await db.transact(partial(_record, lease=lease, seen=part))
            recorded, videos = recorded.plus(more), videos | shown
        more, due_at, shown = await db.transact(partial(_settle, lease=lease, seen=last, result=result))
    except LeaseLost:
        return None
    return Outcome(recorded.plus(more), due_at, videos | shown)


def next_look(result: Result, attempts: int, interval: dt.timedelta) -> tuple[dt.datetime, int]:
    """When a look is due after one that ended so, and the number of looks in a row that will have told nothing.

    Back-off doubles from a minute up to the interval, and is drawn anew from all of that span each time.
    """
    now = clock.now()
    if not isinstance(result, Failed | Throttled):
        jittered = interval.total_seconds() * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - hides nothing
        return now + dt.timedelta(seconds=int(jittered)), 0
    if isinstance(result, Throttled) and result.retry_at is not None and result.retry_at > now:
        return min(result.retry_at, now + LONGEST_REST), attempts + 1
    return now + backoff(attempts, interval), attempts + 1


def backoff(attempts: int, longest: dt.timedelta) -> dt.timedelta:
    """How long to wait after so many attempts and one more: full jitter, at least a second."""
    ceiling = min(FIRST_RETRY.total_seconds() * 2 ** min(attempts, 20), longest.total_seconds())
    return dt.timedelta(seconds=max(1, int(random.uniform(0, ceiling))))  # noqa: S311 - spreads looks, hides nothing


async def _record(tx: Transaction, lease: Lease, seen: list[Observation]) -> tuple[Recorded, frozenset[str]]:
    recorded = await observe.record(tx, lease.subject.organization_id, seen) if seen else Recorded()
    videos = await _videos(tx, lease.subject, seen)
    await leases.hold(tx, lease)
    return recorded, videos


async def _videos(tx: Transaction, subject: Subject, seen: list[Observation]) -> frozenset[str]:
    """The videos whose posts an account's feed shows."""
    posts = [post.external_id for one in seen if isinstance(one, AccountObservation) for post in one.posts]
    if not posts:
        return frozenset()
    actor = acting_for(subject.organization_id)
    params = actor.bind(platform=subject.platform, external_ids=posts)
    return frozenset(video_id for (video_id,) in await tx.fetch(_shown(actor.tenancy), tuple, params))


@statement
def _shown(tenancy: Tenancy) -> Select[Any]:
    posts = table(Post).c
    rows = scoped(Post, tenancy, posts.video_id).where(posts.platform == bindparam("platform"))
    return rows.where(dialect.one_of(posts.external_id, "external_ids"), posts.video_id.is_not(None))


async def _settle(tx: Transaction, lease: Lease, seen: list[Observation], result: Result) -> Outcome:
    recorded, videos = await _record(tx, lease, seen)
    interval = await leases.interval_of(tx, acting_for(lease.subject.organization_id), lease.subject)
    due_at, attempts = next_look(result, lease.subject.attempts, interval)
    await leases.settle(tx, lease, due_at, attempts)
    return Outcome(recorded, due_at, videos)


def _parts(subject: Subject, result: Result) -> list[list[Observation]]:
    """What each transaction records: only what was observed has numbers, and nothing else is more than a word."""
    match result:
        case Observed(profile, posts):
            if subject.account_id is None:
                return [[PostObservation(subject.platform, posts)]]
            chunks = [posts[first : first + POSTS] for first in range(0, len(posts), POSTS)] or [()]
            profiles = [profile] if profile is not None else []
            parts = [AccountObservation(subject.account_id, (), chunk) for chunk in chunks[:-1]]
            return [[one] for one in (*parts, AccountObservation(subject.account_id, profiles, chunks[-1]))]
        case Gone() | Private():
            return [[_unavailable(subject)]]
        case _:
            return [[]]


def _unavailable(subject: Subject) -> Observation:
    now = clock.now()
    if subject.account_id is not None:
        return AccountObservation(subject.account_id, [ProfileSnapshot(now, is_unavailable=True)])
    return PostObservation(subject.platform, [PostSnapshot(now, subject.external_id or "", is_unavailable=True)])
