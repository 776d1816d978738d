"""What a post's first values count for once less tracks it: as a baseline, where they were gains before.

Whatever is removed takes what it knew of the beginning of tracking along. What is left of a post's history is what it
would be if only what still tracks it ever had: an import of an export comes to the same.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, bindparam, case, or_, select, update

from creatoraudit.db import dialect
from creatoraudit.db.engine import Transaction
from creatoraudit.db.history import AccountClosing, PostClosing
from creatoraudit.db.models import Account, Post, Video
from creatoraudit.db.statements import statement
from creatoraudit.db.types import BigInt, Day
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.analytics.rollup import COUNTERS, Changes
from creatoraudit.domain.analytics.scopes import post_tracked_since
from creatoraudit.domain.scope import scoped, table

_posts, _videos, _accounts = table(Post), table(Video), table(Account)


class _First(NamedTuple):
    """The day on which a counter began to be known, and what it gained on it."""

    day: dt.date | None
    gained: int | None


async def rebase(tx: Transaction, actor: Actor, post_ids: Sequence[int]) -> Changes:
    """Takes the first values of those posts out of their gains whose tracking now began after they were published.

    The posts, and the accounts in whose feeds they stand, are locked; returns what changes about the organization.
    """
    changes = Changes()
    of_posts: list[dict[str, Any]] = []
    of_accounts: list[dict[str, Any]] = []
    for post_id, account_id, *values in await tx.fetch(_baselines(actor.tenancy), tuple, actor.bind(ids=post_ids)):
        firsts = dict(zip(COUNTERS, map(_First, values[::2], values[1::2]), strict=True))
        if not any(first.gained for first in firsts.values()):
            continue
        taken: dict[str, Any] = {f"gained_{name}": first.gained or 0 for name, first in firsts.items()}
        of_posts.append({"owner": post_id} | taken)
        if account_id is not None:
            since = {f"since_{name}": first.day or dt.date.max for name, first in firsts.items()}
            of_accounts.append({"owner": account_id} | taken | since)
        for name, (day, gained) in firsts.items():
            if day is not None and gained:
                changes.count(f"gained_{name}", day, -gained)
    if of_posts:
        await tx.execute(_LESS_OF_POSTS, of_posts)
    if of_accounts:
        await tx.execute(_LESS_OF_ACCOUNTS, of_accounts)
    return changes


@statement
def _baselines(tenancy: Tenancy) -> Select[Any]:
    """The posts that were published before their tracking began, the accounts of their feeds, and the first values."""
    source = _posts.outerjoin(_videos, _videos.c.id == _posts.c.video_id)
    source = source.outerjoin(_accounts, _accounts.c.id == _posts.c.account_id)
    feed = case((_posts.c.account_video_id.is_not(None), _posts.c.account_id))
    firsts = chain.from_iterable((_first(name, "day"), _first(name, f"gained_{name}")) for name in COUNTERS)
    rows = scoped(Post, tenancy, _posts.c.id, feed, *firsts, source=source, seek=False)
    published = _posts.c.create_time
    before = or_(published.is_(None), dialect.utc_day(published) < post_tracked_since())
    return rows.where(dialect.one_of(_posts.c.id, "ids"), before)


def _first(counter: str, column: str) -> ColumnElement[Any]:
    closings = table(PostClosing).alias()
    known = (closings.c.post_id == _posts.c.id, closings.c[counter].is_not(None))
    return select(closings.c[column]).where(*known).order_by(closings.c.day).limit(1).scalar_subquery()


def _less(closings: Table, owner: str, counted: dict[str, ColumnElement[bool]]) -> Any:
    """Takes amounts out of the gains of an owner's closings, wherever a counter counts."""
    columns = closings.c
    gains = {
        f"gained_{name}": columns[f"gained_{name}"] - case((where, bindparam(f"gained_{name}", type_=BigInt)), else_=0)
        for name, where in counted.items()
    }
    return update(closings).where(columns[owner] == bindparam("owner", type_=columns[owner].type)).values(gains)


_LESS_OF_POSTS = _less(
    table(PostClosing), "post_id", {name: table(PostClosing).c[name].is_not(None) for name in COUNTERS}
)
_LESS_OF_ACCOUNTS = _less(
    table(AccountClosing),
    "account_id",
    {name: table(AccountClosing).c.day >= bindparam(f"since_{name}", type_=Day()) for name in COUNTERS},
)
