"""What `observe` reads and writes: each function is one statement for all accounts and posts of a batch."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, literal, or_, select, update

from creatoraudit.db import bulk, dialect
from creatoraudit.db.engine import Reader, Transaction
from creatoraudit.db.history import AccountClosing, PostClosing
from creatoraudit.db.models import Account, AccountVideo, Caption, Post, Video
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.db.types import Day, Instant
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.scope import owned, scoped, table
from creatoraudit.domain.validation import Platform
from creatoraudit.domain.videos.commands import poster
from creatoraudit.ingestion.accounts import ACCOUNT_VALUES
from creatoraudit.ingestion.folding import POST_COUNTERS, Changed, Closing
from creatoraudit.ingestion.posts import POST_VALUES, REFRESHED
from creatoraudit.ingestion.sums import AccountDay

Row = dict[str, Any]
Key = tuple[str, str]
"""A post's platform and external id."""

_accounts, _posts, _videos, _account_videos = table(Account), table(Post), table(Video), table(AccountVideo)
_PLATFORMS = [literal(str(platform)) for platform in Platform]
_ACCOUNT_COLUMNS = tuple(column.name for column in _accounts.c)
_POST_COLUMNS = (*(column.name for column in _posts.c), "video_added_at", "discovered_at")
_TOTALS = POST_COUNTERS
_GAINS = tuple(f"gained_{name}" for name in POST_COUNTERS)
_POST_CLOSING = ("post_id", "day", "second", "observed_days", "stale", *_TOTALS, *_GAINS)
_ACCOUNT_CLOSING = ("account_id", *AccountDay._fields[:-2], *_TOTALS, *_GAINS)


async def lock_accounts(tx: Transaction, actor: Actor, ids: Iterable[str], external_ids: Iterable[str]) -> list[Row]:
    """The accounts with these ids and those whose posts have these external ids, locked."""
    params = actor.bind(ids=list(ids), external_ids=list(external_ids))
    return await tx.fetch(_locked_accounts(actor.tenancy), _row(_ACCOUNT_COLUMNS), params)


async def lock_posts(tx: Transaction, actor: Actor, external_ids: Iterable[str]) -> list[Row]:
    """The posts with these external ids, locked, each with its records' times: `video_added_at`, `discovered_at`."""
    params = actor.bind(external_ids=list(external_ids))
    return await tx.fetch(_locked_posts(actor.tenancy), _row(_POST_COLUMNS), params)


async def lock_posts_of(
    tx: Transaction, actor: Actor, account_ids: Iterable[str], since: dt.date, before: dt.date
) -> list[Row]:
    """Like `lock_posts`: those of these accounts' feeds that were published in a span of days or have a video."""
    params = actor.bind(account_ids=list(account_ids), since=_midnight(since), before=_midnight(before))
    return await tx.fetch(_locked_posts_of(actor.tenancy), _row(_POST_COLUMNS), params)


async def post_ids(db: Reader, actor: Actor, external_ids: Iterable[str]) -> dict[Key, int]:
    """The ids of the posts with these external ids."""
    params = actor.bind(external_ids=list(external_ids))
    found = await db.fetch(_post_ids(actor.tenancy), tuple, params)
    return {(platform, external_id): id_ for id_, platform, external_id in found}


async def adopt(tx: Transaction, actor: Actor, usernames: Collection[str]) -> None:
    """Links the posts that these users published to their accounts, where they are tracked by now."""
    if usernames:
        unlinked = (owned(Post, actor), _posts.c.platform.in_(_PLATFORMS), _posts.c.account_id.is_(None))
        named = dialect.one_of(_posts.c.account_username, "usernames")
        await tx.execute(
            update(_posts).where(*unlinked, named).values(account_id=poster()), {"usernames": list(usernames)}
        )


async def posters(db: Reader, actor: Actor, usernames: Iterable[str]) -> dict[Key, str]:
    """The ids of the tracked accounts with these usernames, by platform and username."""
    found = await db.fetch(_posters(actor.tenancy), tuple, actor.bind(usernames=list(usernames)))
    return {(platform, username): id_ for id_, platform, username in found}


async def post_closings(db: Reader, since: Mapping[int, dt.date]) -> dict[int, list[Closing]]:
    """The closings of each post from a day on, in order, and the last one before that day."""
    asked = {"asked": [(key, day.isoformat()) for key, day in since.items()]}
    found: dict[int, list[Closing]] = {}
    for key, closing in await db.fetch(_closings_since(PostClosing), _post_closing, asked):
        found.setdefault(key, []).append(closing)
    return found


async def account_closings(db: Reader, since: Mapping[str, dt.date]) -> dict[str, list[AccountDay]]:
    """The closings of each account from a day on, in order, and the last one before that day."""
    asked = {"asked": [(key, day.isoformat()) for key, day in since.items()]}
    found: dict[str, list[AccountDay]] = {}
    for key, closing in await db.fetch(_closings_since(AccountClosing), _account_day, asked):
        found.setdefault(key, []).append(closing)
    return found


async def insert_posts(tx: Transaction, actor: Actor, posts: Sequence[Row]) -> None:
    """Adds posts, and has the database number those that have no id yet."""
    numbered = [post for post in posts if post["id"] is not None]
    others = [post for post in posts if post["id"] is None]
    await tx.write(_INSERT_NUMBERED_POSTS, [(post["id"], actor.organization_id, *_POST_ROW(post)) for post in numbered])
    if numbered:
        await dialect.number_on(tx, _posts)
    await tx.write(_INSERT_POSTS, [(actor.organization_id, *values) for values in map(_POST_ROW, others)])
    if others:
        ids = await post_ids(tx, actor, [post["external_id"] for post in others])
        for post in others:
            post["id"] = ids[post["platform"], post["external_id"]]


async def taken(tx: Transaction, model: type[Post | AccountVideo], ids: Sequence[Any]) -> set[Any]:
    """Those of the ids that something has already, in whichever organization."""
    return {id_ for (id_,) in await tx.fetch(_taken(model), tuple, {"ids": list(ids)})} if ids else set()


async def refresh_posts(tx: Transaction, posts: Sequence[Row]) -> None:
    """Writes what a refresh changes about posts."""
    await tx.write(_REFRESH_POSTS, list(map(_REFRESHED_ROW, posts)))


async def rewrite_posts(tx: Transaction, posts: Sequence[Row]) -> None:
    """Writes all that is observed of posts."""
    await tx.write(_REWRITE_POSTS, [(post["id"], *_POST_ROW(post)) for post in posts])


async def update_accounts(tx: Transaction, accounts: Sequence[Row]) -> None:
    """Writes what is observed of accounts."""
    await tx.write(_UPDATE_ACCOUNTS, list(map(_ACCOUNT_ROW, accounts)))


async def insert_account_videos(tx: Transaction, actor: Actor, posts: Sequence[Row]) -> None:
    """Makes posts stand in their account's feed, since they were discovered."""
    organization_id = actor.organization_id
    rows = [(post["account_video_id"], organization_id, post["id"], post["discovered_at"]) for post in posts]
    await tx.write(_INSERT_ACCOUNT_VIDEOS, rows)


async def write_captions(tx: Transaction, actor: Actor, posts: Sequence[Row], *, new: bool) -> None:
    """Makes posts be found by their descriptions, in the order in which an index takes them best."""
    rows = [
        (post["id"], actor.organization_id, post["create_time"] or _EARLIEST, text)
        for post in posts
        if (text := post["description_folded"]) is not None
    ]
    await tx.write(_ADD_CAPTIONS if new else _WRITE_CAPTIONS, sorted(rows, key=itemgetter(2, 0)))


async def predate_account_videos(tx: Transaction, posts: Sequence[Row]) -> None:
    """Writes down that posts were discovered earlier than was known."""
    await tx.write(_PREDATE_ACCOUNT_VIDEOS, [(post["account_video_id"], post["discovered_at"]) for post in posts])


async def write_post_closings(tx: Transaction, closings: Mapping[int, Changed[Closing]]) -> None:
    """Adds closings of posts, and replaces others."""
    added = [(key, *one) for key, changed in closings.items() for one in changed.added]
    replaced = [(key, *one) for key, changed in closings.items() for one in changed.replaced]
    await tx.write(_ADD_POST_CLOSINGS, added)
    await tx.write(_REPLACE_POST_CLOSINGS, replaced)


async def write_account_closings(tx: Transaction, closings: Mapping[str, Changed[AccountDay]]) -> None:
    """Adds closings of accounts, and replaces others."""
    added = [_account_closing(key, one) for key, changed in closings.items() for one in changed.added]
    replaced = [_account_closing(key, one) for key, changed in closings.items() for one in changed.replaced]
    await tx.write(_ADD_ACCOUNT_CLOSINGS, added)
    await tx.write(_REPLACE_ACCOUNT_CLOSINGS, replaced)


_INSERT_NUMBERED_POSTS = bulk.insert(_posts, ("id", "organization_id", *POST_VALUES))
_INSERT_POSTS = bulk.insert(_posts, ("organization_id", *POST_VALUES))
_REFRESH_POSTS = bulk.update(_posts, REFRESHED)
_REWRITE_POSTS = bulk.update(_posts, POST_VALUES)
_UPDATE_ACCOUNTS = bulk.update(_accounts, ACCOUNT_VALUES)
_INSERT_ACCOUNT_VIDEOS = bulk.insert(_account_videos, ("id", "organization_id", "post_id", "added_at"))
_CAPTION = ("post_id", "organization_id", "published", "text")
_ADD_CAPTIONS = bulk.insert(table(Caption), _CAPTION)
_WRITE_CAPTIONS = bulk.upsert(table(Caption), _CAPTION)
_EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_PREDATE_ACCOUNT_VIDEOS = bulk.update(_account_videos, ("added_at",))
_ADD_POST_CLOSINGS = bulk.insert(table(PostClosing), _POST_CLOSING)
_REPLACE_POST_CLOSINGS = bulk.upsert(table(PostClosing), _POST_CLOSING)
_ADD_ACCOUNT_CLOSINGS = bulk.insert(table(AccountClosing), _ACCOUNT_CLOSING)
_REPLACE_ACCOUNT_CLOSINGS = bulk.upsert(table(AccountClosing), _ACCOUNT_CLOSING)
_POST_ROW = itemgetter(*POST_VALUES)
_REFRESHED_ROW = itemgetter("id", *REFRESHED)
_ACCOUNT_ROW = itemgetter("id", *ACCOUNT_VALUES)


def _row(names: Sequence[str]) -> Callable[[Sequence[Any]], Row]:
    return lambda values: dict(zip(names, values, strict=True))


def _post_closing(values: Sequence[Any]) -> tuple[int, Closing]:
    return values[0], Closing(values[1:])


def _account_day(values: Sequence[Any]) -> tuple[str, AccountDay]:
    key, day, second, observed_days, followers, gained_followers, stale, *counters = values
    totals, gained = tuple(counters[: len(_TOTALS)]), tuple(counters[len(_TOTALS) :])
    return key, AccountDay(day, second, observed_days, followers, gained_followers, stale, totals, gained)


def _account_closing(key: str, one: AccountDay) -> tuple[Any, ...]:
    return (key, *one[:-2], *one.totals, *one.gained)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _named(found: Select[Any]) -> Select[Any]:
    """Narrows rows of posts down to the external ids that are asked for."""
    return found.where(_posts.c.platform.in_(_PLATFORMS), dialect.one_of(_posts.c.external_id, "external_ids"))


@statement
def _locked_accounts(tenancy: Tenancy) -> ByDialect:
    listed = select(dialect.listed("ids", _accounts.c.id.type).c.value)
    asked = listed.union(_named(scoped(Post, tenancy, _posts.c.account_id))).subquery()
    source = asked.join(_accounts, _accounts.c.id == asked.c.value)  # sought by id, even before the first ANALYZE
    rows = scoped(Account, tenancy, *_accounts.c, source=source).order_by(_accounts.c.id)
    return dialect.for_update(rows, of=_accounts)


@statement
def _locked_posts(tenancy: Tenancy) -> ByDialect:
    return dialect.for_update(_named(_with_video(tenancy)).order_by(_posts.c.id), of=_posts)


@statement
def _locked_posts_of(tenancy: Tenancy) -> ByDialect:
    published = and_(
        _posts.c.create_time >= bindparam("since", type_=Instant()),
        _posts.c.create_time < bindparam("before", type_=Instant()),
    )
    rows = _with_video(tenancy).where(
        dialect.one_of(_posts.c.account_id, "account_ids"),
        _posts.c.account_video_id.is_not(None),
        or_(published, _posts.c.video_id.is_not(None)),
    )
    return dialect.for_update(rows.order_by(_posts.c.id), of=_posts)


def _with_video(tenancy: Tenancy) -> Select[Any]:
    records = _videos.c.added_at.label("video_added_at"), _account_videos.c.added_at.label("discovered_at")
    source = _posts.outerjoin(_videos, _videos.c.id == _posts.c.video_id)
    source = source.outerjoin(_account_videos, _account_videos.c.id == _posts.c.account_video_id)
    return scoped(Post, tenancy, *_posts.c, *records, source=source)


@statement
def _post_ids(tenancy: Tenancy) -> Select[Any]:
    return _named(scoped(Post, tenancy, _posts.c.id, _posts.c.platform, _posts.c.external_id))


@statement
def _taken(model: type[Post | AccountVideo]) -> Select[Any]:
    return scoped(model, Tenancy.SYSTEM, table(model).c.id).where(dialect.one_of(table(model).c.id, "ids"))


@statement
def _posters(tenancy: Tenancy) -> Select[Any]:
    return scoped(Account, tenancy, _accounts.c.id, _accounts.c.platform, _accounts.c.username).where(
        _accounts.c.platform.in_(_PLATFORMS), dialect.one_of(_accounts.c.username, "usernames")
    )


@statement
def _closings_since(model: type[PostClosing] | type[AccountClosing]) -> Select[Any]:
    closings = table(model)
    key = next(iter(closings.primary_key.columns))
    asked = dialect.paired("asked", key.type, Day())
    earlier = closings.alias("earlier")
    before = (
        select(func.max(earlier.c.day))
        .where(earlier.c[key.name] == asked.c.key, earlier.c.day < asked.c.value)
        .scalar_subquery()
    )
    names = _POST_CLOSING if model is PostClosing else _ACCOUNT_CLOSING
    return (
        select(*(closings.c[name] for name in names))
        .select_from(asked.join(closings, key == asked.c.key))
        .where(closings.c.day >= func.coalesce(before, asked.c.value))
        .order_by(key, closings.c.day)
    )
