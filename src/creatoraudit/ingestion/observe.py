"""The one way in which numbers enter: the demo, the worker and imports all hand what they saw to `observe`.

A batch costs the same number of statements whatever is in it, and only the last closing of everything that is seen
again is read; what arrives late is corrected from its day on.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from creatoraudit.db.engine import Database, Overtaken, Transaction
from creatoraudit.db.models import AccountVideo, Post
from creatoraudit.domain.actor import Actor, acting_for
from creatoraudit.domain.analytics import rollup
from creatoraudit.domain.ids import moved_id
from creatoraudit.ingestion import store
from creatoraudit.ingestion.accounts import FoldedAccount, ObservedAccount, fold_account, span_of_account
from creatoraudit.ingestion.folding import Changed
from creatoraudit.ingestion.organization import changes_of
from creatoraudit.ingestion.posts import CAPTIONED, REFRESHED, FoldedPost, Ids, ObservedPost, fold_post, span_of_post
from creatoraudit.ingestion.snapshots import AccountObservation, Observation, PostObservation, PostSnapshot

BATCH = 500
"""Snapshots per transaction: few enough that other writers hardly wait."""

Accounts = dict[str, ObservedAccount]
Posts = dict[store.Key, ObservedPost]
_NO_IDS: Mapping[store.Key, Ids] = {}


class Recorded(NamedTuple):
    """What observations came to; `unknown` are those of accounts and posts that the organization does not track."""

    accounts: int = 0
    posts: int = 0
    discovered: int = 0
    closings: int = 0
    unknown: int = 0

    def plus(self, other: "Recorded") -> "Recorded":
        """The sum of both."""
        return Recorded(*(one + more for one, more in zip(self, other, strict=True)))


async def observe(
    db: Database, organization_id: str, observations: Iterable[Observation], *, batch: int = BATCH
) -> Recorded:
    """Records what was seen, in any order and any number of times; ServiceUnavailable when the database is away.

    Everything that one observation says is recorded in one transaction, about `batch` snapshots in each.
    """
    total = Recorded()
    for some in _batches(observations, batch):
        work = partial(record, organization_id=organization_id, observations=some)
        total = total.plus(await db.transact(work))
    return total


async def record(
    tx: Transaction, organization_id: str, observations: Sequence[Observation], ids: Mapping[store.Key, Ids] = _NO_IDS
) -> Recorded:
    """Like `observe`, inside a transaction of the caller's, which Overtaken asks to begin anew.

    What is new gets its own of the `ids`, if it has any.
    """
    actor = acting_for(organization_id)
    accounts = await _accounts(tx, actor, observations)
    posts, unknown = await _posts(tx, actor, accounts, observations)
    if ids:
        await _number(tx, actor, posts, ids)
    closings = await _write(tx, actor, accounts, posts)
    return Recorded(
        accounts=sum(bool(one.times) for one in accounts.values()),
        posts=sum(bool(one.snapshots) for one in posts.values()),
        discovered=sum(one.discovered for one in accounts.values()),
        closings=closings,
        unknown=unknown,
    )


async def predate(tx: Transaction, organization_id: str, since: Mapping[store.Key, dt.datetime]) -> None:
    """Counts posts as tracked `since` earlier than was known: the first values of some become gains."""
    actor = acting_for(organization_id)
    external_ids = [external_id for _, external_id in since]
    accounts = {row["id"]: ObservedAccount(row) for row in await store.lock_accounts(tx, actor, (), external_ids)}
    posts: Posts = {}
    for key, row in (await _held(tx, actor, accounts, external_ids)).items():
        if key in since and row["first_scrape_time"] is not None:
            posts[key] = _post(key, row, accounts)
            posts[key].video_added_at = since[key]
    await _write(tx, actor, accounts, posts)


async def _write(tx: Transaction, actor: Actor, accounts: Accounts, posts: Posts) -> int:
    """Writes all that changes; returns how many closings did."""
    await _add_rebased(tx, actor, accounts, posts)
    await _find_posters(tx, actor, posts)
    folded_posts = await _fold_posts(tx, posts)
    folded_accounts = await _fold_accounts(tx, accounts)
    closings = await _write_posts(tx, actor, folded_posts)
    closings += await _write_accounts(tx, folded_accounts)
    await rollup.add(tx, actor, changes_of(folded_accounts, folded_posts))
    return closings


def _batches(observations: Iterable[Observation], size: int) -> Iterator[list[Observation]]:
    batch: list[Observation] = []
    filled = 0
    for one in observations:
        batch.append(one)
        filled += len(one.posts) + (len(one.profiles) if isinstance(one, AccountObservation) else 0)
        if filled >= size:
            yield batch
            batch, filled = [], 0
    if batch:
        yield batch


async def _accounts(tx: Transaction, actor: Actor, observations: Sequence[Observation]) -> Accounts:
    """The accounts that are observed, and those in whose feed an observed post stands."""
    ids = [one.account_id for one in observations if isinstance(one, AccountObservation)]
    external_ids = {snapshot.external_id for one in observations for snapshot in one.posts}
    found = await store.lock_accounts(tx, actor, ids, external_ids)
    accounts = {row["id"]: ObservedAccount(row) for row in found}
    for one in observations:
        if isinstance(one, AccountObservation) and one.account_id in accounts:
            accounts[one.account_id].see(one)
    return accounts


async def _posts(
    tx: Transaction, actor: Actor, accounts: Accounts, observations: Sequence[Observation]
) -> tuple[Posts, int]:
    """The posts that are observed, as they are stored and as they were seen; and how many observations are unknown."""
    held = await _held(tx, actor, accounts, {snapshot.external_id for one in observations for snapshot in one.posts})
    posts: Posts = {}
    unknown = 0
    for one in observations:
        feed = accounts.get(one.account_id) if isinstance(one, AccountObservation) else None
        if isinstance(one, PostObservation):
            platform = one.platform
        elif feed is not None:
            platform = feed.held["platform"]
        else:
            unknown += 1
            continue
        for external_id, series in _by_post(one.posts).items():
            key = (platform, external_id)
            if feed is None and key not in held and key not in posts:
                unknown += len(series)
                continue
            if key not in posts:
                posts[key] = _post(key, held.get(key), accounts)
            posts[key].see(series, feed)
    return posts, unknown


def _by_post(snapshots: Iterable[PostSnapshot]) -> dict[str, list[PostSnapshot]]:
    series: dict[str, list[PostSnapshot]] = {}
    for one in snapshots:
        series.setdefault(one.external_id, []).append(one)
    return series


async def _held(
    tx: Transaction, actor: Actor, accounts: Accounts, external_ids: Collection[str]
) -> dict[store.Key, store.Row]:
    """The posts as they are stored; Overtaken where one stands in the feed of an account that is not locked."""
    if not external_ids:
        return {}
    held = {(row["platform"], row["external_id"]): row for row in await store.lock_posts(tx, actor, external_ids)}
    if not {row["account_id"] for row in held.values() if row["account_video_id"]} <= accounts.keys():
        raise Overtaken  # it was discovered after the accounts were read, and an account is locked before its posts
    return held


def _post(key: store.Key, held: store.Row | None, accounts: Accounts) -> ObservedPost:
    stands_in_feed = held is not None and held["account_video_id"] is not None
    return ObservedPost(*key, held, accounts[held["account_id"]] if held and stands_in_feed else None)


async def _number(tx: Transaction, actor: Actor, posts: Posts, ids: Mapping[store.Key, Ids]) -> None:
    """Gives what is new the ids that it is to have; where another organization has one, one that is made of it."""
    new = {key: ids[key] for key, post in posts.items() if key in ids and (post.is_new or post.joins)}
    posts_taken = await store.taken(tx, Post, [one.post_id for one in new.values() if one.post_id])
    records_taken = await store.taken(
        tx, AccountVideo, [one.account_video_id for one in new.values() if one.account_video_id]
    )
    for key, wanted in new.items():
        record_id = wanted.account_video_id
        if record_id is not None and record_id in records_taken:
            record_id = moved_id(record_id, str(actor.organization_id))
        posts[key].ids = Ids(None if wanted.post_id in posts_taken else wanted.post_id, record_id)


async def _add_rebased(tx: Transaction, actor: Actor, accounts: Accounts, posts: Posts) -> None:
    """Adds the posts that are concerned when their account turns out to be tracked for longer.

    The first value of some becomes a gain, and those that are tracked by themselves too are expected for longer.
    """
    moved = [one for one in accounts.values() if one.is_known and one.tracked_since < one.held["tracked_since"]]
    if not moved:
        return
    since, before = min(one.tracked_since for one in moved), max(one.held["tracked_since"] for one in moved)
    for row in await store.lock_posts_of(tx, actor, [one.held["id"] for one in moved], since, before):
        key = (row["platform"], row["external_id"])
        if key not in posts:
            posts[key] = _post(key, row, accounts)


async def _find_posters(tx: Transaction, actor: Actor, posts: Posts) -> None:
    """Finds the tracked accounts of the posts that stand in nobody's feed and whose poster is known."""
    unlinked = {key: name for key, post in posts.items() if (name := post.unlinked_username()) is not None}
    if unlinked:
        found = await store.posters(tx, actor, set(unlinked.values()))
        for key, username in unlinked.items():
            posts[key].poster = found.get((posts[key].platform, username))


async def _fold_posts(tx: Transaction, posts: Posts) -> list[FoldedPost]:
    spans = {key: span_of_post(post) for key, post in posts.items()}
    asked = {post.held["id"]: since for key, post in posts.items() if post.is_known and (since := spans[key].since)}
    found = await store.post_closings(tx, asked) if asked else {}
    return [fold_post(post, spans[key], found.get(post.held["id"], [])) for key, post in posts.items()]


async def _fold_accounts(tx: Transaction, accounts: Accounts) -> list[FoldedAccount]:
    spans = {id_: span_of_account(account) for id_, account in accounts.items()}
    asked = {id_: since for id_, account in accounts.items() if account.is_known and (since := spans[id_].since)}
    found = await store.account_closings(tx, asked) if asked else {}
    return [fold_account(account, spans[id_], found.get(id_, [])) for id_, account in accounts.items()]


async def _write_posts(tx: Transaction, actor: Actor, folded: list[FoldedPost]) -> int:
    """Writes posts, their account videos and closings; returns how many closings changed."""
    new = [one.row for one in folded if one.post.is_new]
    known = [one for one in folded if one.changed and not one.post.is_new]
    await store.insert_posts(tx, actor, new)
    await store.refresh_posts(tx, [one.row for one in known if one.changed.issubset(REFRESHED)])
    await store.rewrite_posts(tx, [one.row for one in known if not one.changed.issubset(REFRESHED)])
    await store.insert_account_videos(tx, actor, [one.row for one in folded if one.post.joins])
    await store.write_captions(tx, actor, new, new=True)
    renamed = [one.row for one in known if not one.changed.isdisjoint(CAPTIONED)]
    await store.write_captions(tx, actor, renamed, new=False)
    await store.predate_account_videos(tx, [one.row for one in folded if one.post.is_predated])
    closings = {one.row["id"]: one.series.changed for one in folded}
    await store.write_post_closings(tx, closings)
    return _count(closings.values())


async def _write_accounts(tx: Transaction, folded: list[FoldedAccount]) -> int:
    """Writes accounts and their closings; returns how many closings changed."""
    await store.update_accounts(tx, [one.row for one in folded if one.row != one.account.held])
    closings = {one.row["id"]: one.series.changed for one in folded}
    await store.write_account_closings(tx, closings)
    return _count(closings.values())


def _count(changed: Iterable[Changed[Any]]) -> int:
    return sum(len(one.added) + len(one.replaced) for one in changed)
